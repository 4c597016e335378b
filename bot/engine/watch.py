"""Notices what other processes decided: an applied roster, a freeze, a granted role."""

import asyncio
from dataclasses import dataclass, field, replace

from loguru import logger

from bot.domain.errors import QunguiError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.people import Roster
from bot.engine.readings import Readings
from bot.engine.recollection import Recollection
from bot.engine.register import Register
from bot.engine.scribe import Scribe
from data import switches
from data.database import Database
from data.staff import REVISION as ROSTER_REVISION

EVERY_SECONDS = 0.5
"""Freezing must stop all acting within a second."""


@dataclass(frozen=True, slots=True)
class RosterChange:
    """A roster taken up: under which tag, and whom it concerns (None: every group)."""

    because: str
    concerned: frozenset[GroupKey] | None


@dataclass(slots=True)
class Watch:
    """Looks at the switches twice a second and takes up what changed."""

    database: Database
    scribe: Scribe
    recollection: Recollection
    readings: Readings
    _known: dict[str, str] = field(default_factory=dict)
    _judging: "asyncio.Task[None] | None" = None

    def remember(self, known: dict[str, str]) -> None:
        """What was already taken up."""
        self._known = dict(known)

    async def run(self) -> None:
        """Look until cancelled; whatever goes wrong is tried again."""
        try:
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                try:
                    await self._look_on()
                except QunguiError as error:
                    logger.error("switches could not be read: {}", error.message)
                except Exception as error:  # noqa: BLE001  # a freeze must be noticed whatever was
                    logger.opt(exception=error).error("what changed could not be taken up")
        finally:
            if self._judging is not None:
                self._judging.cancel()

    async def look(self) -> None:
        """Take up what changed since the last look, and judge by it."""
        change = await self._take_up()
        if change is not None:
            await self.readings.judge_again(change.because, change.concerned)

    async def _look_on(self) -> None:
        """Look without waiting for thousands of groups to be judged again."""
        change = await self._take_up()
        if change is not None:
            judging = self.readings.judge_again(change.because, change.concerned)
            self._judging = asyncio.get_running_loop().create_task(judging)
            self._judging.add_done_callback(_report)

    async def _take_up(self) -> RosterChange | None:
        """Take up what changed; what became of the roster if that is among it."""
        async with self.database.reading() as connection:
            found = await switches.get_all(connection)
        changed = {name for name, value in found.items() if self._known.get(name) != value}
        if not changed:
            return None
        if found.get("frozen") == "yes":
            # Before anything that may have to wait for its turn.
            self.recollection.register.frozen = True
        await self.scribe.write(lambda work: self.recollection.decided(work.connection))
        register, change = self.recollection.register, None
        if ROSTER_REVISION in changed:
            before = register.roster
            await self.recollection.roster()
            change = RosterChange(
                f"roster:{found[ROSTER_REVISION]}", concerned(before, register.roster, register)
            )
        # Only now: what could not be taken up is tried again at the next look.
        self._known = found
        return change


def concerned(before: Roster, after: Roster, register: Register) -> frozenset[GroupKey] | None:
    """The groups in which a change of the roster can mean something; None: all of them.

    Where nothing but accounts changed hands (somebody bound his own) it is those with one of these
    accounts, or with a card that bears the name of the person.
    """
    old, new = ({one.staff_id: one for one in roster} for roster in (before, after))
    differing = [number for number in old.keys() | new.keys() if old.get(number) != new.get(number)]
    accounts: set[AccountKey] = set()
    names: set[str] = set()
    for number in differing:
        was, is_now = old.get(number), new.get(number)
        if was is None or is_now is None or replace(was, accounts=is_now.accounts) != is_now:
            return None
        accounts.update(was.accounts, is_now.accounts)
        names.add(is_now.name)
    if not differing:
        return None
    return frozenset(
        state.group.key
        for state in register.active_groups()
        if not accounts.isdisjoint(state.members)
        or any(name in one.card for one in state.members.values() for name in names)
    )


def _report(judging: "asyncio.Task[None]") -> None:
    if not judging.cancelled() and (error := judging.exception()) is not None:
        logger.error("groups could not all be judged again: {}", type(error).__name__)
