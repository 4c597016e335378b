"""What follows when a measure has come to an end, or the platform shows an effect by itself."""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.errors import RefusedError
from bot.domain.events import JoinRequested
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
from bot.domain.plans import PlanState
from bot.domain.violations import OpenCase, ViolationState
from bot.engine.cases import Cases
from bot.engine.docket import Docket
from bot.engine.first_aid import tick_recall
from bot.engine.intentions import Ground, Intentions
from bot.engine.register import Register
from bot.engine.responses import Responses
from bot.engine.texts import Texts
from data import joins, measures, plans, spread
from data.ledger import Work
from data.measures import StoredMeasure

_UNFINISHED = (MeasureState.INTENDED, MeasureState.UNKNOWN)
_NOT_DONE = (MeasureState.REFUSED, MeasureState.FAILED, MeasureState.EXPIRED)
_NOT_LET_IN = (*_NOT_DONE, MeasureState.WITHHELD)
_CALLED_OFF = (MeasureState.WITHHELD, MeasureState.EXPIRED)
REMOVE_BY_HAND = "清理计划已批准，机器人移不出此人，请您在群里移出"
PROPOSED_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Closes what is proven to be over."""

    register: Register
    texts: Texts
    cases: Cases
    intentions: Intentions
    responses: Responses

    async def finished(
        self,
        work: Work,
        docket: Docket,
        stored: StoredMeasure,
        state: MeasureState,
        *,
        receipt: Receipt | None = None,
        detail: str = "",
    ) -> None:
        """Write the end of a measure and draw the consequences for its case and plan."""
        try:
            await measures.finish(work, stored.id, state, receipt=receipt, detail=detail)
        except RefusedError:
            # Somebody (the platform's own notice, a person) settled it first: that stands.
            return
        case = self.register.by_number.get(stored.violation or 0)
        if case is not None:
            await self._case_after(work, docket, case, stored, state)
        if state is MeasureState.DONE and stored.measure.kind is MeasureKind.MUTE:
            await self._tell_muted(work, docket, stored)
        if stored.measure.kind is MeasureKind.APPROVE_JOIN and state in _NOT_LET_IN:
            await self._hold_join(work, docket, stored, detail)
        if stored.plan is not None and stored.measure.kind is MeasureKind.REMOVE:
            await self.plan_after(work, docket, stored.plan)

    async def message_gone(self, work: Work, group: GroupKey, message_id: str, who: str) -> None:
        """The platform shows a message gone: tasks about it are done, its cases close."""
        await spread.message_gone(work, group, message_id)
        for case in list(self.register.message_cases.get((group, message_id), ())):
            await self._prove(work, case, MeasureKind.RECALL, who)
            await tick_recall(work, self.register, case.number, who)
            if case.mode is not Mode.OBSERVE and case.state.live:
                await self.cases.move(work, case, ViolationState.CLOSED, "原消息已撤回")

    async def member_gone(self, work: Work, group: GroupKey, account: AccountKey, how: str) -> None:
        """Somebody is no longer in a group: what was open against his being there is over."""
        for case in self.register.cases_of(group, account):
            await self._prove(work, case, MeasureKind.REMOVE, how)
            await self.cases.move(work, case, ViolationState.CLOSED, how)
        self.register.proposed.pop((group, account), None)

    async def member_came(self, work: Work, group: GroupKey, account: AccountKey) -> None:
        """Somebody is in: a request of his that still waits was answered by a person."""
        for request in await joins.waiting(work.connection, [group]):
            if request.account != account:
                continue
            await joins.decide(work, request.number, "approved", str(group.platform.value))
            case = self.register.by_number.get(request.violation or 0)
            if case is not None:
                await self.cases.move(work, case, ViolationState.CLOSED, "群管理人员已同意入群")

    async def _prove(self, work: Work, case: OpenCase, kind: MeasureKind, detail: str) -> None:
        """A person did what was asked of him, or an unknown result became known."""
        for stored in await measures.for_violation(work.connection, case.number):
            assisted = stored.measure.rung is not Rung.AUTOMATIC
            open_task = stored.state is MeasureState.INTENDED and assisted
            if stored.measure.kind is kind and (open_task or stored.state is MeasureState.UNKNOWN):
                receipt = Receipt(ReceiptHow.PLATFORM_NOTICE, work.now, detail)
                await measures.finish(work, stored.id, MeasureState.DONE, receipt=receipt)
                if stored.plan is not None:
                    await self.plan_after(work, Docket(), stored.plan)

    async def _case_after(
        self,
        work: Work,
        docket: Docket,
        case: OpenCase,
        stored: StoredMeasure,
        state: MeasureState,
    ) -> None:
        kind = stored.measure.kind
        if state is MeasureState.DONE and kind is MeasureKind.RECALL:
            await tick_recall(work, self.register, case.number, "平台回读")
            if case.message_id is not None:
                await spread.message_gone(work, case.group, case.message_id)
            await self.cases.move(work, case, ViolationState.CLOSED, "原消息已撤回")
        elif kind is MeasureKind.RECALL and state in _NOT_DONE:
            await self._hand_over(work, docket, case, stored, ("recall", ""))
        elif kind is MeasureKind.REMOVE and state in (MeasureState.REFUSED, MeasureState.FAILED):
            await self._hand_over(work, docket, case, stored, ("general", REMOVE_BY_HAND))
        elif kind is MeasureKind.REMOVE and state in _CALLED_OFF:
            await self._propose_again_later(work, case)
        elif state is MeasureState.DONE and kind is MeasureKind.NOTIFY:
            await self._close_if_told(work, case)

    async def _hold_join(
        self, work: Work, docket: Docket, stored: StoredMeasure, detail: str
    ) -> None:
        """Somebody was to be let in and was not: the owner is asked, nobody is forgotten."""
        measure = stored.measure
        if measure.account is None or measure.request_id is None:
            return
        if self.register.member(measure.group, measure.account) is not None:
            return
        reason = f"已同意但没有成功（{detail}），请在群里处理或重新批准"
        request = JoinRequested(
            platform=measure.group.platform,
            event_id=f"M{stored.id}",
            occurred_at=work.now,
            received_at=work.now,
            group=measure.group,
            account=measure.account,
            answer=measure.text or "",
            request_id=measure.request_id,
        )
        held = await joins.hold_again(work, request, reason)
        private, public = self.texts.ask_join(
            held.number, held.group, held.account, held.answer, reason
        )
        question = Measure(
            kind=MeasureKind.ASK,
            group=measure.group,
            mode=Mode.ENFORCE,
            text=private,
            public_text=public,
            join_request=held.number,
        )
        await self.intentions.intend(work, docket, question, Ground())

    async def _tell_muted(self, work: Work, docket: Docket, stored: StoredMeasure) -> None:
        """Somebody learns that he is muted once he is, and not because it was intended."""
        if not stored.measure.seconds or stored.violation is None:
            return
        text = self.texts.muted(stored.violation, timedelta(seconds=stored.measure.seconds))
        notice = replace(
            stored.measure, kind=MeasureKind.NOTIFY, seconds=None, text=text, public_text=text
        )
        ground = Ground(violation=stored.violation, severity=stored.severity)
        await self.intentions.intend(work, docket, notice, ground)

    async def _propose_again_later(self, work: Work, case: OpenCase) -> None:
        """An approved removal was not carried out: a day later it may be proposed again."""
        if case.state is not ViolationState.WAITING:
            return
        wait = self.register.policy.repropose_after
        self.register.proposed[case.group, case.account] = work.now - wait + PROPOSED_AGAIN_AFTER
        await self.cases.move(work, case, ViolationState.OPEN, "移出未执行，稍后再议")

    async def _hand_over(
        self,
        work: Work,
        docket: Docket,
        case: OpenCase,
        stored: StoredMeasure,
        question: tuple[str, str],
    ) -> None:
        """We could not do it: the owner is asked, and the effect is still wanted."""
        task = replace(stored.measure, rung=Rung.ASSISTED, withheld=None)
        ground = Ground(violation=case.number, severity=stored.severity, certain=stored.certain)
        await self.intentions.intend(work, docket, task, ground)
        await self.responses.ask_owner(work, docket, case, question)
        await self.cases.move(work, case, ViolationState.WAITING, "机器人未能做到，请群主处理")

    async def _close_if_told(self, work: Work, case: OpenCase) -> None:
        """A case that asked for nothing but a word to the sender is over once he was told."""
        if case.standing or case.state is not ViolationState.OPEN:
            return
        others = await measures.for_violation(work.connection, case.number)
        acts = [one for one in others if not one.measure.kind.speaks]
        asked = [one for one in others if one.measure.kind is MeasureKind.ASK]
        if not acts and not asked:
            await self.cases.move(work, case, ViolationState.CLOSED, "已告知本人")

    async def plan_after(self, work: Work, docket: Docket, number: int) -> None:
        """End a plan and report it once nothing of it is to be done, by the bot or by people."""
        removals: dict[tuple[GroupKey, AccountKey | None], MeasureState] = {}
        for one in await measures.for_plan(work.connection, number):
            if one.measure.kind is MeasureKind.REMOVE:
                # What the bot could not do was asked of a person: the last word counts.
                removals[one.measure.group, one.measure.account] = one.state
        if any(state in _UNFINISHED for state in removals.values()):
            return
        plan = await plans.get(work.connection, number)
        if plan is None or plan.state not in (PlanState.APPROVED, PlanState.EXECUTING):
            return
        done = sum(state is MeasureState.DONE for state in removals.values())
        await plans.move(work, number, PlanState.DONE, f"移出 {done} 人")
        text = self.texts.plan_done(number, done, len(removals) - done)
        report = Measure(
            kind=MeasureKind.NOTIFY,
            group=plan.groups[0],
            account=plan.owner,
            mode=Mode.ENFORCE,
            text=text,
            public_text=text,
            plan=number,
        )
        await self.intentions.intend(work, docket, report, Ground())
