"""The hit and its surroundings, sealed with its month's key and kept apart from the chain."""

import hashlib
import json
import re
import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import BadInputError
from bot.domain.findings import Excerpt
from data.keys import KeyRing
from data.ledger import Work
from data.tables import ExcerptRow
from data.types import table_of
from data.upsert import insert_new

_excerpts = table_of(ExcerptRow)

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class Vault:
    """Excerpts of cases, readable as long as the key of their month is there."""

    def __init__(self, folder: Path) -> None:
        self._keys = KeyRing(folder)

    async def seal(self, work: Work, violation: int, excerpt: Excerpt) -> None:
        """Keep the first excerpt of a case; the chain gets a salted digest that reveals nothing."""
        month = work.now.strftime("%Y-%m")
        content = [excerpt.text, excerpt.start, excerpt.end, excerpt.fingerprint]
        plain = json.dumps(content, ensure_ascii=False)
        salt = secrets.token_hex(16)
        digest = _digest(salt, plain)
        row = {
            "violation": violation,
            "month": month,
            "ciphertext": self._keys.seal(month, plain),
            "salt": salt,
            "digest": digest,
        }
        if await insert_new(work.connection, _excerpts, row):
            work.record("excerpt", f"W{violation}", {"month": month, "digest": digest})

    async def open(self, connection: AsyncConnection, violation: int) -> str | None:
        """The text of a case's excerpt; None where none was kept or its key was shredded."""
        excerpt = await self.read(connection, violation)
        return excerpt.text if excerpt else None

    async def read(self, connection: AsyncConnection, violation: int) -> Excerpt | None:
        """The whole excerpt of a case; None where none was kept or its key was shredded."""
        query = select(_excerpts).where(_excerpts.c.violation == violation)
        row = (await connection.execute(query)).first()
        plain = self._keys.open(row.month, row.ciphertext) if row else None
        if row is None or plain is None or _digest(row.salt, plain) != row.digest:
            return None
        text, start, end, fingerprint = json.loads(plain)
        return Excerpt(text, start, end, fingerprint)

    def shred(self, month: str) -> bool:
        """Destroy the key of a month (``2026-11``); whether there was one.

        Raises:
            BadInputError: that is no month.
        """
        if not _MONTH.fullmatch(month):
            raise BadInputError(f"月份“{month}”应写成“年-月”，例如 2026-11。")
        return self._keys.shred(month)

    def months(self) -> list[str]:
        """The months whose excerpts can be read, oldest first."""
        return [period for period in self._keys.periods() if _MONTH.fullmatch(period)]

    def months_before(self, moment: datetime) -> list[str]:
        """The months that ended before ``moment``: what a retention period has run out for."""
        return [month for month in self.months() if month < moment.strftime("%Y-%m")]


def _digest(salt: str, plain: str) -> str:
    return hashlib.sha256(f"{salt}\n{plain}".encode()).hexdigest()
