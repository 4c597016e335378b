"""Waiting for what must come, no longer than the contract allows."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable


async def until(
    holds: Callable[[], object] | Callable[[], Awaitable[object]],
    within: float,
    what: str,
    *,
    every: float = 0.02,
) -> None:
    """Return once ``holds()`` is true; after ``within`` seconds fail for want of ``what``."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        found = holds()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        if loop.time() > deadline:
            raise AssertionError(f"not within {within:g} s: {what}")
        await asyncio.sleep(every)


async def stays(holds: Callable[[], object], seconds: float, what: str) -> None:
    """Return after ``seconds`` during which ``holds()`` was true at every look."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while loop.time() < deadline:
        if not holds():
            raise AssertionError(f"did not stay so for {seconds:g} s: {what}")
        await asyncio.sleep(0.05)
