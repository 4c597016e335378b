import pytest

from tests.adapters.simulator.onebot11.bot_side import connected


@pytest.fixture
async def pair():
    """A connected bot side and simulator."""
    async with connected() as both:
        yield both
