"""Turns what people called a false hit into an example that must not be hit again."""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.findings import STATE_SECRETS, Excerpt
from bot.engine.services import Services
from data import false_hits, violations
from data.false_hits import KEY_PREFIX, FalseHit
from data.keys import KeyRing
from data.ledger import Work
from plugins.content.sightings import RULE_ID

KEPT = timedelta(days=365)
_AROUND = 12
_DIGITS = re.compile(r"\d(?=\d{3})|(?<=\d{3})\d")


class FalseHits:
    """Looks for cases called false, by an owner or on appeal, whoever settled them and how."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._keys = KeyRing(services.settings.home / "keys", KEY_PREFIX)

    async def gather(self, now: datetime) -> None:
        """Keep what is new; forget what is old. Running twice changes nothing."""
        for period in self._keys.periods():
            if period < (now - KEPT).strftime("%Y-%m"):
                self._keys.shred(period)
        async with self._services.database.reading() as connection:
            found = await false_hits.not_yet_kept(connection, RULE_ID)
            spans = [(hit, await self._span(connection, hit[0])) for hit in found]
        if not spans:
            return

        async def write(work: Work) -> None:
            for hit, span in spans:
                await false_hits.keep(work, self._keys, RULE_ID, hit, span)

        await self._services.scribe.write(write)

    async def hit_by(self, hits: Callable[[str], bool]) -> list[FalseHit]:
        """The examples that would be hit."""
        async with self._services.database.reading() as connection:
            kept = await false_hits.readable(connection, self._keys)
        return await asyncio.to_thread(lambda: [one for one in kept if hits(one.text)])

    async def of(self, source: str | None = None) -> list[FalseHit]:
        """The examples kept, of one source or of all."""
        async with self._services.database.reading() as connection:
            kept = await false_hits.readable(connection, self._keys)
        return [one for one in kept if source in (None, one.source)]

    async def _span(self, connection: AsyncConnection, number: int) -> str | None:
        """What may be kept of a case: never anything of what may be a state secret.

        The whole excerpt where ordinary messages are kept anyway, else a short masked span.
        """
        record = await violations.get(connection, number)
        if record is None or record.category == STATE_SECRETS:
            return None
        excerpt = await self._services.vault.read(connection, number)
        if excerpt is None or not excerpt.text:
            return None
        return excerpt.text if self._services.register.policy.samples else masked_span(excerpt)


def masked_span(excerpt: Excerpt) -> str:
    """The hit and twelve characters on either side; long numbers there are made zeros."""
    begin, end = max(0, excerpt.start - _AROUND), excerpt.end + _AROUND
    before = _DIGITS.sub("0", excerpt.text[begin : excerpt.start])
    after = _DIGITS.sub("0", excerpt.text[excerpt.end : end])
    return before + excerpt.text[excerpt.start : excerpt.end] + after
