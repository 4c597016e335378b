"""Where the same content was seen, by trace."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identifiers import AccountKey, GroupKey
from data.ledger import Work
from data.scope import account_of, group_of, in_group
from data.tables import SpreadRow
from data.types import table_of

_spread = table_of(SpreadRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message that carried what a case is about; ``sketch`` is salted."""

    trace: int
    violation: int | None
    group: GroupKey
    message_id: str
    account: AccountKey
    at: datetime
    sketch: int | None = None
    gone: bool = False


async def add(work: Work, seen: Seen) -> None:
    """Keep a place where the content was seen."""
    row = {
        "trace": seen.trace,
        "violation": seen.violation,
        "platform": seen.group.platform.value,
        "group_id": seen.group.id,
        "message_id": seen.message_id,
        "account_id": seen.account.id,
        "at": seen.at,
        "sketch": None if seen.sketch is None else f"{seen.sketch:032x}",
    }
    await work.connection.execute(insert(_spread), row)


async def message_gone(work: Work, group: GroupKey, message_id: str) -> None:
    """A message is no longer to be seen."""
    change = (
        update(_spread)
        .where(in_group(_spread, group), _spread.c.message_id == message_id)
        .where(_spread.c.gone_at.is_(None))
        .values(gone_at=work.now)
    )
    await work.connection.execute(change)


async def of_case(connection: AsyncConnection, violation: int) -> list[Seen]:
    """Every place of the content a case is about, the earliest first."""
    trace = (
        select(_spread.c.trace).where(_spread.c.violation == violation).limit(1).scalar_subquery()
    )
    query = select(_spread).where(_spread.c.trace == trace).order_by(_spread.c.at, _spread.c.id)
    return [_stored(row) for row in await connection.execute(query)]


async def lately(connection: AsyncConnection, since: datetime) -> list[Seen]:
    """What was seen since, with a sketch to compare with; oldest first."""
    query = (
        select(_spread)
        .where(_spread.c.at >= since, _spread.c.sketch.is_not(None))
        .order_by(_spread.c.at, _spread.c.id)
    )
    return [_stored(row) for row in await connection.execute(query)]


async def groups_of(connection: AsyncConnection, trace: int) -> int:
    """In how many groups the content of a trace was seen."""
    where = _spread.c.platform + ":" + _spread.c.group_id
    query = select(func.count(where.distinct())).where(_spread.c.trace == trace)
    count: int = (await connection.execute(query)).scalar_one()
    return count


def _stored(row: Row[Any]) -> Seen:
    return Seen(
        trace=row.trace,
        violation=row.violation,
        group=group_of(row.platform, row.group_id),
        message_id=row.message_id,
        account=account_of(row.platform, row.account_id),
        at=row.at,
        sketch=None if row.sketch is None else int(row.sketch, 16),
        gone=row.gone_at is not None,
    )
