"""Numbered cases: opened by a finding, moved by what becomes of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from bot.domain.findings import Finding, Severity
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.measures import Mode
from bot.domain.violations import OpenCase, ViolationState, check_move
from data.fingerprint import fingerprint
from data.ledger import Json, Work
from data.scope import account_of, group_of
from data.tables import FindingRow, ViolationRow
from data.types import table_of
from data.violation_log import (
    Page,
    ViolationQuery,
    ViolationRecord,
    find,
    get,
    open_case,
)

__all__ = [
    "NewViolation",
    "Page",
    "ViolationQuery",
    "ViolationRecord",
    "content_strikes",
    "find",
    "get",
    "live_cases",
    "move",
    "open_violation",
    "record_finding",
    "rule_of",
    "schedule_case",
]

_violations = table_of(ViolationRow)
_findings = table_of(FindingRow)

_LIVE = tuple(state.value for state in ViolationState if state.live)
_OVER = frozenset({ViolationState.CLOSED, ViolationState.DISMISSED, ViolationState.OVERTURNED})
_NO_STRIKE = (
    ViolationState.DISMISSED.value,
    ViolationState.OBSERVED.value,
    ViolationState.OVERTURNED.value,
)
_GRAVE = (Severity.SERIOUS.value, Severity.CRITICAL.value)


class _Unchanged(Enum):
    UNCHANGED = "unchanged"


UNCHANGED = _Unchanged.UNCHANGED
"""Leave a column as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewViolation:
    """A case to be opened.

    ``next_action_at`` is when its measures may be repeated, ``due_at`` when it is escalated.
    """

    finding: Finding
    severity: Severity
    mode: Mode
    state: ViolationState
    person_name: str
    department: str | None = None
    next_action_at: datetime | None = None
    due_at: datetime | None = None


async def open_violation(work: Work, new: NewViolation) -> int:
    """Open a case; its number."""
    statement = insert(_violations).returning(_violations.c.number)
    row = _columns(new, work.now)
    number: int = (await work.connection.execute(statement, row)).scalar_one()
    finding = new.finding
    work.record(
        "violation",
        f"W{number}",
        {
            **_about(finding, new.severity),
            "staff_id": finding.staff_id,
            "category": finding.category,
            "mode": new.mode.value,
            "state": new.state.value,
            "reason": fingerprint(finding.reason),
        },
    )
    return number


async def record_finding(
    work: Work,
    finding: Finding,
    *,
    event_id: str,
    platform: Platform,
    severity: Severity,
    violation: int | None,
    skipped: str | None = None,
) -> None:
    """Write what a rule saw; ``skipped`` says why nothing follows from it."""
    row = {
        "platform": platform.value,
        "event_id": event_id,
        "rule_id": finding.rule_id,
        "kind": finding.kind,
        "clause": finding.clause,
        "severity": severity.value,
        "group_id": finding.group.id,
        "account_id": finding.account.id,
        "violation": violation,
        "at": work.now,
        "skipped": skipped,
    }
    await work.connection.execute(insert(_findings), row)
    work.record(
        "finding",
        f"{platform.value}:{event_id}",
        {**_about(finding, severity), "violation": violation, "skipped": skipped},
    )


async def move(work: Work, number: int, then: ViolationState, because: str) -> None:
    """Put a case into another state; into its own, nothing changes.

    Raises:
        RefusedError: there is no such case, or it may not go there.
    """
    query = select(_violations.c.state).where(_violations.c.number == number)
    state = (await work.connection.execute(query)).scalar_one_or_none()
    if state is None:
        raise RefusedError(f"没有编号为 W{number} 的违规登记。")
    now = ViolationState(state)
    check_move(number, now, then)
    if now is then:
        return
    over = then in _OVER
    values = {
        "state": then.value,
        "closed_at": work.now if over else None,
        "closed_because": because if over else None,
    }
    await work.connection.execute(
        update(_violations).where(_violations.c.number == number).values(values)
    )
    work.record(
        "case",
        f"W{number}",
        {"from": now.value, "to": then.value, "because": fingerprint(because)},
    )


async def note_judgement(work: Work, number: int, by: str) -> None:
    """A person said whether a case was a violation at all."""
    values = {"judged_by": by}
    await work.connection.execute(
        update(_violations).where(_violations.c.number == number).values(values)
    )
    work.record("judged", f"W{number}", {"by": by})


async def schedule_case(
    work: Work,
    number: int,
    *,
    next_action_at: datetime | _Unchanged | None = UNCHANGED,
    due_at: datetime | _Unchanged | None = UNCHANGED,
    due_done: bool | _Unchanged = UNCHANGED,
    reminders: int | _Unchanged = UNCHANGED,
    suggestion: str | _Unchanged | None = UNCHANGED,
) -> None:
    """Change when a live case is looked at again; what is not given stays as it is."""
    given = {
        "next_action_at": next_action_at,
        "due_at": due_at,
        "due_done": due_done,
        "reminders": reminders,
        "suggestion": suggestion,
    }
    values = {name: value for name, value in given.items() if value is not UNCHANGED}
    if values:
        await work.connection.execute(
            update(_violations).where(_violations.c.number == number).values(values)
        )


async def rule_of(connection: AsyncConnection, number: int) -> str | None:
    """The rule a case falls under."""
    query = select(_violations.c.rule_id).where(_violations.c.number == number)
    return (await connection.execute(query)).scalar_one_or_none()


async def live_cases(connection: AsyncConnection) -> list[OpenCase]:
    """Every case that still wants something to happen, oldest first.

    A single happening that was only observed wants nothing.
    """
    wanted = _violations.c.standing | (_violations.c.state != ViolationState.OBSERVED.value)
    query = (
        select(_violations)
        .where(_violations.c.state.in_(_LIVE), wanted)
        .order_by(_violations.c.number)
    )
    return [open_case(row) for row in await connection.execute(query)]


async def dismissed_states(
    connection: AsyncConnection,
) -> frozenset[tuple[str, GroupKey, AccountKey, str]]:
    """Lasting states that a person called a false hit: (rule, group, account, kind)."""
    query = select(
        _violations.c.rule_id,
        _violations.c.platform,
        _violations.c.group_id,
        _violations.c.account_id,
        _violations.c.kind,
    ).where(_violations.c.standing, _violations.c.state == ViolationState.DISMISSED.value)
    return frozenset(
        (
            row.rule_id,
            group_of(row.platform, row.group_id),
            account_of(row.platform, row.account_id),
            row.kind,
        )
        for row in await connection.execute(query)
    )


async def content_strikes(
    connection: AsyncConnection, since: datetime
) -> list[tuple[AccountKey, datetime, str | None]]:
    """Grave content cases that count against their authors: (author, opened at, category).

    A mere suspicion, a false hit, one that was only observed and one overturned on appeal do not
    count.
    """
    query = (
        select(_violations)
        .where(
            _violations.c.rule_id == "content",
            _violations.c.opened_at >= since,
            _violations.c.state.not_in(_NO_STRIKE),
            # A reviewer may have confirmed what was only observed: its author never heard of it.
            _violations.c.mode != Mode.OBSERVE.value,
            _violations.c.severity.in_(_GRAVE),
            _violations.c.kind != "suspected",
        )
        .order_by(_violations.c.opened_at, _violations.c.number)
    )
    rows = await connection.execute(query)
    return [(account_of(row.platform, row.account_id), row.opened_at, row.category) for row in rows]


def _about(finding: Finding, severity: Severity) -> dict[str, Json]:
    return {
        "rule": finding.rule_id,
        "kind": finding.kind,
        "clause": finding.clause,
        "severity": severity.value,
        "group": str(finding.group),
        "account": str(finding.account),
        "message": finding.message.id if finding.message else None,
    }


def _columns(new: NewViolation, now: datetime) -> dict[str, Any]:
    finding = new.finding
    over = new.state in _OVER
    return {
        "platform": finding.group.platform.value,
        "group_id": finding.group.id,
        "account_id": finding.account.id,
        "staff_id": finding.staff_id,
        "person_name": new.person_name,
        "department": new.department,
        "rule_id": finding.rule_id,
        "kind": finding.kind,
        "clause": finding.clause,
        "category": finding.category,
        "source": finding.source,
        "severity": new.severity.value,
        "state": new.state.value,
        "mode": new.mode.value,
        "reason": finding.reason,
        "suggestion": finding.suggestion,
        "message_id": finding.message.id if finding.message else None,
        "standing": finding.standing,
        "opened_at": now,
        "closed_at": now if over else None,
        "next_action_at": new.next_action_at,
        "due_at": new.due_at,
        "due_done": False,
        "reminders": 0,
    }
