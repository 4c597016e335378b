"""What was received: a second delivery of an event is recognised here."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.events import Event, GroupEvent
from bot.domain.identifiers import GroupKey, Platform
from data.ledger import Work
from data.scope import group_of, within
from data.tables import CounterRow, EventRow
from data.types import table_of
from data.upsert import upsert_adding

_events = table_of(EventRow)
_counters = table_of(CounterRow)


async def unseen(work: Work, platform: Platform, event_ids: Sequence[str]) -> set[str]:
    """Those of the ids that no committed batch holds yet."""
    query = select(_events.c.event_id).where(
        _events.c.platform == platform.value, _events.c.event_id.in_(event_ids)
    )
    return set(event_ids) - set((await work.connection.execute(query)).scalars())


async def record_events(work: Work, events: Sequence[Event]) -> None:
    """Note that these events were handled. The caller has left out those already seen."""
    if not events:
        return
    rows = [
        {
            "platform": event.platform.value,
            "event_id": event.event_id,
            "kind": event.kind,
            "group_id": event.group.id if isinstance(event, GroupEvent) else None,
            "received_at": event.received_at,
        }
        for event in events
    ]
    await work.connection.execute(insert(_events), rows)


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
    """Drop the notes of events received before ``moment``; how many there were."""
    result = await work.connection.execute(delete(_events).where(_events.c.received_at < moment))
    return result.rowcount
