"""Daily reports: at most one for an owner and a day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identifiers import AccountKey
from data.fingerprint import fingerprint
from data.ledger import Json, Work
from data.scope import account_of
from data.tables import DigestRow
from data.types import table_of
from data.upsert import insert_new

_digests = table_of(DigestRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDigest:
    """A report of one local day; ``measure`` is the one that sends it."""

    owner: AccountKey
    day: str
    text: str
    figures: Mapping[str, Json]
    composed_at: datetime
    measure: int | None
    read_at: datetime | None


async def add(
    work: Work, owner: AccountKey, day: str, text: str, figures: Mapping[str, Json]
) -> bool:
    """Keep a report; False when the owner already has one for that day."""
    row = {
        "platform": owner.platform.value,
        "owner_account": owner.id,
        "day": day,
        "text": text,
        "figures": json.dumps(figures, ensure_ascii=False, sort_keys=True),
        "composed_at": work.now,
        "measure": None,
        "read_at": None,
    }
    added = await insert_new(work.connection, _digests, row)
    if added:
        content: dict[str, Json] = {"owner": str(owner), "text": fingerprint(text)}
        work.record("digest", f"{owner}/{day}", content)
    return added


async def mark_sent(work: Work, owner: AccountKey, day: str, measure: int) -> None:
    """Note the measure that sends a report; its receipt proves that it arrived."""
    await work.connection.execute(
        update(_digests).where(_is(owner), _digests.c.day == day).values(measure=measure)
    )


async def mark_read(work: Work, owner: AccountKey, day: str) -> bool:
    """The owner says the report was read; whether that was news."""
    change = (
        update(_digests)
        .where(_is(owner), _digests.c.day == day, _digests.c.read_at.is_(None))
        .values(read_at=work.now)
    )
    found = (await work.connection.execute(change)).rowcount > 0
    if found:
        work.record("digest_read", f"{owner}/{day}", {})
    return found


async def get(connection: AsyncConnection, owner: AccountKey, day: str) -> StoredDigest | None:
    """One report."""
    query = select(_digests).where(_is(owner), _digests.c.day == day)
    row = (await connection.execute(query)).first()
    return _stored(row) if row else None


async def of_day(connection: AsyncConnection, day: str) -> list[StoredDigest]:
    """Every report of a local day."""
    query = select(_digests).where(_digests.c.day == day)
    query = query.order_by(_digests.c.platform, _digests.c.owner_account)
    return [_stored(row) for row in await connection.execute(query)]


async def unread(
    connection: AsyncConnection, owner: AccountKey | None = None, since: str | None = None
) -> list[StoredDigest]:
    """Reports nobody has confirmed, oldest first; of one owner, or from a local day on."""
    query = select(_digests).where(_digests.c.read_at.is_(None))
    if owner is not None:
        query = query.where(_is(owner))
    if since is not None:
        query = query.where(_digests.c.day >= since)
    query = query.order_by(_digests.c.day, _digests.c.platform, _digests.c.owner_account)
    return [_stored(row) for row in await connection.execute(query)]


def _is(owner: AccountKey) -> ColumnElement[bool]:
    return and_(_digests.c.platform == owner.platform.value, _digests.c.owner_account == owner.id)


def _stored(row: Row[Any]) -> StoredDigest:
    return StoredDigest(
        owner=account_of(row.platform, row.owner_account),
        day=row.day,
        text=row.text,
        figures=json.loads(row.figures),
        composed_at=row.composed_at,
        measure=row.measure,
        read_at=row.read_at,
    )
