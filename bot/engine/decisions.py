"""What people decide: requests, cases, freezing. The same for chat, console and terminal.

Every function runs inside a write transaction and checks what it needs by itself; who may call it
is for the caller to say. Effects upon persons are only recorded here: the dispatcher does them.
"""

from dataclasses import replace

from bot.domain.errors import HeldError, RefusedError
from bot.domain.findings import Finding, Severity
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import (
    Measure,
    MeasureKind,
    MeasureState,
    Mode,
    Receipt,
    ReceiptHow,
    Rung,
)
from bot.domain.violations import ViolationState
from bot.engine.docket import Docket
from bot.engine.intentions import Ground, Intentions
from bot.engine.quorum import require_standing
from bot.engine.register import Register
from data import joins, measures, switches, violation_log, violations
from data.joins import HeldRequest
from data.ledger import Work
from data.measures import StoredMeasure
from data.violation_log import ViolationRecord
from data.violations import NewViolation

OWNER_REPORT = "owner-report"
"""The rule under which an owner registers a problem himself (Article 23)."""
REVISION = "decisions"
"""The switch every process watches for decisions of another."""
_UNFREEZE_BY = 2
_UNFREEZES = ("administrator", "supervisor")


async def decide_join(
    work: Work, number: int, *, approve: bool, by: AccountKey, reason: str, register: Register
) -> HeldRequest:
    """A person's answer to a request to join that was held.

    Raises:
        RefusedError: no such request, or it was decided before.
        HeldError: an interlock holds every act now.
    """
    request = await joins.get(work.connection, number)
    if request is None:
        raise RefusedError(f"没有编号为 J{number} 的入群申请。")
    if register.frozen:
        raise HeldError("目前处于冻结状态，不能审批入群。恢复须两人发送：解冻")
    decided = await joins.decide(work, number, "approved" if approve else "rejected", str(by))
    measure = Measure(
        kind=MeasureKind.APPROVE_JOIN if approve else MeasureKind.REJECT_JOIN,
        group=request.group,
        account=request.account,
        mode=Mode.ENFORCE,
        request_id=request.request_id,
        text=reason or None,
        join_request=number,
        approvals=(by,),
    )
    ground = Ground(violation=request.violation)
    done = await Intentions(register).intend(work, Docket(), measure, ground)
    if done.withheld is not None:
        raise HeldError(f"入群申请 J{number} 暂不能审批：{done.withheld}。请稍后再试。")
    if request.violation is not None:
        because = f"{'同意' if approve else '拒绝'}入群（{by}）"
        await violations.move(work, request.violation, ViolationState.CLOSED, because)
        _forget(register, request.violation)
    await switches.bump_revision(work, REVISION)
    return decided


async def settle_case(
    work: Work, number: int, by: AccountKey, *, false_hit: bool, note: str, register: Register
) -> ViolationRecord:
    """A person says that a case is dealt with, or that it never was one.

    Raises:
        RefusedError: no such case, or it is over.
    """
    record = await violation_log.get(work.connection, number)
    if record is None:
        raise RefusedError(f"没有编号为 W{number} 的登记。")
    if not record.state.live:
        raise RefusedError(f"W{number} 目前是“{record.state.label}”，无需再处理。")
    if number in register.first_aids:
        raise RefusedError(
            f"W{number} 疑似涉密，须逐项处置。请私信发送：处置 W{number}；"
            "办结或认定误报由监督人决定。"
        )
    then = ViolationState.DISMISSED if false_hit else ViolationState.CLOSED
    for stored in record.measures:
        await _settle_measure(work, stored, by, false_hit=false_hit)
    await violations.note_judgement(work, number, str(by))
    because = f"{'误报' if false_hit else '已处理'}（{by}）{note}"
    await violations.move(work, number, then, because)
    _forget(register, number)
    await switches.bump_revision(work, REVISION)
    return record


async def freeze(work: Work, by: AccountKey | str, register: Register) -> None:
    """Stop all acting; one person suffices (I10): an account, or whoever sits at the terminal."""
    await switches.set(work, "frozen", "yes", str(by))
    await switches.set(work, "unfreeze", "", str(by))
    register.frozen = True


async def unfreeze(work: Work, by: AccountKey, register: Register) -> bool:
    """One of two different people's yes to act again; True when it is enough.

    It also resets the breaker.

    Raises:
        RefusedError: nothing is frozen, this person has already said yes, or holds his role for too
            short a time.
    """
    known = await switches.get_all(work.connection)
    if known.get("frozen") != "yes" and known.get("breaker") != "tripped":
        raise RefusedError("目前没有冻结。")
    require_standing(register, by, _UNFREEZES)
    agreed = [name for name in known.get("unfreeze", "").split(",") if name]
    if register.person(by) in {register.person(AccountKey.parse(name)) for name in agreed}:
        raise RefusedError("您已确认过解冻，还需另一位管理员或监督人发送：解冻")
    agreed.append(str(by))
    if len(agreed) < _UNFREEZE_BY:
        await switches.set(work, "unfreeze", ",".join(agreed), str(by))
        return False
    await switches.set(work, "frozen", "no", ",".join(agreed))
    await switches.set(work, "breaker", "reset", ",".join(agreed))
    await switches.set(work, "unfreeze", "", str(by))
    register.frozen = register.broken = False
    register.alarms.clear()
    return True


async def undo(work: Work, number: int, by: AccountKey, register: Register) -> str:
    """Reverse what can be reversed of a case; says in Chinese what was and what was not.

    Raises:
        RefusedError: no such case, or nothing of it can be reversed.
    """
    record = await violation_log.get(work.connection, number)
    if record is None:
        raise RefusedError(f"没有编号为 W{number} 的登记。")
    if number in register.first_aids:
        raise RefusedError(
            f"W{number} 疑似涉密，不能撤销。认定误报由监督人发送：处置 W{number} 误报"
        )
    said: list[str] = []
    for stored in record.measures:
        said.extend(await _undo_measure(work, stored, by, register))
    stopped = [await _stop_act(work, stored, "处置已撤销") for stored in record.measures]
    if any(stopped):
        said.append("尚未执行的处置已取消")
    if not said:
        raise RefusedError(f"W{number} 没有可以撤销的处置。")
    if record.state.live:
        await violations.move(work, number, ViolationState.DISMISSED, f"处置已撤销（{by}）")
        _forget(register, number)
    await switches.bump_revision(work, REVISION)
    return ";".join(said)


async def register_problem(
    work: Work, group: GroupKey, by: AccountKey, note: str, register: Register
) -> int:
    """An owner registers a problem he found (Article 23); the number of the case."""
    member = register.member(group, by)
    finding = Finding(
        rule_id=OWNER_REPORT,
        kind="registered",
        clause="23.2",
        group=group,
        account=by,
        reason=note,
    )
    number = await violations.open_violation(
        work,
        NewViolation(
            finding=finding,
            severity=Severity.NOTICE,
            mode=Mode.REMIND,
            state=ViolationState.OPEN,
            person_name=member.card if member else by.id,
        ),
    )
    await switches.bump_revision(work, REVISION)
    return number


def _forget(register: Register, number: int) -> None:
    """What is over in the database is over in memory, before anybody else looks."""
    if case := register.by_number.get(number):
        register.forget_case(case)


async def _settle_measure(
    work: Work, stored: StoredMeasure, by: AccountKey, *, false_hit: bool
) -> None:
    assisted = stored.measure.rung is not Rung.AUTOMATIC
    open_task = stored.state is MeasureState.INTENDED and assisted
    if false_hit and await _stop_act(work, stored, "误报"):
        return
    if not open_task and stored.state is not MeasureState.UNKNOWN:
        return
    if false_hit:
        await measures.finish(work, stored.id, MeasureState.EXPIRED, receipt=None, detail="误报")
        return
    receipt = Receipt(ReceiptHow.PERSON, work.now, str(by))
    await measures.finish(work, stored.id, MeasureState.DONE, receipt=receipt)


async def _stop_act(work: Work, stored: StoredMeasure, because: str) -> bool:
    """Give up an act that was intended and not yet tried; whether there was one."""
    waits = stored.state is MeasureState.INTENDED and stored.attempted_at is None
    lifts = stored.measure.kind is MeasureKind.MUTE and not stored.measure.seconds
    # A removal belongs to its plan, and is not carried out once its case is over.
    if not waits or lifts or stored.plan is not None or stored.measure.kind.speaks:
        return False
    await measures.finish(work, stored.id, MeasureState.EXPIRED, receipt=None, detail=because)
    return True


async def _undo_measure(
    work: Work, stored: StoredMeasure, by: AccountKey, register: Register
) -> list[str]:
    if stored.state is not MeasureState.DONE:
        return []
    match stored.measure.kind:
        case MeasureKind.MUTE if stored.measure.seconds:
            inverse = replace(
                stored.measure, seconds=0, withheld=None, mode=Mode.ENFORCE, approvals=(by,)
            )
            ground = Ground(violation=stored.violation)
            done = await Intentions(register).intend(work, Docket(), inverse, ground)
            return [f"禁言未能解除：{done.withheld}" if done.withheld else "禁言将立即解除"]
        case MeasureKind.REMOVE:
            return ["移出不能自动撤销，请群主重新邀请本人入群"]
        case MeasureKind.RECALL:
            return ["撤回的消息不能恢复，可请本人重新发送"]
        case _:
            return []
