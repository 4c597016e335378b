"""The log of cases as people search it: newest first, a page at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Mode
from bot.domain.violations import OpenCase, ViolationState
from data import measures
from data.measure_rows import StoredMeasure
from data.scope import account_of, group_of, in_group, of_account, within
from data.tables import ExcerptRow, GroupRow, ViolationRow
from data.types import table_of

_violations = table_of(ViolationRow)
_groups = table_of(GroupRow)
_excerpts = table_of(ExcerptRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationQuery:
    """What to look for; None asks for everything.

    ``person`` is a staff number, an account (``AccountKey`` or bare id) or an exact name;
    ``clause`` may be a whole article; ``groups`` is the scope of whoever asks; the times are
    [since, until); ``after`` is the cursor a page ended with.
    """

    group: GroupKey | None = None
    person: str | AccountKey | None = None
    rule: str | None = None
    clause: str | None = None
    category: str | None = None
    severity: Severity | None = None
    state: ViolationState | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    after: str | None = None
    groups: Collection[GroupKey] | None = None
    departments: Collection[str] | None = None
    """Any of the ways one department is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationRecord:
    """A case with what was done about it.

    ``excerpt`` is the number to ask the vault for, None where nothing was kept.
    """

    number: int
    group: GroupKey
    group_name: str | None
    account: AccountKey
    staff_id: str | None
    person_name: str
    department: str | None
    rule_id: str
    kind: str
    clause: str
    category: str | None
    severity: Severity
    state: ViolationState
    mode: Mode
    reason: str
    suggestion: str | None
    message_id: str | None
    standing: bool
    opened_at: datetime
    closed_at: datetime | None
    closed_because: str | None
    next_action_at: datetime | None
    due_at: datetime | None
    due_done: bool
    reminders: int
    excerpt: int | None
    measures: tuple[StoredMeasure, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the cases; ``next`` continues behind them, None at the end."""

    items: list[ViolationRecord]
    next: str | None


async def find(connection: AsyncConnection, query: ViolationQuery) -> Page:
    """Cases, newest first. A cursor stays good however many are opened meanwhile.

    Raises:
        BadInputError: the cursor is not one of ours, or the limit is below one.
    """
    if query.limit < 1:
        raise BadInputError("--limit 应为大于 0 的整数。")
    statement = (
        _select()
        .where(*_conditions(query))
        .order_by(_violations.c.opened_at.desc(), _violations.c.number.desc())
        .limit(query.limit + 1)
    )
    rows = (await connection.execute(statement)).all()
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return Page(await _records(connection, shown), _cursor(shown[-1]) if more else None)


async def get(connection: AsyncConnection, number: int) -> ViolationRecord | None:
    """One case."""
    rows = (await connection.execute(_select().where(_violations.c.number == number))).all()
    found = await _records(connection, rows)
    return found[0] if found else None


def open_case(row: Row[Any]) -> OpenCase:
    """What the engine remembers of a live case."""
    return OpenCase(
        number=row.number,
        rule_id=row.rule_id,
        kind=row.kind,
        clause=row.clause,
        group=group_of(row.platform, row.group_id),
        account=account_of(row.platform, row.account_id),
        severity=Severity(row.severity),
        state=ViolationState(row.state),
        mode=Mode(row.mode),
        opened_at=row.opened_at,
        suggestion=row.suggestion,
        next_action_at=row.next_action_at,
        due_at=row.due_at,
        due_done=row.due_done,
        reminders=row.reminders,
        message_id=row.message_id,
        standing=row.standing,
    )


def _select() -> Select[Any]:
    joined = _violations.outerjoin(
        _groups,
        (_groups.c.platform == _violations.c.platform)
        & (_groups.c.group_id == _violations.c.group_id),
    ).outerjoin(_excerpts, _excerpts.c.violation == _violations.c.number)
    names = (_groups.c.name.label("group_name"), _excerpts.c.violation.label("excerpt"))
    return select(_violations, *names).select_from(joined)


def _conditions(query: ViolationQuery) -> list[ColumnElement[bool]]:
    columns = _violations.c
    found = [within(_violations, query.groups)]
    if query.group is not None:
        found.append(in_group(_violations, query.group))
    if query.person is not None:
        found.append(_person(query.person))
    if query.since is not None:
        found.append(columns.opened_at >= query.since)
    if query.until is not None:
        found.append(columns.opened_at < query.until)
    if query.departments is not None:
        found.append(columns.department.in_(query.departments))
    if query.after is not None:
        found.append(_behind(query.after))
    if query.clause is not None:
        whole_article = columns.clause.startswith(f"{query.clause}.", autoescape=True)
        found.append(or_(columns.clause == query.clause, whole_article))
    equal = {
        "rule_id": query.rule,
        "category": query.category,
        "severity": query.severity.value if query.severity else None,
        "state": query.state.value if query.state else None,
    }
    found.extend(columns[name] == value for name, value in equal.items() if value is not None)
    return found


def _person(person: str | AccountKey) -> ColumnElement[bool]:
    if isinstance(person, AccountKey):
        return of_account(_violations, person)
    columns = _violations.c
    return or_(
        columns.staff_id == person, columns.account_id == person, columns.person_name == person
    )


def _cursor(row: Row[Any]) -> str:
    return f"{row.opened_at.isoformat()}_{row.number}"


def _behind(cursor: str) -> ColumnElement[bool]:
    moment, _, number = cursor.rpartition("_")
    columns = _violations.c
    try:
        at, last = datetime.fromisoformat(moment), int(number)
    except ValueError:
        raise BadInputError("翻页标记无效，请使用上一页给出的 next。") from None
    if at.tzinfo is None:
        raise BadInputError("翻页标记无效，请使用上一页给出的 next。")
    return or_(columns.opened_at < at, and_(columns.opened_at == at, columns.number < last))


async def _records(
    connection: AsyncConnection, rows: Collection[Row[Any]]
) -> list[ViolationRecord]:
    done = await measures.for_violations(connection, [row.number for row in rows])
    return [_record(row, tuple(done[row.number])) for row in rows]


def _record(row: Row[Any], done: tuple[StoredMeasure, ...]) -> ViolationRecord:
    return ViolationRecord(
        number=row.number,
        group=group_of(row.platform, row.group_id),
        group_name=row.group_name,
        account=account_of(row.platform, row.account_id),
        staff_id=row.staff_id,
        person_name=row.person_name,
        department=row.department,
        rule_id=row.rule_id,
        kind=row.kind,
        clause=row.clause,
        category=row.category,
        severity=Severity(row.severity),
        state=ViolationState(row.state),
        mode=Mode(row.mode),
        reason=row.reason,
        suggestion=row.suggestion,
        message_id=row.message_id,
        standing=row.standing,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_because=row.closed_because,
        next_action_at=row.next_action_at,
        due_at=row.due_at,
        due_done=row.due_done,
        reminders=row.reminders,
        excerpt=row.excerpt,
        measures=done,
    )
