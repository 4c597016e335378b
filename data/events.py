"""What was received: a second delivery of an event is recognised here."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import JSON, cast, delete, func, literal, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identifiers import GroupKey, Platform
from data.ledger import Work
from data.scope import group_of, within
from data.tables import CounterRow, EventRow
from data.types import table_of
from data.upsert import upsert_adding

_events = table_of(EventRow)
_counters = table_of(CounterRow)


async def take_unseen(work: Work, platform: Platform, event_ids: Sequence[str]) -> set[str]:
    """Note these events as handled and tell which of them were not noted before.

    One statement with one parameter whatever the number: binding hundreds of values one by one
    would cost more than judging the messages.
    """
    if not event_ids:
        return set()
    packed = literal(json.dumps(list(dict.fromkeys(event_ids))))
    if work.connection.dialect.name == "sqlite":
        given = func.json_each(packed).table_valued("value")
        statement: sqlite.Insert | postgresql.Insert = sqlite.insert(_events)
    else:
        given = func.json_array_elements_text(cast(packed, JSON)).table_valued("value")
        statement = postgresql.insert(_events)
    # SQLite needs a WHERE to tell the ON of a join from that of the conflict.
    rows = select(literal(platform.value), given.c.value, literal(_hour(work.now))).where(true())
    statement = statement.from_select(["platform", "event_id", "received_hour"], rows)
    taken = statement.on_conflict_do_nothing().returning(_events.c.event_id)
    return set((await work.connection.execute(taken)).scalars())


async def bump(work: Work, counts: Mapping[tuple[str, str, str, str], int]) -> None:
    """Add to counters. Keys are (local day, platform, group id, name)."""
    rows = [
        {"day": day, "platform": platform, "group_id": group_id, "name": name, "value": count}
        for (day, platform, group_id, name), count in counts.items()
    ]
    await upsert_adding(work.connection, _counters, rows, "value")


async def counters(
    connection: AsyncConnection, day: str, groups: Collection[GroupKey] | None
) -> dict[tuple[GroupKey, str], int]:
    """Counters of one local day, by (group, name)."""
    query = select(_counters).where(_counters.c.day == day, within(_counters, groups))
    rows = await connection.execute(query)
    return {(group_of(row.platform, row.group_id), row.name): row.value for row in rows}


async def forget_before(work: Work, moment: datetime) -> int:
    """Drop the notes of events received before the hour of ``moment``; how many there were."""
    old = delete(_events).where(_events.c.received_hour < _hour(moment))
    return (await work.connection.execute(old)).rowcount


def _hour(moment: datetime) -> int:
    return int(moment.timestamp()) // 3600
