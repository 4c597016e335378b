"""What people decide about removal plans. The same for chat, console and terminal.

As in ``bot.engine.decisions``: inside a write transaction, and only recorded here.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain.errors import HeldError, RefusedError
from bot.domain.identifiers import AccountKey
from bot.domain.interlocks import check
from bot.domain.measures import Measure, MeasureKind, Rung
from bot.domain.plans import Approval, Plan, PlanState, Proposal, approve
from bot.domain.violations import ViolationState
from bot.engine.decisions import REVISION
from bot.engine.docket import Docket
from bot.engine.facts import gather
from bot.engine.intentions import Ground, Intentions
from bot.engine.quorum import require_standing
from bot.engine.reach import beyond_the_bot
from bot.engine.register import Register
from bot.engine.responses import Responses
from bot.engine.settlement import PROPOSED_AGAIN_AFTER, REMOVE_BY_HAND
from bot.engine.texts import Texts
from data import plans, switches, violations
from data.ledger import Work

_APPROVES = ("administrator",)


async def approve_plan(
    work: Work, number: int, approver: AccountKey, register: Register, texts: Texts
) -> Plan:
    """One person's yes. With enough of them the removals are intended, not yet done.

    Where the bot cannot remove, the removal is the owner's task from the start, and he is told.

    Raises:
        RefusedError: no such plan, it is over, this person has already said yes, or holds his role
            for too short a time where two are needed.
        HeldError: it has run out, the approver is one of those to be removed (I9), or an interlock
            holds every removal of it now: the plan goes on waiting.
    """
    plan = await record_approval(work, number, approver, register)
    if plan.state is not PlanState.APPROVED:
        return plan
    return await carry_out_plan(work, number, register, texts)


async def record_approval(
    work: Work, number: int, approver: AccountKey, register: Register
) -> Plan:
    """One person's yes alone: who cannot read members leaves the rest to the service.

    Raises:
        RefusedError, HeldError: see ``approve_plan``; only that a list is old holds nothing yet.
    """
    plan = await _plan(work, number)
    approval, enough = may_approve(plan, approver, work.now, register)
    plan = await plans.approve(work, number, approval)
    await switches.bump_revision(work, REVISION)
    if not enough:
        return plan
    held: set[str] = set()
    for one in plan.people:
        removal = await _removal(work, plan, one, register)
        facts = await gather(work.connection, removal, register)
        facts = replace(facts, member_list_problem=None)
        held.add(check(removal, facts, register.policy.limits) or "")
    _require_some(number, held)
    await plans.move(work, number, PlanState.APPROVED)
    return replace(plan, state=PlanState.APPROVED)


async def carry_out_plan(work: Work, number: int, register: Register, texts: Texts) -> Plan:
    """Intend the removals of an approved plan.

    Raises:
        RefusedError: no such plan.
        HeldError: an interlock holds every removal of it now.
    """
    plan = await _plan(work, number)
    if plan.state is not PlanState.APPROVED:
        return plan
    intentions = Intentions(register)
    held: set[str] = set()
    left: list[Proposal] = []
    by_hand: list[Proposal] = []
    for one in plan.people:
        removal = await _removal(work, plan, one, register)
        done = await intentions.intend(work, Docket(), removal, Ground(violation=one.violation))
        held.add(done.withheld or "")
        if done.withheld is not None:
            left.append(one)
        elif done.rung is not Rung.AUTOMATIC:
            by_hand.append(one)
    _require_some(number, held)
    for one in left:
        await _propose_again_later(work, one, register)
    responses = Responses(register, texts, intentions)
    for one in by_hand:
        if case := register.by_number.get(one.violation):
            await responses.ask_owner(work, Docket(), case, ("general", REMOVE_BY_HAND))
    await plans.move(work, number, PlanState.EXECUTING)
    return replace(plan, state=PlanState.EXECUTING)


def may_approve(
    plan: Plan, approver: AccountKey, now: datetime, register: Register
) -> tuple[Approval, bool]:
    """The yes of one person as it would be recorded, and whether it is enough.

    Raises:
        RefusedError, HeldError: see ``approve_plan``.
    """
    if plan.needed > 1:
        require_standing(register, approver, _APPROVES, plan.groups)
    return approve(plan, approver, now, register.person)


async def reject_plan(
    work: Work, number: int, by: AccountKey, reason: str, register: Register
) -> Plan:
    """A no: nobody of the plan is removed, or proposed again before the policy's interval.

    Raises:
        RefusedError: no such plan, or it is over.
    """
    plan = await _plan(work, number)
    if plan.state is not PlanState.WAITING:
        raise RefusedError(f"清理计划 P{number} {plan.state.label}，不能再驳回。")
    await plans.move(work, number, PlanState.REJECTED, f"{by}:{reason}" if reason else str(by))
    for one in plan.people:
        case = register.by_number.get(one.violation)
        if case is not None and case.state is ViolationState.WAITING:
            await violations.move(work, one.violation, ViolationState.OPEN, f"P{number} 被驳回")
            register.remember_case(replace(case, state=ViolationState.OPEN))
    await switches.bump_revision(work, REVISION)
    return replace(plan, state=PlanState.REJECTED)


def _require_some(number: int, held: set[str]) -> None:
    """Approved and never carried out, a plan would stand in the way of every later proposal."""
    if "" not in held:
        raise HeldError(f"清理计划 P{number} 暂不能执行：{'、'.join(sorted(held))}。请稍后再批准。")


async def _removal(work: Work, plan: Plan, one: Proposal, register: Register) -> Measure:
    rule_id = await violations.rule_of(work.connection, one.violation) or ""
    beyond = beyond_the_bot(register, MeasureKind.REMOVE, one.group) is not None
    return Measure(
        kind=MeasureKind.REMOVE,
        group=one.group,
        account=one.account,
        mode=register.policy.mode(rule_id, one.group),
        rung=Rung.ASSISTED if beyond else Rung.AUTOMATIC,
        plan=plan.number,
        approvals=tuple(given.account for given in plan.approvals),
        approvals_needed=plan.needed,
    )


async def _propose_again_later(work: Work, one: Proposal, register: Register) -> None:
    """An interlock held one removal of an approved plan: a later plan may hold it again."""
    case = register.by_number.get(one.violation)
    if case is None or case.state is not ViolationState.WAITING:
        return
    wait = register.policy.repropose_after
    register.proposed[one.group, one.account] = work.now - wait + PROPOSED_AGAIN_AFTER
    await violations.move(work, one.violation, ViolationState.OPEN, "移出未执行，稍后再议")
    register.remember_case(replace(case, state=ViolationState.OPEN))


async def _plan(work: Work, number: int) -> Plan:
    plan = await plans.get(work.connection, number)
    if plan is None:
        raise RefusedError(f"没有编号为 P{number} 的清理计划。")
    return plan
