"""Attachments that wait to be looked into, so that a crash forgets none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey
from bot.domain.inspection import Uninspected
from data.ledger import Work
from data.scope import account_of, group_of, in_group
from data.tables import InspectionRow
from data.types import table_of
from data.upsert import insert_new

_inspections = table_of(InspectionRow)


class InspectionState(StrEnum):
    """How far an inspection is; ``UNINSPECTED`` has a reason, and may be so in part only."""

    WAITING = "waiting"
    DONE = "done"
    UNINSPECTED = "uninspected"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInspection:
    """An attachment at ``place`` (from 0) within a message."""

    message: MessageKey
    place: int
    form: str
    reference: str
    author: AccountKey
    author_role: Role
    posted_at: datetime
    late: bool
    noted_at: datetime

    @property
    def group(self) -> GroupKey:
        """Where it was posted."""
        return self.message.group


async def note(work: Work, waiting: StoredInspection, reason: Uninspected | None = None) -> bool:
    """Note an attachment as waiting, or as not looked into for ``reason``; False when known."""
    row = {
        "platform": waiting.group.platform.value,
        "group_id": waiting.group.id,
        "message_id": waiting.message.id,
        "place": waiting.place,
        "form": waiting.form,
        "reference": "" if reason else waiting.reference,
        "author": waiting.author.id,
        "author_role": waiting.author_role.value,
        "posted_at": waiting.posted_at,
        "late": waiting.late,
        "state": _state(reason).value if reason else InspectionState.WAITING.value,
        "reason": reason.value if reason else "",
        "noted_at": work.now,
        "settled_at": work.now if reason else None,
    }
    return await insert_new(work.connection, _inspections, row)


async def settle(work: Work, message: MessageKey, place: int, reason: Uninspected | None) -> bool:
    """An attachment was looked into, wholly or not; False when it no longer waited."""
    change = (
        update(_inspections)
        .where(
            in_group(_inspections, message.group),
            _inspections.c.message_id == message.id,
            _inspections.c.place == place,
            _inspections.c.state == InspectionState.WAITING.value,
        )
        .values(
            state=_state(reason).value,
            reason=reason.value if reason else "",
            reference="",
            settled_at=work.now,
        )
    )
    return bool((await work.connection.execute(change)).rowcount)


async def message_gone(work: Work, message: MessageKey) -> list[str]:
    """A message was recalled: what of it still waited no longer does; the forms of it."""
    change = (
        update(_inspections)
        .where(
            in_group(_inspections, message.group),
            _inspections.c.message_id == message.id,
            _inspections.c.state == InspectionState.WAITING.value,
        )
        .values(
            state=InspectionState.UNINSPECTED.value,
            reason=Uninspected.GONE.value,
            reference="",
            settled_at=work.now,
        )
        .returning(_inspections.c.form)
    )
    return list((await work.connection.execute(change)).scalars())


async def waiting(connection: AsyncConnection) -> Sequence[StoredInspection]:
    """Everything that waits, the oldest first."""
    query = (
        select(_inspections)
        .where(_inspections.c.state == InspectionState.WAITING.value)
        .order_by(_inspections.c.noted_at, _inspections.c.posted_at, _inspections.c.place)
    )
    return [_stored(row) for row in await connection.execute(query)]


async def count_waiting(connection: AsyncConnection, group: GroupKey) -> tuple[int, int]:
    """How many attachments wait: of all groups, and of this one."""
    here = func.count().filter(in_group(_inspections, group))
    query = select(func.count(), here).where(_inspections.c.state == InspectionState.WAITING.value)
    everywhere, of_group = (await connection.execute(query)).one()
    return everywhere, of_group


async def still_waits(connection: AsyncConnection, one: StoredInspection) -> bool:
    """Whether it is still wanted: its message may be gone by now."""
    query = select(_inspections.c.state).where(
        in_group(_inspections, one.group),
        _inspections.c.message_id == one.message.id,
        _inspections.c.place == one.place,
    )
    return (await connection.execute(query)).scalar() == InspectionState.WAITING.value


async def forget_before(work: Work, moment: datetime) -> int:
    """Drop what was noted before ``moment``; how many there were."""
    old = delete(_inspections).where(_inspections.c.noted_at < moment)
    return (await work.connection.execute(old)).rowcount


def _state(reason: Uninspected | None) -> InspectionState:
    return InspectionState.DONE if reason is None else InspectionState.UNINSPECTED


def _stored(row: Row[tuple[object, ...]]) -> StoredInspection:
    return StoredInspection(
        message=MessageKey(group_of(row.platform, row.group_id), row.message_id),
        place=row.place,
        form=row.form,
        reference=row.reference,
        author=account_of(row.platform, row.author),
        author_role=Role(row.author_role),
        posted_at=row.posted_at,
        late=row.late,
        noted_at=row.noted_at,
    )
