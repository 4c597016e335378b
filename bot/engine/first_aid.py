"""First aid for suspected state secrets: the clock, the checklist, and who hears of what is left.

The text itself is never here: a case is a place, a time, an author and a salted fingerprint.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.domain.errors import RefusedError
from bot.domain.findings import Finding, Severity
from bot.domain.first_aid import STAGES, AidStep, Audience, FirstAid
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Measure, MeasureKind, Mode
from bot.domain.violations import OpenCase, ViolationState
from bot.engine.docket import Docket
from bot.engine.intentions import Ground, Intentions
from bot.engine.register import Register
from bot.engine.scribe import Scribe
from bot.engine.texts import Texts
from data import duties, first_aid, switches, violations
from data.ledger import Work
from data.salt import Salt

DUTY = "first-aid"
_REVISION = "decisions"


@dataclass(frozen=True, slots=True)
class FirstAidLane:
    """Opens first aid, and tells people what is left of it as time passes."""

    register: Register
    texts: Texts
    intentions: Intentions
    salt: Salt

    async def begin(
        self, work: Work, docket: Docket, case: OpenCase, finding: Finding, posted_at: datetime
    ) -> None:
        """Start the clock of a case, and tell its owner and the supervisors what to do."""
        if case.mode is Mode.OBSERVE:
            return
        digest = finding.excerpt.fingerprint if finding.excerpt else case.message_id or ""
        aid = FirstAid(
            violation=case.number,
            found_at=work.now,
            posted_at=posted_at,
            fingerprint=self.salt.fingerprint(digest),
        )
        await first_aid.begin(work, aid, await self._owe(work, case, aid))
        self.register.first_aids[case.number] = aid
        checklist = self.texts.first_aid_steps(tuple(AidStep))
        text = self.texts.first_aid("first_aid.task", case, aid, steps=checklist)
        await self._ask(work, docket, case, self._owner(case), text)
        text = self.texts.first_aid("first_aid.alarm", case, aid, steps=checklist)
        await self._escalate(work, docket, case, self._supervisors(case), text)

    async def remind(self, work: Work, docket: Docket, case: OpenCase, aid: FirstAid) -> None:
        """Say the newest stage that has come: whoever missed three hears once."""
        stage = aid.stage(work.now)
        if stage <= aid.told or not aid.left:
            return
        _, audience = STAGES[stage - 1]
        left = "、".join(f"{one.number} {one.label}" for one in aid.left)
        key = "first_aid.overdue" if audience is Audience.EVERYBODY else "first_aid.left"
        text = self.texts.first_aid(key, case, aid, steps=left)
        self.register.first_aids[case.number] = await first_aid.note_told(work, aid, stage)
        if audience is Audience.OWNER:
            await self._ask(work, docket, case, self._owner(case), text)
            return
        people = {
            Audience.DEPUTIES: self._deputies(case) or self._supervisors(case),
            Audience.SUPERVISORS: self._supervisors(case),
            Audience.EVERYBODY: self._everybody(case),
        }[audience]
        await self._escalate(work, docket, case, people, text)

    async def _owe(self, work: Work, case: OpenCase, aid: FirstAid) -> int | None:
        owner = self._owner(case) or next(iter(self._supervisors(case)), None)
        if owner is None:
            return None
        day = aid.found_at.astimezone(self.texts.zone).date().isoformat()
        return await duties.open_duty(
            work, f"{DUTY}:W{case.number}", owner, [case.group], day=day, due_at=aid.due_at
        )

    async def _ask(
        self, work: Work, docket: Docket, case: OpenCase, owner: AccountKey | None, text: str
    ) -> None:
        if owner is None and case.account in self._managers(case.group):
            # Nobody but the author manages this group: the supervisors have heard.
            return
        public = self.texts.wording.text("first_aid.public", number=f"W{case.number}")
        measure = replace(_measure(MeasureKind.ASK, case, owner), text=text, public_text=public)
        await self.intentions.intend(work, docket, measure, _ground(case))

    async def _escalate(
        self,
        work: Work,
        docket: Docket,
        case: OpenCase,
        people: Iterable[AccountKey],
        text: str,
    ) -> None:
        for person in people:
            measure = replace(_measure(MeasureKind.ESCALATE, case, person), text=text)
            await self.intentions.intend(work, docket, measure, _ground(case))

    def _managers(self, group: GroupKey) -> frozenset[AccountKey]:
        state = self.register.groups.get(group)
        return state.managers if state else frozenset()

    def _owner(self, case: OpenCase) -> AccountKey | None:
        """Who acts for the group: its owner, else an admin; never the author himself."""
        state = self.register.groups.get(case.group)
        others = sorted(self._managers(case.group) - {case.account})
        if state is not None and state.owner in others:
            return state.owner
        return next(iter(others), None)

    def _deputies(self, case: OpenCase) -> tuple[AccountKey, ...]:
        """The other group admins: heads of departments are on no roster."""
        left_out = {case.account, self._owner(case)}
        return tuple(sorted(one for one in self._managers(case.group) if one not in left_out))

    def _supervisors(self, case: OpenCase) -> tuple[AccountKey, ...]:
        platform = case.group.platform
        found = self.register.holders("supervisor", platform)
        return found or self.register.holders("administrator", platform)

    def _everybody(self, case: OpenCase) -> tuple[AccountKey, ...]:
        administrators = self.register.holders("administrator", case.group.platform)
        return tuple(dict.fromkeys((*self._supervisors(case), *administrators)))


@dataclass(frozen=True, slots=True)
class FirstAidClock:
    """Looks which stage has come. A late, doubled or missed look changes nothing."""

    register: Register
    scribe: Scribe
    lane: FirstAidLane
    reload: Callable[[], Awaitable[None]]

    async def run(self, now: datetime) -> None:
        """Tell whoever is next."""
        due = [
            aid.violation
            for aid in self.register.first_aids.values()
            if aid.left and aid.stage(now) > aid.told
        ]
        for number in due:
            await self.scribe.write(partial(self._remind, number), remembers=True)
        if due:
            await self.reload()

    async def _remind(self, number: int, work: Work) -> None:
        case, aid = self.register.by_number.get(number), self.register.first_aids.get(number)
        if case is not None and aid is not None:
            await self.lane.remind(work, Docket(), case, aid)


async def tick_recall(work: Work, register: Register, number: int, shown_by: str) -> None:
    """The platform shows the message gone: that step is done, the others are not."""
    aid = register.first_aids.get(number)
    if aid is not None:
        await _tick(work, register, aid, [AidStep.RECALL], shown_by)


async def tick(
    work: Work, register: Register, number: int, steps: Iterable[AidStep], by: AccountKey
) -> FirstAid:
    """A person says which steps are done. With the last one the case is over.

    Raises:
        RefusedError: the case is not, or no longer, in first aid.
    """
    aid = register.first_aids.get(number)
    if aid is None:
        raise RefusedError(f"W{number} 没有进行中的涉密应急处置。")
    aid = await _tick(work, register, aid, steps, str(by))
    await switches.bump_revision(work, _REVISION)
    return aid


async def close(
    work: Work, register: Register, number: int, by: AccountKey, *, false_hit: bool
) -> None:
    """A supervisor ends first aid before all steps are ticked, or says that it was none.

    Raises:
        RefusedError: the case is not, or no longer, in first aid.
    """
    if number not in register.first_aids:
        raise RefusedError(f"W{number} 没有进行中的涉密应急处置。")
    then = ViolationState.DISMISSED if false_hit else ViolationState.CLOSED
    because = f"{'监督人认定为误报' if false_hit else '监督人办结'}（{by}）"
    await _end(work, register, number, then, because)
    await switches.bump_revision(work, _REVISION)


async def _tick(
    work: Work, register: Register, aid: FirstAid, steps: Iterable[AidStep], by: str
) -> FirstAid:
    for step in steps:
        aid = await first_aid.tick(work, aid, step, by)
    register.first_aids[aid.violation] = aid
    if not aid.left:
        because = "涉密应急处置各步骤均已完成"
        await _end(work, register, aid.violation, ViolationState.CLOSED, because)
    return aid


async def _end(
    work: Work, register: Register, number: int, then: ViolationState, because: str
) -> None:
    duty = await first_aid.end(work, number)
    if duty is not None:
        await duties.finish_duty(work, duty, because)
    await violations.move(work, number, then, because)
    register.first_aids.pop(number, None)
    if case := register.by_number.get(number):
        register.forget_case(case)


def _measure(kind: MeasureKind, case: OpenCase, account: AccountKey | None) -> Measure:
    return Measure(kind=kind, group=case.group, account=account, mode=case.mode, urgent=True)


def _ground(case: OpenCase) -> Ground:
    return Ground(violation=case.number, severity=Severity.CRITICAL)
