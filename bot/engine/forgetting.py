"""What is not kept for ever: notes of handled events, and the excerpts of old months."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from loguru import logger

from bot.engine.scribe import Scribe
from data import events, inspections
from data.excerpts import Vault
from data.ledger import Work

EVENTS_KEPT = timedelta(days=3)
"""Longer than any platform delivers an event again."""
EXCERPTS_KEPT = timedelta(days=90)
"""A month of excerpts can no longer be read once it ended so long ago."""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Forgets on time. The chain holds only hashes of what is forgotten and stays whole."""

    scribe: Scribe
    vault: Vault

    async def run(self, now: datetime) -> None:
        """Forget what is due; running twice changes nothing."""
        await self.scribe.write(lambda work: events.forget_before(work, now - EVENTS_KEPT))
        await self.scribe.write(lambda work: inspections.forget_before(work, now - EVENTS_KEPT))
        for month in self.vault.months_before(now - EXCERPTS_KEPT):
            self.vault.shred(month)
            await self.scribe.write(partial(_note, month))
            logger.info("excerpts of {} can no longer be read", month)


async def _note(month: str, work: Work) -> None:
    work.record("shredded", month, {})
