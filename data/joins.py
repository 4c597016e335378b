"""Requests to join that were held for the owner."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from bot.domain.events import JoinRequested
from bot.domain.identifiers import AccountKey, GroupKey
from data.fingerprint import fingerprint
from data.ledger import Work
from data.scope import account_of, group_of, in_group, within
from data.tables import JoinRequestRow
from data.types import table_of

_requests = table_of(JoinRequestRow)

WAITING = "waiting"
STATES = {
    WAITING: "等待群主处理",
    "approved": "已同意",
    "rejected": "已拒绝",
    "expired": "已过期",
    "withdrawn": "已失效",
}
"""Every state a request can be in, with the name users read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRequest:
    """A request to join with what became of it; ``kind`` is that of the finding that held it."""

    number: int
    group: GroupKey
    account: AccountKey
    request_id: str
    nickname: str
    answer: str
    reason: str
    kind: str
    state: str
    violation: int | None
    opened_at: datetime
    decided_by: str | None
    decided_at: datetime | None


async def hold_again(work: Work, event: JoinRequested, reason: str) -> HeldRequest:
    """Hold a request that was to be approved and was not let in, under its old number if any."""
    number = await hold(work, event, "matched", reason)
    change = (
        update(_requests)
        .where(_requests.c.number == number, _requests.c.state != WAITING)
        .values(state=WAITING, reason=reason, decided_by=None, decided_at=None)
    )
    if (await work.connection.execute(change)).rowcount:
        work.record("join_again", f"J{number}", {"reason": fingerprint(reason)})
    held = await get(work.connection, number)
    if held is None:
        raise LookupError(f"J{number} was written a moment ago and is not there")
    return held


async def hold(
    work: Work, event: JoinRequested, kind: str, reason: str, violation: int | None = None
) -> int:
    """Hold a request for the owner; its number. A request already held keeps its number."""
    known = await by_request(work.connection, event.group, event.request_id)
    if known is not None:
        return known.number
    row = {
        "platform": event.group.platform.value,
        "group_id": event.group.id,
        "account_id": event.account.id,
        "request_id": event.request_id,
        "nickname": event.nickname,
        "answer": event.answer,
        "reason": reason,
        "kind": kind,
        "state": WAITING,
        "violation": violation,
        "opened_at": work.now,
    }
    statement = insert(_requests).returning(_requests.c.number)
    number: int = (await work.connection.execute(statement, row)).scalar_one()
    work.record(
        "join",
        f"J{number}",
        {
            "group": str(event.group),
            "account": str(event.account),
            "kind": kind,
            "violation": violation,
        },
    )
    return number


async def get(connection: AsyncConnection, number: int) -> HeldRequest | None:
    """One request."""
    return await _one(connection, select(_requests).where(_requests.c.number == number))


async def by_request(
    connection: AsyncConnection, group: GroupKey, request_id: str
) -> HeldRequest | None:
    """The request with the platform's own id."""
    query = select(_requests).where(
        in_group(_requests, group), _requests.c.request_id == request_id
    )
    return await _one(connection, query)


async def waiting(
    connection: AsyncConnection, groups: Collection[GroupKey] | None = None
) -> list[HeldRequest]:
    """Requests that wait for an owner, oldest first."""
    query = (
        select(_requests)
        .where(_requests.c.state == WAITING, within(_requests, groups))
        .order_by(_requests.c.number)
    )
    return [_held(row) for row in await connection.execute(query)]


async def decide(work: Work, number: int, state: str, by: str) -> HeldRequest:
    """Note what became of a request: ``approved``, ``rejected``, ``expired`` or ``withdrawn``.

    Raises:
        ValueError: there is no such state, or it is no decision.
        RefusedError: there is no such request, or it was decided before.
    """
    if state not in STATES or state == WAITING:
        raise ValueError(f"a request to join cannot be decided as {state!r}")
    request = await get(work.connection, number)
    if request is None:
        raise RefusedError(f"没有编号为 J{number} 的入群申请。")
    if request.state != WAITING:
        raise RefusedError(f"入群申请 J{number} {STATES[request.state]}，无需再处理。")
    await work.connection.execute(
        update(_requests)
        .where(_requests.c.number == number)
        .values(state=state, decided_by=by, decided_at=work.now)
    )
    work.record("join_decision", f"J{number}", {"state": state, "by": by})
    return request


async def _one(connection: AsyncConnection, query: Select[Any]) -> HeldRequest | None:
    row = (await connection.execute(query.limit(1))).first()
    return _held(row) if row else None


def _held(row: Row[Any]) -> HeldRequest:
    return HeldRequest(
        number=row.number,
        group=group_of(row.platform, row.group_id),
        account=account_of(row.platform, row.account_id),
        request_id=row.request_id,
        nickname=row.nickname,
        answer=row.answer,
        reason=row.reason,
        kind=row.kind,
        state=row.state,
        violation=row.violation,
        opened_at=row.opened_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
