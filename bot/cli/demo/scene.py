"""One scene of the day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.cli.demo.theatre import Theatre


@dataclass(frozen=True, slots=True)
class Scene:
    """``play`` raises ``DidNotHappenError`` when what it is about did not happen."""

    when: str
    title: str
    play: Callable[[Theatre], Awaitable[None]]
