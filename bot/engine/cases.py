"""Opens, keeps and closes numbered cases, in the database and in memory together."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.findings import Finding, Severity
from bot.domain.measures import Mode
from bot.domain.policy import Response
from bot.domain.violations import OpenCase, ViolationState
from bot.engine.register import Register
from data import violations
from data.excerpts import Vault
from data.ledger import Work
from data.violations import NewViolation


@dataclass(frozen=True, slots=True)
class Cases:
    """The case book of the engine."""

    register: Register
    vault: Vault

    async def open(
        self, work: Work, finding: Finding, response: Response, mode: Mode, *, calm: bool
    ) -> OpenCase:
        """Give a finding its number. ``calm``: it was expected (a group's very first reading)."""
        decided = self.register.policy.severity(finding.rule_id, finding.kind, finding.category)
        severity = decided or finding.severity or response.severity
        state = ViolationState.OBSERVED if mode is Mode.OBSERVE else ViolationState.OPEN
        now = work.now
        repeat = now + response.repeat_every if response.repeat_every else None
        due = now + response.due_after if response.due_after else None
        finding, name, department = self._identified(finding)
        number = await violations.open_violation(
            work,
            NewViolation(
                finding=finding,
                severity=severity,
                mode=mode,
                state=state,
                person_name=name,
                department=department,
                next_action_at=repeat,
                due_at=due,
            ),
        )
        if finding.excerpt is not None and finding.excerpt.text:
            await self.vault.seal(work, number, finding.excerpt)
        case = _case(finding, number, severity, state, mode, now, repeat, due)
        self.register.remember_case(case)
        if not calm:
            self.register.alarms[finding.group] = now
        return case

    async def move(
        self, work: Work, case: OpenCase, then: ViolationState, because: str
    ) -> OpenCase:
        """Bring a case into another state; one that is over is forgotten.

        First aid ends by its own steps or by a supervisor, never by the way.
        """
        if not then.live and case.number in self.register.first_aids:
            return case
        if case.state is not then:
            await violations.move(work, case.number, then, because)
            case = replace(case, state=then)
        if then.live:
            self.register.remember_case(case)
        else:
            self.register.forget_case(case)
        return case

    async def reschedule(self, work: Work, case: OpenCase) -> OpenCase:
        """Keep what was done and when it is done next."""
        await violations.schedule_case(
            work,
            case.number,
            next_action_at=case.next_action_at,
            due_at=case.due_at,
            due_done=case.due_done,
            reminders=case.reminders,
            suggestion=case.suggestion,
        )
        self.register.remember_case(case)
        return case

    def _identified(self, finding: Finding) -> tuple[Finding, str, str | None]:
        """The finding with whom it is about, as far as the roster knows; his name, department."""
        register = self.register
        staff = register.roster.staff(finding.staff_id) if finding.staff_id else None
        staff = staff or register.roster.bound_to(finding.account)
        if staff:
            department = staff.departments[0] if staff.departments else None
            return replace(finding, staff_id=staff.staff_id), staff.name, department
        member = register.member(finding.group, finding.account)
        return finding, (member.card if member else "") or finding.account.id, None


def _case(
    finding: Finding,
    number: int,
    severity: Severity,
    state: ViolationState,
    mode: Mode,
    now: datetime,
    repeat: datetime | None,
    due: datetime | None,
) -> OpenCase:
    return OpenCase(
        number=number,
        rule_id=finding.rule_id,
        kind=finding.kind,
        clause=finding.clause,
        group=finding.group,
        account=finding.account,
        severity=severity,
        state=state,
        mode=mode,
        opened_at=now,
        suggestion=finding.suggestion,
        next_action_at=repeat,
        due_at=due,
        due_done=False,
        reminders=0,
        message_id=finding.message.id if finding.message else None,
        standing=finding.standing,
    )
