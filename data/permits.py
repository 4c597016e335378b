"""Permits: applied for, signed, decided, filed. The text itself lies sealed beside them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.permits import Filed, Permit, PermitState, Signature
from data.fingerprint import fingerprint_or_none
from data.ledger import Work
from data.scope import account_of, group_of, within
from data.tables import FiledRow, PermitGroupRow, PermitRow, SignatureRow
from data.types import table_of
from data.upsert import insert_new

_permits = table_of(PermitRow)
_groups = table_of(PermitGroupRow)
_signatures = table_of(SignatureRow)
_filed = table_of(FiledRow)


async def create(work: Work, permit: Permit) -> Permit:
    """Save an application under its number."""
    statement = insert(_permits).returning(_permits.c.number)
    row = {**_columns(permit), "platform": permit.applicant.platform.value,
           "applicant_account": permit.applicant.id}  # fmt: skip
    number: int = (await work.connection.execute(statement, row)).scalar_one()
    await work.connection.execute(
        insert(_groups),
        [
            {"permit": number, "platform": group.platform.value, "group_id": group.id}
            for group in permit.groups
        ],
    )
    work.record(
        "permit",
        f"X{number}",
        {
            "applicant": str(permit.applicant),
            "fingerprint": permit.fingerprint,
            "groups": [str(group) for group in permit.groups],
            "from": permit.starts_at.isoformat(),
            "until": permit.ends_at.isoformat(),
            "emergency": permit.emergency,
            "topic": fingerprint_or_none(permit.topic),
            "reason": fingerprint_or_none(permit.reason),
        },
    )
    return replace(permit, number=number, groups=tuple(sorted(permit.groups)))


async def get(connection: AsyncConnection, number: int) -> Permit | None:
    """One permit with its signatures and filings."""
    found = await _load(connection, select(_permits).where(_permits.c.number == number))
    return found[0] if found else None


async def known(connection: AsyncConnection, number: int) -> Permit:
    """One permit.

    Raises:
        RefusedError: there is none of this number.
    """
    permit = await get(connection, number)
    if permit is None:
        raise RefusedError(f"没有编号为 X{number} 的发布许可。")
    return permit


async def list_permits(
    connection: AsyncConnection,
    *,
    states: Collection[PermitState] | None = None,
    applicant: AccountKey | None = None,
    groups: Collection[GroupKey] | None = None,
    limit: int | None = None,
) -> list[Permit]:
    """Permits, newest first; those of one applicant, or that touch some groups."""
    query = select(_permits).order_by(_permits.c.number.desc())
    if states is not None:
        query = query.where(_permits.c.state.in_([one.value for one in states]))
    if applicant is not None:
        query = query.where(
            _permits.c.platform == applicant.platform.value,
            _permits.c.applicant_account == applicant.id,
        )
    if groups is not None:
        touched = select(_groups.c.permit).where(within(_groups, groups))
        query = query.where(_permits.c.number.in_(touched))
    return await _load(connection, query if limit is None else query.limit(limit))


async def remembered(connection: AsyncConnection, since: datetime) -> list[Permit]:
    """Those a message may be held against: not over, or over only since ``since``."""
    live = _permits.c.state.in_([PermitState.WAITING.value, PermitState.APPROVED.value])
    return await _load(connection, select(_permits).where(or_(live, _permits.c.ends_at >= since)))


async def unsettled(connection: AsyncConnection) -> list[tuple[Permit, int]]:
    """Those time may yet change, each with how many rounds of people were asked."""
    live = _permits.c.state.in_([PermitState.WAITING.value, PermitState.APPROVED.value])
    query = select(_permits).where(or_(live, _permits.c.review_due_at.is_not(None)))
    rounds = {row.number: row.asked for row in await connection.execute(query)}
    found = await _load(connection, query)
    wanted = (PermitState.WAITING, PermitState.APPROVED)
    return [(one, rounds[one.number]) for one in found if one.state in wanted or one.review_pending]


async def change(work: Work, before: Permit, then: Permit) -> None:
    """Write what a decision or time made of a permit; where nothing changed, nothing."""
    if then == before:
        return
    await work.connection.execute(
        update(_permits).where(_permits.c.number == then.number).values(_columns(then))
    )
    for one in then.approvals[len(before.approvals) :]:
        row = {
            "permit": then.number,
            "platform": one.account.platform.value,
            "account_id": one.account.id,
            "fingerprint": one.fingerprint,
            "at": one.at,
        }
        await work.connection.execute(insert(_signatures), row)
        content = {"account": str(one.account), "fingerprint": one.fingerprint}
        work.record("permit_signature", f"X{then.number}", content)
    if then.state is not before.state:
        work.record(
            "permit_state",
            f"X{then.number}",
            {
                "from": before.state.value,
                "to": then.state.value,
                "by": str(then.decided_by) if then.decided_by else None,
                "reason": fingerprint_or_none(then.decided_reason),
            },
        )


async def note_asked(work: Work, number: int, rounds: int) -> None:
    """Another round of people was asked."""
    await work.connection.execute(
        update(_permits).where(_permits.c.number == number).values(asked=rounds)
    )
    work.record("permit_asked", f"X{number}", {"round": rounds})


async def file(work: Work, permit: Permit, filed: Filed) -> bool:
    """File a post made under a permit (备案); whether it was not filed before."""
    row = {
        "permit": permit.number,
        "platform": filed.group.platform.value,
        "group_id": filed.group.id,
        "message_id": filed.message_id,
        "account_id": filed.author.id,
        "at": filed.at,
    }
    new = await insert_new(work.connection, _filed, row)
    if new:
        work.record(
            "permit_filed",
            f"X{permit.number}",
            {
                "group": str(filed.group),
                "author": str(filed.author),
                "message": filed.message_id,
                "at": filed.at.isoformat(),
                "fingerprint": permit.fingerprint,
                "signed_by": [str(one.account) for one in permit.approvals],
            },
        )
    return new


def _columns(permit: Permit) -> dict[str, Any]:
    return {
        "topic": permit.topic,
        "reason": permit.reason,
        "posters": ",".join(str(one) for one in permit.posters),
        "anybody": permit.anybody,
        "emergency": permit.emergency,
        "state": permit.state.value,
        "fingerprint": permit.fingerprint,
        "starts_at": permit.starts_at,
        "ends_at": permit.ends_at,
        "applied_at": permit.applied_at,
        "review_due_at": permit.review_due_at,
        "decided_by": str(permit.decided_by) if permit.decided_by else None,
        "decided_reason": permit.decided_reason,
    }


async def _load(connection: AsyncConnection, query: Select[Any]) -> list[Permit]:
    rows = (await connection.execute(query)).all()
    numbers = [row.number for row in rows]
    if not numbers:
        return []
    groups: dict[int, list[GroupKey]] = {number: [] for number in numbers}
    signed: dict[int, list[Signature]] = {number: [] for number in numbers}
    filed: dict[int, list[Filed]] = {number: [] for number in numbers}
    for row in await connection.execute(select(_groups).where(_groups.c.permit.in_(numbers))):
        groups[row.permit].append(group_of(row.platform, row.group_id))
    given = select(_signatures).where(_signatures.c.permit.in_(numbers))
    for row in await connection.execute(given.order_by(_signatures.c.at)):
        account = account_of(row.platform, row.account_id)
        signed[row.permit].append(Signature(account, row.at, row.fingerprint))
    posted = select(_filed).where(_filed.c.permit.in_(numbers)).order_by(_filed.c.at)
    for row in await connection.execute(posted):
        author = account_of(row.platform, row.account_id)
        where = group_of(row.platform, row.group_id)
        filed[row.permit].append(Filed(where, author, row.message_id, row.at))
    return [_permit(row, groups[row.number], signed[row.number], filed[row.number]) for row in rows]


def _permit(
    row: Row[Any],
    groups: Sequence[GroupKey],
    signed: Sequence[Signature],
    filed: Sequence[Filed],
) -> Permit:
    return Permit(
        number=row.number,
        applicant=account_of(row.platform, row.applicant_account),
        topic=row.topic,
        reason=row.reason,
        groups=tuple(sorted(groups)),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        fingerprint=row.fingerprint,
        applied_at=row.applied_at,
        state=PermitState(row.state),
        posters=tuple(AccountKey.parse(one) for one in row.posters.split(",") if one),
        anybody=row.anybody,
        emergency=row.emergency,
        approvals=tuple(signed),
        review_due_at=row.review_due_at,
        decided_reason=row.decided_reason,
        decided_by=AccountKey.parse(row.decided_by) if row.decided_by else None,
        filed=tuple(filed),
    )
