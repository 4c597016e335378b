"""Notices what other processes decided: an applied roster, a freeze, a granted role."""

import asyncio
from dataclasses import dataclass, field

from loguru import logger

from bot.domain.errors import QunguiError
from bot.engine.readings import Readings
from bot.engine.recollection import Recollection
from data import switches
from data.database import Database
from data.staff import REVISION as ROSTER_REVISION

EVERY_SECONDS = 0.5
"""Freezing must stop all acting within a second."""


@dataclass(slots=True)
class Watch:
    """Looks at the switches twice a second and takes up what changed."""

    database: Database
    recollection: Recollection
    readings: Readings
    _known: dict[str, str] = field(default_factory=dict)

    def remember(self, known: dict[str, str]) -> None:
        """What was already taken up."""
        self._known = dict(known)

    async def run(self) -> None:
        """Look until cancelled; a database out of reach is tried again."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.look()
            except QunguiError as error:
                logger.error("switches could not be read: {}", error.message)

    async def look(self) -> None:
        """Take up what changed since the last look."""
        async with self.database.reading() as connection:
            found = await switches.get_all(connection)
        changed = {name for name, value in found.items() if self._known.get(name) != value}
        if not changed:
            return
        self._known = found
        await self.recollection.decided()
        if ROSTER_REVISION in changed:
            await self.recollection.roster()
            await self.readings.judge_again(f"roster:{found[ROSTER_REVISION]}")
