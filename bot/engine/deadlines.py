"""Cases about one message that nobody has answered: asked again, and passed on when due.

A lasting state (a wrong card) is judged again at every reading and needs no clock of its own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.domain.findings import Finding
from bot.domain.identifiers import MessageKey
from bot.domain.measures import Mode
from bot.domain.policy import Response, Step
from bot.domain.violations import OpenCase
from bot.engine.cases import Cases
from bot.engine.docket import Docket
from bot.engine.register import Register
from bot.engine.responses import Responses
from bot.engine.scribe import Scribe
from data import violations
from data.ledger import Work
from data.violations import ViolationRecord


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Looks for what is due. A late, doubled or missed look changes nothing."""

    register: Register
    scribe: Scribe
    cases: Cases
    responses: Responses
    reload: Callable[[], Awaitable[None]]

    async def run(self, now: datetime) -> None:
        """Carry out what the policy says for cases whose time has come."""
        due = [one for one in self.register.by_number.values() if _is_due(one, now)]
        for case in due:
            await self.scribe.write(partial(self._carry_out, case.number), remembers=True)
        if due:
            await self.reload()

    async def _carry_out(self, number: int, work: Work) -> None:
        case = self.register.by_number.get(number)
        if case is None or not _is_due(case, work.now):
            return
        record = await violations.get(work.connection, number)
        if record is None:
            return
        response = self.register.policy.response(case.rule_id, case.kind, record.category)
        steps, case = _steps(case, response, work.now)
        await self.cases.reschedule(work, case)
        for step in steps:
            await self.responses.carry_out(work, Docket(), step, case, _finding(record))


def _is_due(case: OpenCase, now: datetime) -> bool:
    if case.standing or case.mode is Mode.OBSERVE:
        return False
    again = case.next_action_at is not None and case.next_action_at <= now
    late = case.due_at is not None and case.due_at <= now and not case.due_done
    return again or late


def _steps(case: OpenCase, response: Response, now: datetime) -> tuple[list[Step], OpenCase]:
    steps: list[Step] = []
    if case.next_action_at is not None and case.next_action_at <= now:
        # First aid has a clock of its own, and what was recalled once is not recalled again.
        steps += [one for one in response.do if one not in (Step.FIRST_AID, Step.RECALL)]
        repeat = response.repeat_every
        case = replace(case, next_action_at=now + repeat if repeat else None)
    if case.due_at is not None and case.due_at <= now and not case.due_done:
        steps += response.when_due
        case = replace(case, due_done=True)
    return steps, case


def _finding(record: ViolationRecord) -> Finding:
    """The finding a case was opened by, as far as it is kept."""
    message = MessageKey(record.group, record.message_id) if record.message_id else None
    return Finding(
        rule_id=record.rule_id,
        kind=record.kind,
        clause=record.clause,
        group=record.group,
        account=record.account,
        reason=record.reason,
        severity=record.severity,
        category=record.category,
        staff_id=record.staff_id,
        message=message,
        certain=record.kind != "suspected",
    )
