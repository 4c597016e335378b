"""What owners owe until a moment; done only with proof."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from data.fingerprint import fingerprint
from data.ledger import Work
from data.scope import account_of
from data.tables import DutyRow
from data.types import table_of

_duties = table_of(DutyRow)

STATES = {"open": "待完成", "done": "已完成", "overdue": "已逾期", "excused": "已免除"}
"""Every state a duty can be in, with the name users read."""

_OWED = ("open", "overdue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something owed by an owner for a local day."""

    number: int
    kind: str
    owner: AccountKey
    groups: tuple[GroupKey, ...]
    day: str
    due_at: datetime
    state: str
    proof: str
    done_at: datetime | None


async def open_duty(
    work: Work,
    kind: str,
    owner: AccountKey,
    groups: Collection[GroupKey],
    *,
    day: str,
    due_at: datetime,
) -> int:
    """Note that something is owed; its number. The same duty of a day keeps its number."""
    known = select(_duties.c.number).where(
        _duties.c.kind == kind,
        _duties.c.platform == owner.platform.value,
        _duties.c.owner_account == owner.id,
        _duties.c.day == day,
    )
    found: int | None = (await work.connection.execute(known)).scalars().first()
    if found is not None:
        return found
    row = {
        "kind": kind,
        "platform": owner.platform.value,
        "owner_account": owner.id,
        "groups": json.dumps([str(group) for group in sorted(groups)]),
        "day": day,
        "due_at": due_at,
        "state": "open",
        "proof": "",
    }
    statement = insert(_duties).returning(_duties.c.number)
    number: int = (await work.connection.execute(statement, row)).scalar_one()
    work.record(
        "duty",
        f"D{number}",
        {"kind": kind, "owner": str(owner), "day": day, "due_at": due_at.isoformat()},
    )
    return number


async def finish_duty(work: Work, number: int, proof: str, *, state: str = "done") -> None:
    """A duty was done, or the owner is excused; done late counts as done.

    Raises:
        ValueError: no proof was given, or ``state`` is not an end.
        RefusedError: there is no such duty that is still owed.
    """
    if state not in ("done", "excused") or not proof:
        raise ValueError("a duty ends as done or excused, and only with proof")
    change = (
        update(_duties)
        .where(_duties.c.number == number, _duties.c.state.in_(_OWED))
        .values(state=state, proof=proof, done_at=work.now)
    )
    if not (await work.connection.execute(change)).rowcount:
        raise RefusedError(f"职责 D{number} 不存在或已完成。")
    work.record("duty_end", f"D{number}", {"state": state, "proof": fingerprint(proof)})


async def mark_overdue(work: Work) -> list[Duty]:
    """Note which open duties have run out by now; those newly overdue."""
    late = [
        duty for duty in await list_duties(work.connection, state="open") if duty.due_at <= work.now
    ]
    for duty in late:
        await work.connection.execute(
            update(_duties).where(_duties.c.number == duty.number).values(state="overdue")
        )
        work.record("duty_overdue", f"D{duty.number}", {})
    return late


async def overdue(connection: AsyncConnection, now: datetime) -> list[Duty]:
    """Duties not done in time and still owed, oldest first."""
    query = select(_duties).where(_duties.c.state.in_(_OWED), _duties.c.due_at <= now)
    rows = await connection.execute(query.order_by(_duties.c.due_at, _duties.c.number))
    return [_stored(row) for row in rows]


async def list_duties(
    connection: AsyncConnection, *, owner: AccountKey | None = None, state: str | None = None
) -> Sequence[Duty]:
    """Duties, oldest first; of one owner, in one state."""
    query = select(_duties).order_by(_duties.c.number)
    if owner is not None:
        query = query.where(
            _duties.c.platform == owner.platform.value, _duties.c.owner_account == owner.id
        )
    if state is not None:
        query = query.where(_duties.c.state == state)
    return [_stored(row) for row in await connection.execute(query)]


def _stored(row: Row[Any]) -> Duty:
    return Duty(
        number=row.number,
        kind=row.kind,
        owner=account_of(row.platform, row.owner_account),
        groups=tuple(GroupKey.parse(text) for text in json.loads(row.groups)),
        day=row.day,
        due_at=row.due_at,
        state=row.state,
        proof=row.proof,
        done_at=row.done_at,
    )
