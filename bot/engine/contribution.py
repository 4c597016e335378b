"""What a plugin gives to the engine: rules, commands and jobs. Plugins never call each other."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.inspection import Inspection
from bot.domain.rules import Rule
from bot.engine.commands import Call, Command, Reply


@dataclass(frozen=True, slots=True)
class Job:
    """Something to look at regularly.

    ``run`` is told the time and asks the database what is due; the schedule is only a clock, so a
    late, doubled or missed tick changes nothing.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], Awaitable[None]]


class Inspector(Protocol):
    """Looks into what is not text."""

    async def inspect(self, content: bytes) -> Inspection:
        """The words worth judging in an attachment. Never raises for what a file holds."""

    async def close(self) -> None:
        """End at once whatever is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """What ``批准`` and ``驳回`` do with the numbers of one letter. Checks by itself who may."""

    waits: Callable[[Call, int], Awaitable[bool]]
    """Whether the caller is one who may decide this number now: settles numbers without letter."""
    approve: Callable[[Call, int], Awaitable[Reply]]
    reject: Callable[[Call, int, str], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Contribution:
    """Everything one plugin brings."""

    rules: tuple[Rule, ...] = ()
    commands: tuple[Command, ...] = ()
    jobs: tuple[Job, ...] = ()
    prepare: tuple[Callable[[], Awaitable[None]], ...] = ()
    """What must be read from the database before the first event is judged."""
    reversals: Mapping[str, Callable[[Call, int], Awaitable[Reply]]] = field(default_factory=dict)
    """What ``撤销`` does with a number, by its letter."""
    deciders: Mapping[str, Decider] = field(default_factory=dict)
    """What ``批准`` and ``驳回`` do with a number that is no plan and no request, by its letter."""
    withholds: Callable[[str], bool] | None = None
    """Whether words may hold a state secret: then no command keeps or repeats them."""
    inspector: Inspector | None = None
    """At most one plugin has one."""
