"""Figures for a report: plain sums over the tables, so that anybody can count them again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identifiers import GroupKey
from bot.domain.measures import MeasureState
from bot.domain.plans import PlanState
from bot.domain.violations import ViolationState
from data import joins
from data.groups import Gap, gaps
from data.scope import group_of, within
from data.tables import (
    CounterRow,
    FindingRow,
    JoinRequestRow,
    MeasureRow,
    PlanPersonRow,
    PlanRow,
    ViolationRow,
)
from data.types import table_of

_counters = table_of(CounterRow)
_findings = table_of(FindingRow)
_violations = table_of(ViolationRow)
_measures = table_of(MeasureRow)
_plans = table_of(PlanRow)
_people = table_of(PlanPersonRow)
_requests = table_of(JoinRequestRow)

_WAITING = (ViolationState.OPEN.value, ViolationState.WAITING.value)


@dataclass(frozen=True, slots=True)
class Window:
    """Moments in [since, until), the same as local days [first, last], and the groups (None: all).

    Counters are kept by local day only, everything else by moment.
    """

    since: datetime
    until: datetime
    days: tuple[str, str]
    groups: Collection[GroupKey] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for somebody now, whenever it began."""

    violations: int = 0
    plans: int = 0
    joins: int = 0
    measures: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Sums over one window.

    ``counted`` are the counters by name; ``violations`` by (rule, state now) of the cases opened
    in it; ``measures`` by (kind, state now) of those asked for in it; ``skipped`` are findings
    without consequence because a rule failed.
    """

    counted: Mapping[str, int] = field(default_factory=dict)
    violations: Mapping[tuple[str, str], int] = field(default_factory=dict)
    measures: Mapping[tuple[str, str], int] = field(default_factory=dict)
    skipped: int = 0
    waiting: Waiting = field(default_factory=Waiting)
    gaps: tuple[Gap, ...] = ()


async def figures(connection: AsyncConnection, window: Window) -> Figures:
    """Everything a report needs about a window."""
    return Figures(
        counted=await counter_sums(connection, window.days, window.groups),
        violations=await violations_by_state(connection, window),
        measures=await measures_by_state(connection, window),
        skipped=await skipped_findings(connection, window),
        waiting=await waiting_now(connection, window.groups),
        gaps=tuple(await gaps(connection, window.since, window.until, window.groups)),
    )


async def violations_by_state(
    connection: AsyncConnection, window: Window
) -> dict[tuple[str, str], int]:
    """Cases opened in the window, by (rule, state now)."""
    columns = (_violations.c.rule_id, _violations.c.state)
    query = (
        select(*columns, func.count())
        .where(*_in(_violations, _violations.c.opened_at, window))
        .group_by(*columns)
    )
    return {(rule, state): count for rule, state, count in await connection.execute(query)}


async def measures_by_state(
    connection: AsyncConnection, window: Window
) -> dict[tuple[str, str], int]:
    """Measures asked for in the window, by (kind, state now)."""
    columns = (_measures.c.kind, _measures.c.state)
    query = (
        select(*columns, func.count())
        .where(*_in(_measures, _measures.c.created_at, window))
        .group_by(*columns)
    )
    return {(kind, state): count for kind, state, count in await connection.execute(query)}


async def skipped_findings(connection: AsyncConnection, window: Window) -> int:
    """Findings from which nothing followed because a rule failed."""
    here = _in(_findings, _findings.c.at, window)
    return await _count(connection, _findings, *here, _findings.c.skipped.is_not(None))


async def waiting_now(connection: AsyncConnection, groups: Collection[GroupKey] | None) -> Waiting:
    """What waits for somebody in these groups."""
    touched = select(_people.c.plan).where(within(_people, groups))
    return Waiting(
        violations=await _count(
            connection, _violations, within(_violations, groups), _violations.c.state.in_(_WAITING)
        ),
        plans=await _count(
            connection,
            _plans,
            _plans.c.state == PlanState.WAITING.value,
            _plans.c.number.in_(touched),
        ),
        joins=await _count(
            connection,
            _requests,
            within(_requests, groups),
            _requests.c.state == joins.WAITING,
        ),
        measures=await _measures_in(connection, groups, MeasureState.INTENDED),
        unknown=await _measures_in(connection, groups, MeasureState.UNKNOWN),
    )


async def counter_sums(
    connection: AsyncConnection, days: tuple[str, str], groups: Collection[GroupKey] | None
) -> dict[str, int]:
    """Counters by name, summed over local days [first, last] and the groups."""
    query = (
        select(_counters.c.name, func.sum(_counters.c.value))
        .where(_counters.c.day.between(*days), within(_counters, groups))
        .group_by(_counters.c.name)
    )
    return {name: int(total) for name, total in await connection.execute(query)}


async def violations_by_group(
    connection: AsyncConnection, window: Window
) -> dict[tuple[GroupKey, str, str], int]:
    """Cases opened in the window, by (group, rule, state now): an owner's report per group."""
    columns = (
        _violations.c.platform,
        _violations.c.group_id,
        _violations.c.rule_id,
        _violations.c.state,
    )
    query = (
        select(*columns, func.count().label("cases"))
        .where(*_in(_violations, _violations.c.opened_at, window))
        .group_by(*columns)
    )
    return {
        (group_of(row.platform, row.group_id), row.rule_id, row.state): row.cases
        for row in await connection.execute(query)
    }


async def _measures_in(
    connection: AsyncConnection, groups: Collection[GroupKey] | None, state: MeasureState
) -> int:
    return await _count(
        connection, _measures, within(_measures, groups), _measures.c.state == state.value
    )


async def _count(connection: AsyncConnection, table: Table, *where: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(table).where(*where)
    return int((await connection.execute(query)).scalar_one())


def _in(
    table: Table, moment: ColumnElement[datetime], window: Window
) -> tuple[ColumnElement[bool], ...]:
    return (moment >= window.since, moment < window.until, within(table, window.groups))
