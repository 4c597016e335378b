"""Removal plans: saved, approved by their fingerprint, carried out as approved or less."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import BadInputError, HeldError, RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.plans import Approval, Plan, PlanState, Proposal
from data.fingerprint import fingerprint_or_none
from data.ledger import Work
from data.scope import account_of, account_or_none, group_of, within
from data.tables import ApprovalRow, PlanPersonRow, PlanRow
from data.types import table_of

_plans = table_of(PlanRow)
_people = table_of(PlanPersonRow)
_approvals = table_of(ApprovalRow)

_MOVES = {
    PlanState.WAITING: frozenset(
        {PlanState.APPROVED, PlanState.REJECTED, PlanState.EXPIRED, PlanState.HELD}
    ),
    PlanState.APPROVED: frozenset({PlanState.EXECUTING, PlanState.HELD, PlanState.EXPIRED}),
    PlanState.EXECUTING: frozenset({PlanState.DONE, PlanState.HELD}),
    PlanState.HELD: frozenset(
        {PlanState.WAITING, PlanState.EXECUTING, PlanState.REJECTED, PlanState.EXPIRED}
    ),
}
_ASKED = (PlanState.WAITING.value, PlanState.APPROVED.value, PlanState.EXECUTING.value)


async def create(
    work: Work,
    owner: AccountKey | None,
    people: Sequence[Proposal],
    needed: int,
    expires_at: datetime,
) -> Plan:
    """Save a plan that waits for approval.

    Raises:
        BadInputError: it would remove nobody.
    """
    if not people:
        raise BadInputError("清理计划中没有人员，无需生成。")
    plan = Plan(
        number=0,
        owner=owner,
        people=tuple(sorted(set(people))),
        needed=needed,
        state=PlanState.WAITING,
        created_at=work.now,
        expires_at=expires_at,
    )
    row = {
        "platform": people[0].group.platform.value,
        "owner_account": owner.id if owner else None,
        "state": plan.state.value,
        "needed": needed,
        "fingerprint": plan.fingerprint,
        "created_at": work.now,
        "expires_at": expires_at,
        "decided_reason": "",
    }
    statement = insert(_plans).returning(_plans.c.number)
    number: int = (await work.connection.execute(statement, row)).scalar_one()
    await work.connection.execute(
        insert(_people), [_person_columns(number, one) for one in plan.people]
    )
    work.record(
        "plan",
        f"P{number}",
        {
            "fingerprint": plan.fingerprint,
            "groups": [str(group) for group in plan.groups],
            "people": len(plan.people),
            "needed": needed,
            "expires_at": expires_at.isoformat(),
        },
    )
    return await _known(work.connection, number)


async def get(connection: AsyncConnection, number: int) -> Plan | None:
    """One plan with its people and approvals."""
    found = await _load(connection, select(_plans).where(_plans.c.number == number))
    return found[0] if found else None


async def waiting(
    connection: AsyncConnection,
    owner: AccountKey | None = None,
    groups: Collection[GroupKey] | None = None,
) -> list[Plan]:
    """Plans that wait for approval, oldest first; of one owner, or touching some groups."""
    return await list_plans(connection, state=PlanState.WAITING, owner=owner, groups=groups)


async def list_plans(
    connection: AsyncConnection,
    *,
    state: PlanState | None = None,
    owner: AccountKey | None = None,
    groups: Collection[GroupKey] | None = None,
) -> list[Plan]:
    """Plans, oldest first."""
    query = select(_plans)
    if state is not None:
        query = query.where(_plans.c.state == state.value)
    if owner is not None:
        query = query.where(
            _plans.c.platform == owner.platform.value, _plans.c.owner_account == owner.id
        )
    if groups is not None:
        touched = select(_people.c.plan).where(within(_people, groups))
        query = query.where(_plans.c.number.in_(touched))
    return await _load(connection, query)


async def approve(work: Work, number: int, approval: Approval) -> Plan:
    """Add one person's yes; the plan with it. ``bot.domain.plans.approve`` decides whether it may.

    Raises:
        RefusedError: no such plan, it is not waiting, or this person has already said yes.
        HeldError: the yes was given to something else than what is saved.
    """
    plan = await _known(work.connection, number)
    if plan.state is not PlanState.WAITING:
        raise RefusedError(f"清理计划 P{number} {plan.state.label}，无需再批准。")
    if approval.fingerprint != plan.fingerprint:
        raise HeldError(f"清理计划 P{number} 的内容已变化，请重新查看后再批准。")
    if any(given.account == approval.account for given in plan.approvals):
        raise RefusedError(f"您已批准过清理计划 P{number}，还需另一位管理人员批准。")
    row = {
        "plan": number,
        "platform": approval.account.platform.value,
        "account_id": approval.account.id,
        "fingerprint": approval.fingerprint,
        "at": approval.at,
    }
    await work.connection.execute(insert(_approvals), row)
    work.record(
        "approval",
        f"P{number}",
        {"account": str(approval.account), "fingerprint": approval.fingerprint},
    )
    return await _known(work.connection, number)


async def move(work: Work, number: int, then: PlanState, reason: str = "") -> None:
    """Put a plan into another state; into its own, nothing changes.

    Raises:
        RefusedError: there is no such plan, or it may not go there.
    """
    plan = await _known(work.connection, number)
    if plan.state is then:
        return
    if then not in _MOVES.get(plan.state, ()):
        raise RefusedError(f"清理计划 P{number} {plan.state.label}，不能改为“{then.label}”。")
    await work.connection.execute(
        update(_plans)
        .where(_plans.c.number == number)
        .values(state=then.value, decided_reason=reason)
    )
    work.record(
        "plan_state",
        f"P{number}",
        {"from": plan.state.value, "to": then.value, "reason": fingerprint_or_none(reason)},
    )


async def proposed_lately(
    connection: AsyncConnection, since: datetime
) -> set[tuple[GroupKey, AccountKey]]:
    """Who is in a plan not yet over, or in one rejected that was made since ``since``."""
    rejected = and_(_plans.c.state == PlanState.REJECTED.value, _plans.c.created_at >= since)
    query = (
        select(_people.c.platform, _people.c.group_id, _people.c.account_id)
        .select_from(_people.join(_plans, _plans.c.number == _people.c.plan))
        .where(or_(_plans.c.state.in_(_ASKED), rejected))
    )
    return {
        (group_of(row.platform, row.group_id), account_of(row.platform, row.account_id))
        for row in await connection.execute(query)
    }


async def _known(connection: AsyncConnection, number: int) -> Plan:
    plan = await get(connection, number)
    if plan is None:
        raise RefusedError(f"没有编号为 P{number} 的清理计划。")
    return plan


async def _load(connection: AsyncConnection, query: Select[Any]) -> list[Plan]:
    rows = (await connection.execute(query.order_by(_plans.c.number))).all()
    numbers = [row.number for row in rows]
    people: dict[int, list[Proposal]] = {number: [] for number in numbers}
    given: dict[int, list[Approval]] = {number: [] for number in numbers}
    if not numbers:
        return []
    for row in await connection.execute(select(_people).where(_people.c.plan.in_(numbers))):
        people[row.plan].append(_proposal(row))
    asked = select(_approvals).where(_approvals.c.plan.in_(numbers)).order_by(_approvals.c.at)
    for row in await connection.execute(asked):
        account = account_of(row.platform, row.account_id)
        given[row.plan].append(Approval(account, row.at, row.fingerprint))
    return [_plan(row, people[row.number], given[row.number]) for row in rows]


def _plan(row: Row[Any], people: list[Proposal], given: list[Approval]) -> Plan:
    return Plan(
        number=row.number,
        owner=account_or_none(row.platform, row.owner_account),
        people=tuple(sorted(people)),
        needed=row.needed,
        state=PlanState(row.state),
        created_at=row.created_at,
        expires_at=row.expires_at,
        approvals=tuple(given),
    )


def _person_columns(number: int, one: Proposal) -> dict[str, Any]:
    return {
        "plan": number,
        "platform": one.group.platform.value,
        "group_id": one.group.id,
        "account_id": one.account.id,
        "violation": one.violation,
        "name": one.name,
        "reason": one.reason,
    }


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        group=group_of(row.platform, row.group_id),
        account=account_of(row.platform, row.account_id),
        violation=row.violation,
        reason=row.reason,
        name=row.name,
    )
