"""Turns what the rules saw into cases and measures, by policy, history and interlocks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.events import Event, JoinRequested, MembersRead, MessagePosted
from bot.domain.findings import Clearance, Finding, Judgement
from bot.domain.identifiers import GroupKey
from bot.domain.interlocks import breaker_trips
from bot.domain.measures import Measure, MeasureKind, Mode
from bot.domain.policy import Response, Step
from bot.domain.violations import OpenCase, ViolationState
from bot.engine.cases import Cases
from bot.engine.docket import Docket
from bot.engine.first_aid import FirstAidLane
from bot.engine.intentions import Ground, Intentions
from bot.engine.proposals import Proposals
from bot.engine.register import Register
from bot.engine.responses import Responses
from bot.engine.spread import Spread
from bot.engine.texts import Texts
from data import joins, switches, violations
from data.ledger import Work

_BREAKER_WINDOW = timedelta(minutes=10)


@dataclass(slots=True)
class Enforcement:
    """The one path from a finding to a measure."""

    register: Register
    texts: Texts
    cases: Cases
    intentions: Intentions
    responses: Responses
    proposals: Proposals
    first_aid: FirstAidLane
    spread: Spread

    async def handle(self, work: Work, docket: Docket, event: Event, judgement: Judgement) -> None:
        """Act upon one judgement of one event."""
        match judgement:
            case Clearance():
                await self._clear(work, judgement)
            case Finding():
                await self._found(work, docket, event, judgement)

    async def close_batch(self, work: Work, docket: Docket) -> None:
        """What can only be decided when a whole batch is known: plans, and the breaker."""
        if docket.proposals:
            await self.proposals.put_forward(work, docket)
        await self._watch_breaker(work, docket)

    async def skipped(self, work: Work, event: Event, rule_id: str, reason: str) -> None:
        """A rule failed: nobody is sanctioned, the failure is on record (I15)."""
        work.record("skipped", event.event_id, {"rule": rule_id, "reason": reason})

    async def _clear(self, work: Work, clearance: Clearance) -> None:
        case = self.register.case(clearance.rule_id, clearance.group, clearance.account)
        if case is not None:
            await self.cases.move(work, case, ViolationState.CLOSED, clearance.reason)
            self.register.proposed.pop((case.group, case.account), None)

    async def _found(self, work: Work, docket: Docket, event: Event, finding: Finding) -> None:
        policy = self.register.policy
        response = policy.response(finding.rule_id, finding.kind, finding.category)
        mode = Mode.OBSERVE if self.register.broken else policy.mode(finding.rule_id, finding.group)
        if finding.at_most is not None:
            mode = min(mode, finding.at_most, key=lambda one: one.rank)
        case = (
            self.register.case(finding.rule_id, finding.group, finding.account)
            if finding.standing
            else None
        )
        if case is not None and case.kind != finding.kind:
            await self.cases.move(work, case, ViolationState.CLOSED, "情况有变，另行登记")
            case = None
        known_false = (finding.rule_id, finding.group, finding.account, finding.kind)
        if case is None and finding.standing and known_false in self.register.dismissed:
            return
        if case is None:
            await self._open(work, docket, event, finding, (response, mode))
        else:
            await self._continue(work, docket, finding, (case, response, mode))

    async def _open(
        self,
        work: Work,
        docket: Docket,
        event: Event,
        finding: Finding,
        decided: tuple[Response, Mode],
    ) -> None:
        response, mode = decided
        if isinstance(event, JoinRequested) and await _is_held(work, event):
            # Read again after its event was forgotten: it is with the owner already.
            return
        if isinstance(event, JoinRequested) and response.do == (Step.APPROVE_JOIN,):
            await self._admit(work, docket, event, finding, (response, mode))
            return
        case = await self.cases.open(work, finding, response, mode, calm=self._calm(event))
        await violations.record_finding(
            work,
            finding,
            event_id=event.event_id,
            platform=event.platform,
            severity=case.severity,
            violation=case.number,
        )
        if isinstance(event, JoinRequested):
            await self._hold_join(work, docket, event, (case, finding))
        # Whoever is told must be told what became of his message.
        for step in sorted(response.do, key=lambda one: one is not Step.RECALL):
            await self.responses.carry_out(work, docket, step, case, finding)
        if isinstance(event, MessagePosted):
            await self.spread.trace(work, docket, case, event)
        if Step.FIRST_AID in response.do:
            await self.first_aid.begin(work, docket, case, finding, event.occurred_at)
        if finding.deviation is not None and mode is not Mode.OBSERVE:
            docket.deviations.append(finding)
        await self.responses.strike(work, docket, case, finding)
        await self._await_people(work, case, response)

    async def _continue(
        self,
        work: Work,
        docket: Docket,
        finding: Finding,
        known: tuple[OpenCase, Response, Mode],
    ) -> None:
        case, response, mode = known
        steps: list[Step] = []
        if case.state is ViolationState.OBSERVED and mode is not Mode.OBSERVE:
            case = await self._promote(work, case, response, mode)
            steps.extend(response.do)
        elif mode is Mode.OBSERVE:
            return
        elif case.next_action_at is not None and work.now >= case.next_action_at:
            steps.extend(response.do)
            case = replace(case, next_action_at=work.now + (response.repeat_every or timedelta()))
        if case.due_at is not None and work.now >= case.due_at and not case.due_done:
            steps.extend(response.when_due)
            case = replace(case, due_done=True)
        case = replace(case, mode=mode, suggestion=finding.suggestion or case.suggestion)
        if steps:
            case = await self.cases.reschedule(
                work, replace(case, reminders=case.reminders + steps.count(Step.REMIND))
            )
        else:
            self.register.remember_case(case)
        if self._still_to_propose(case, response) and Step.PROPOSE_REMOVAL not in steps:
            steps.append(Step.PROPOSE_REMOVAL)
        for step in steps:
            await self.responses.carry_out(work, docket, step, case, finding)

    def _still_to_propose(self, case: OpenCase, response: Response) -> bool:
        """A removal that is called for and that no plan has taken up (the list was doubtful)."""
        called_for = Step.PROPOSE_REMOVAL in response.do or (
            case.due_done and Step.PROPOSE_REMOVAL in response.when_due
        )
        return called_for and case.state is ViolationState.OPEN and case.mode is Mode.ENFORCE

    async def _promote(
        self, work: Work, case: OpenCase, response: Response, mode: Mode
    ) -> OpenCase:
        """A case that was only observed is taken up: its clock starts now."""
        case = await self.cases.move(work, case, ViolationState.OPEN, f"转为{mode.label}")
        return replace(
            case,
            mode=mode,
            next_action_at=work.now + response.repeat_every if response.repeat_every else None,
            due_at=work.now + response.due_after if response.due_after else None,
        )

    async def _admit(
        self,
        work: Work,
        docket: Docket,
        event: JoinRequested,
        finding: Finding,
        decided: tuple[Response, Mode],
    ) -> None:
        """Let in somebody the roster knows: a case is opened only where a person must do it."""
        response, mode = decided
        measure = Measure(
            kind=MeasureKind.APPROVE_JOIN,
            group=finding.group,
            account=finding.account,
            mode=mode,
            request_id=finding.request_id,
            text=event.answer or None,
        )
        done = await self.intentions.intend(
            work, docket, measure, Ground(severity=response.severity)
        )
        case = None
        if done.withheld is not None and mode is not Mode.OBSERVE:
            finding = replace(finding, reason=f"{finding.reason};{done.withheld}")
            case = await self.cases.open(work, finding, response, mode, calm=True)
            await self._hold_join(work, docket, event, (case, finding))
            await self.cases.move(work, case, ViolationState.WAITING, "等待群主处理")
        await violations.record_finding(
            work,
            finding,
            event_id=event.event_id,
            platform=event.platform,
            severity=response.severity,
            violation=case.number if case else None,
        )

    async def _hold_join(
        self, work: Work, docket: Docket, event: JoinRequested, held: tuple[OpenCase, Finding]
    ) -> None:
        case, finding = held
        number = await joins.hold(work, event, finding.kind, finding.reason, case.number)
        private, public = self.texts.ask_join(
            number, event.group, event.account, event.answer, finding.reason
        )
        measure = Measure(
            kind=MeasureKind.ASK,
            group=event.group,
            mode=case.mode,
            text=private,
            public_text=public,
            join_request=number,
        )
        await self.intentions.intend(work, docket, measure, Ground(violation=case.number))

    async def _await_people(self, work: Work, case: OpenCase, response: Response) -> None:
        """A case that a person must answer waits; one with nothing to do is registered and done."""
        if case.mode is Mode.OBSERVE:
            return
        if not response.do:
            await self.cases.move(work, case, ViolationState.CLOSED, "已登记，无需处理")
        elif Step.ASK_OWNER in response.do or Step.FIRST_AID in response.do:
            await self.cases.move(work, case, ViolationState.WAITING, "等待群主处理")

    def _calm(self, event: Event) -> bool:
        """Whether a case is to be expected here: the very first reading of a group."""
        if not isinstance(event, MembersRead):
            return False
        state = self.register.groups.get(event.group)
        return state is None or state.first_reading

    async def _watch_breaker(self, work: Work, docket: Docket) -> None:
        register = self.register
        if register.broken or not register.alarms:
            return
        recent = {
            group: at for group, at in register.alarms.items() if work.now - at < _BREAKER_WINDOW
        }
        register.alarms = recent
        groups = sum(1 for _ in register.active_groups())
        if breaker_trips(groups, len(recent), register.policy.limits):
            register.broken = True
            await switches.set(work, "breaker", "tripped", "qungui")
            await self._report_breaker(work, docket, recent.keys(), groups)

    async def _report_breaker(
        self, work: Work, docket: Docket, hit: Iterable[GroupKey], total: int
    ) -> None:
        """Tell supervisors and administrators; messages are the one thing that goes on."""
        hit = list(hit)
        text = self.texts.breaker(len(hit), total)
        people = {*self.register.holders("supervisor"), *self.register.holders("administrator")}
        for person in sorted(people):
            group = next((one for one in hit if one.platform is person.platform), None)
            if group is None:
                continue
            alarm = Measure(
                kind=MeasureKind.ESCALATE,
                group=group,
                account=person,
                mode=Mode.ENFORCE,
                text=text,
                urgent=True,
            )
            await self.intentions.intend(work, docket, alarm, Ground())


async def _is_held(work: Work, event: JoinRequested) -> bool:
    known = await joins.by_request(work.connection, event.group, event.request_id)
    return known is not None
