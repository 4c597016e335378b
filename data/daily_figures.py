"""What a daily report counts, group by group: plain sums that anybody can count again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.violations import ViolationState
from data.scope import account_of, group_of, within
from data.tables import CounterRow, DigestRow, MeasureRow, ViolationRow
from data.types import table_of

_violations = table_of(ViolationRow)
_measures = table_of(MeasureRow)
_counters = table_of(CounterRow)
_digests = table_of(DigestRow)

_WAITING = (ViolationState.OPEN.value, ViolationState.WAITING.value)

Groups = Collection[GroupKey] | None
Moments = tuple[datetime, datetime]
"""[since, until)."""


async def opened(
    connection: AsyncConnection, moments: Moments, groups: Groups
) -> dict[tuple[GroupKey, str, str], int]:
    """Cases opened, by (group, rule, state now)."""
    columns = (
        _violations.c.platform,
        _violations.c.group_id,
        _violations.c.rule_id,
        _violations.c.state,
    )
    since, until = moments
    query = (
        select(*columns, func.count().label("cases"))
        .where(
            _violations.c.opened_at >= since,
            _violations.c.opened_at < until,
            within(_violations, groups),
        )
        .group_by(*columns)
    )
    return {
        (group_of(row.platform, row.group_id), row.rule_id, row.state): row.cases
        for row in await connection.execute(query)
    }


async def closed(
    connection: AsyncConnection, moments: Moments, groups: Groups
) -> dict[GroupKey, int]:
    """Cases that came to an end, whichever, by group."""
    columns = (_violations.c.platform, _violations.c.group_id)
    since, until = moments
    query = (
        select(*columns, func.count().label("cases"))
        .where(
            _violations.c.closed_at >= since,
            _violations.c.closed_at < until,
            within(_violations, groups),
        )
        .group_by(*columns)
    )
    return {
        group_of(row.platform, row.group_id): row.cases for row in await connection.execute(query)
    }


async def pending(connection: AsyncConnection, groups: Groups) -> dict[GroupKey, int]:
    """Cases in which something must still happen now, by group."""
    columns = (_violations.c.platform, _violations.c.group_id)
    query = (
        select(*columns, func.count().label("cases"))
        .where(_violations.c.state.in_(_WAITING), within(_violations, groups))
        .group_by(*columns)
    )
    return {
        group_of(row.platform, row.group_id): row.cases for row in await connection.execute(query)
    }


async def grave(connection: AsyncConnection, moments: Moments, groups: Groups) -> int:
    """Cases opened that are critical."""
    since, until = moments
    query = (
        select(func.count())
        .select_from(_violations)
        .where(
            _violations.c.opened_at >= since,
            _violations.c.opened_at < until,
            _violations.c.severity == Severity.CRITICAL.value,
            within(_violations, groups),
        )
    )
    return int((await connection.execute(query)).scalar_one())


async def measures_taken(
    connection: AsyncConnection, moments: Moments, groups: Groups
) -> dict[str, int]:
    """Measures asked for because of a case, a plan or a request, by state now."""
    since, until = moments
    query = (
        select(_measures.c.state, func.count().label("many"))
        .where(
            _measures.c.created_at >= since,
            _measures.c.created_at < until,
            or_(
                _measures.c.violation.is_not(None),
                _measures.c.plan.is_not(None),
                _measures.c.join_request.is_not(None),
            ),
            within(_measures, groups),
        )
        .group_by(_measures.c.state)
    )
    return {row.state: row.many for row in await connection.execute(query)}


async def counters(
    connection: AsyncConnection, days: tuple[str, str], groups: Groups
) -> dict[tuple[str, GroupKey, str], int]:
    """Counters of the local days [first, last], by (day, group, name)."""
    query = select(_counters).where(_counters.c.day.between(*days), within(_counters, groups))
    return {
        (row.day, group_of(row.platform, row.group_id), row.name): row.value
        for row in await connection.execute(query)
    }


async def last_report(
    connection: AsyncConnection, owner: AccountKey, before_day: str | None = None
) -> tuple[str, datetime, str] | None:
    """An owner's newest report as (day, when it was made, its figures as JSON)."""
    query = select(_digests.c.day, _digests.c.composed_at, _digests.c.figures).where(
        _digests.c.platform == owner.platform.value, _digests.c.owner_account == owner.id
    )
    if before_day is not None:
        query = query.where(_digests.c.day < before_day)
    row = (await connection.execute(query.order_by(_digests.c.day.desc()).limit(1))).first()
    return (row.day, row.composed_at, row.figures) if row else None


async def unread_owners(connection: AsyncConnection, day: str) -> list[AccountKey]:
    """Whose report of a local day nobody has confirmed, in the order of their accounts."""
    query = (
        select(_digests.c.platform, _digests.c.owner_account)
        .where(_digests.c.day == day, _digests.c.read_at.is_(None))
        .order_by(_digests.c.platform, _digests.c.owner_account)
    )
    return [account_of(row.platform, row.owner_account) for row in await connection.execute(query)]
