"""Carries out the steps the policy names for a finding: each becomes one or more measures."""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.capabilities import Situation
from bot.domain.findings import Finding, Severity
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey
from bot.domain.interlocks import CAP_REACHED, protected
from bot.domain.measures import Measure, MeasureKind, Mode, Rung
from bot.domain.plans import Proposal
from bot.domain.policy import Step
from bot.domain.violations import OpenCase
from bot.engine.docket import Docket
from bot.engine.intentions import Ground, Intentions
from bot.engine.register import Register
from bot.engine.texts import Texts
from data import measures
from data.ledger import Work

_STRIKES_FROM = Severity.SERIOUS
_CAP_ALARM_EVERY = timedelta(hours=1)
_ASKED_APART = frozenset({"suspected", "impostor"})
_ESCALATED_APART = frozenset({"critical", "by_owner", "impostor"})


@dataclass(slots=True)
class Responses:
    """Answers findings as the policy says."""

    register: Register
    texts: Texts
    intentions: Intentions

    async def carry_out(
        self, work: Work, docket: Docket, step: Step, case: OpenCase, finding: Finding
    ) -> None:
        """Do one step for a case."""
        match step:
            case Step.REMIND:
                await self._remind(work, docket, case)
            case Step.TELL:
                await self._tell(work, docket, case, finding)
            case Step.RECALL:
                await self._recall(work, docket, case, finding)
            case Step.ASK_OWNER:
                await self._ask(work, docket, case, finding)
            case Step.ESCALATE:
                await self.escalate(work, docket, case, finding.reason)
            case Step.PROPOSE_REMOVAL:
                await self._propose(work, docket, case, finding)
            case Step.APPROVE_JOIN:
                await self._approve_join(work, docket, case, finding)
            case Step.FIRST_AID:
                # ``FirstAidLane`` begins it once, with the event at hand.
                return

    async def strike(self, work: Work, docket: Docket, case: OpenCase, finding: Finding) -> None:
        """Count a grave message against its author and mute from a certain count on."""
        # Only what somebody posted counts, and only where it would have been answered: the same
        # that a restart counts from the database.
        if finding.message is None or case.mode is Mode.OBSERVE:
            return
        if case.severity.rank < _STRIKES_FROM.rank or not finding.certain:
            return
        _, rule = self.register.policy.strike_rule(finding.category)
        count = self.register.count_strike(finding.account, work.now, finding.category)
        fitting = [strike for strike in rule.ladder if count >= strike.count]
        if not fitting:
            return
        duration = max(fitting, key=lambda strike: strike.count).mute
        measure = replace(
            self._measure(MeasureKind.MUTE, case), seconds=int(duration.total_seconds())
        )
        rung = self._rung(MeasureKind.MUTE, case.account, case)
        if rung is not Rung.AUTOMATIC:
            measure = replace(measure, withheld="平台上机器人不能禁言此人")
        done = await self.intentions.intend(work, docket, measure, _ground(case, finding))
        await self._alarm_if_capped(work, docket, case, done)

    async def escalate(
        self,
        work: Work,
        docket: Docket,
        case: OpenCase,
        reason: str,
        *,
        general: bool = False,
    ) -> None:
        """Tell every supervisor of the platform in private; ``general``: about no one message."""
        supervisors = self.register.holders("supervisor", case.group.platform)
        for supervisor in supervisors or self.register.holders(
            "administrator", case.group.platform
        ):
            key = "general" if general else _escalation_key(case)
            text = self.texts.escalation(key, case, reason)
            measure = replace(
                self._measure(MeasureKind.ESCALATE, case), account=supervisor, text=text
            )
            await self.intentions.intend(work, docket, measure, _plain_ground(case))

    async def _alarm_if_capped(
        self, work: Work, docket: Docket, case: OpenCase, measure: Measure
    ) -> None:
        """A cap that is hit means trouble: the supervisors hear of it, once an hour (I7)."""
        if measure.withheld is None or CAP_REACHED not in measure.withheld:
            return
        last = self.register.cap_alarms.get(measure.kind)
        if last is None or work.now - last >= _CAP_ALARM_EVERY:
            self.register.cap_alarms[measure.kind] = work.now
            await self.escalate(work, docket, case, measure.withheld, general=True)

    async def _remind(self, work: Work, docket: Docket, case: OpenCase) -> None:
        measure = replace(
            self._measure(MeasureKind.REMIND, case),
            card=case.suggestion,
            text=self.texts.reminder(case),
        )
        await self.intentions.intend(work, docket, measure, _plain_ground(case))

    async def _tell(self, work: Work, docket: Docket, case: OpenCase, finding: Finding) -> None:
        text = self.texts.told(case, finding, recalled=case.number in docket.recalls)
        await self._say(work, docket, MeasureKind.NOTIFY, case, (text, text))

    async def _recall(self, work: Work, docket: Docket, case: OpenCase, finding: Finding) -> None:
        rung = self._rung(MeasureKind.RECALL, case.account, case)
        measure = replace(
            self._measure(MeasureKind.RECALL, case), message=finding.message, rung=rung
        )
        done = await self.intentions.intend(work, docket, measure, _ground(case, finding))
        await self._alarm_if_capped(work, docket, case, done)
        if done.withheld is None and rung is Rung.AUTOMATIC:
            docket.recalls.add(case.number)
        elif done.withheld is None:
            await self.ask_owner(work, docket, case, ("recall", finding.reason))

    async def _ask(self, work: Work, docket: Docket, case: OpenCase, finding: Finding) -> None:
        if finding.request_id is not None:
            return
        key = case.kind if case.kind in _ASKED_APART else "general"
        await self.ask_owner(work, docket, case, (key, finding.reason))

    async def ask_owner(
        self, work: Work, docket: Docket, case: OpenCase, question: tuple[str, str]
    ) -> None:
        """Put a task to the group's owner: (wording key, reason)."""
        key, reason = question
        texts = self.texts.ask(key, case, reason)
        await self._say(work, docket, MeasureKind.ASK, case, texts, to_owner=True)

    async def _propose(self, work: Work, docket: Docket, case: OpenCase, finding: Finding) -> None:
        member = self.register.member(case.group, case.account)
        reason = protected(member, self.register.exempt_accounts)
        removal = self._measure(MeasureKind.REMOVE, case)
        if reason is not None:
            if await _was_withheld(work, case, reason):
                return
            await self.intentions.intend(
                work, docket, replace(removal, withheld=reason), _plain_ground(case)
            )
            await self.escalate(work, docket, case, f"{finding.reason}（{reason}）")
            return
        if case.mode is not Mode.ENFORCE:
            await self.intentions.intend(work, docket, removal, _plain_ground(case))
            return
        name = self.texts.who(case)
        proposal = Proposal(case.group, case.account, case.number, finding.reason, name)
        docket.proposals.append((proposal, case))

    async def _approve_join(
        self, work: Work, docket: Docket, case: OpenCase, finding: Finding
    ) -> None:
        measure = replace(
            self._measure(MeasureKind.APPROVE_JOIN, case), request_id=finding.request_id
        )
        await self.intentions.intend(work, docket, measure, _ground(case, finding))

    async def _say(
        self,
        work: Work,
        docket: Docket,
        kind: MeasureKind,
        case: OpenCase,
        texts: tuple[str, str],
        *,
        to_owner: bool = False,
    ) -> None:
        measure = replace(self._measure(kind, case), text=texts[0], public_text=texts[1])
        if to_owner:
            measure = replace(measure, account=None)
        await self.intentions.intend(work, docket, measure, _plain_ground(case))

    def _measure(self, kind: MeasureKind, case: OpenCase) -> Measure:
        return Measure(
            kind=kind,
            group=case.group,
            account=case.account,
            mode=case.mode,
            urgent=case.severity is Severity.CRITICAL,
        )

    def _rung(self, kind: MeasureKind, account: AccountKey, case: OpenCase) -> Rung:
        platform = self.register.platforms.get(case.group.platform)
        if platform is None:
            # A first message may overtake the greeting of its own connection: its recall waits.
            return Rung.AUTOMATIC if kind is MeasureKind.RECALL else Rung.ASSISTED
        state = self.register.groups.get(case.group)
        member = state.members.get(account) if state else None
        role = state.bot_role if state else Role.UNKNOWN
        if role is Role.UNKNOWN and kind is MeasureKind.RECALL:
            # Not read yet: trying costs nothing, and a refusal puts the task to the owner.
            role = Role.ADMIN
        situation = Situation(bot_role=role, target_role=member.role if member else Role.MEMBER)
        return platform.capability(kind, situation).rung


async def _was_withheld(work: Work, case: OpenCase, reason: str) -> bool:
    """Whether supervisors heard before that this removal is not proposed, and why."""
    return any(
        one.measure.kind is MeasureKind.REMOVE and one.measure.withheld == reason
        for one in await measures.for_violation(work.connection, case.number)
    )


def _escalation_key(case: OpenCase) -> str:
    if case.kind in _ESCALATED_APART:
        return case.kind
    return "critical" if case.severity is Severity.CRITICAL else "general"


def _ground(case: OpenCase, finding: Finding) -> Ground:
    return Ground(violation=case.number, severity=case.severity, certain=finding.certain)


def _plain_ground(case: OpenCase) -> Ground:
    return Ground(violation=case.number, severity=case.severity)
