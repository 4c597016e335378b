"""Notices what other processes decided: an applied roster, a freeze, a granted role."""

import asyncio
from dataclasses import dataclass, field

from loguru import logger

from bot.domain.errors import QunguiError
from bot.engine.readings import Readings
from bot.engine.recollection import Recollection
from bot.engine.scribe import Scribe
from data import switches
from data.database import Database
from data.staff import REVISION as ROSTER_REVISION

EVERY_SECONDS = 0.5
"""Freezing must stop all acting within a second."""


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
        revision = await self._take_up()
        if revision is not None:
            await self.readings.judge_again(f"roster:{revision}")

    async def _look_on(self) -> None:
        """Look without waiting for thousands of groups to be judged again."""
        revision = await self._take_up()
        if revision is not None:
            judging = self.readings.judge_again(f"roster:{revision}")
            self._judging = asyncio.get_running_loop().create_task(judging)
            self._judging.add_done_callback(_report)

    async def _take_up(self) -> str | None:
        """Take up what changed; the revision of the roster if that is among it."""
        async with self.database.reading() as connection:
            found = await switches.get_all(connection)
        changed = {name for name, value in found.items() if self._known.get(name) != value}
        if not changed:
            return None
        if found.get("frozen") == "yes":
            # Before anything that may have to wait for its turn.
            self.recollection.register.frozen = True
        await self.scribe.write(lambda work: self.recollection.decided(work.connection))
        if ROSTER_REVISION in changed:
            await self.recollection.roster()
        # Only now: what could not be taken up is tried again at the next look.
        self._known = found
        return found[ROSTER_REVISION] if ROSTER_REVISION in changed else None


def _report(judging: "asyncio.Task[None]") -> None:
    if not judging.cancelled() and (error := judging.exception()) is not None:
        logger.error("groups could not all be judged again: {}", type(error).__name__)
