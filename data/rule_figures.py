"""What a rule, or one part of it, has seen: for the promotion gate and for ``规则``."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identifiers import GroupKey
from bot.domain.violations import ViolationState
from data.scope import within
from data.tables import ViolationRow
from data.types import table_of

_violations = table_of(ViolationRow)
_FALSE = (ViolationState.DISMISSED.value, ViolationState.OVERTURNED.value)


@dataclass(frozen=True, slots=True)
class Figures:
    """Cases opened; those a person judged, either way; those found to be none."""

    hits: int = 0
    reviewed: int = 0
    false_hits: int = 0
    people: int = 0


async def figures(
    connection: AsyncConnection,
    rule_id: str,
    since: datetime,
    *,
    source: str | None = None,
    groups: Collection[GroupKey] | None = None,
) -> Figures:
    """The figures of a rule since a moment; of one source of it, or in some groups only."""
    query = select(
        func.count(),
        _sum(_reviewed()),
        _sum(_violations.c.state.in_(_FALSE)),
        func.count(func.distinct(_violations.c.platform + ":" + _violations.c.account_id)),
    ).where(*_of(rule_id, since, source, groups))
    hits, reviewed, false_hits, people = (await connection.execute(query)).one()
    return Figures(hits, reviewed or 0, false_hits or 0, people)


async def to_review(
    connection: AsyncConnection,
    rule_id: str,
    since: datetime,
    *,
    source: str | None = None,
    groups: Collection[GroupKey] | None = None,
    limit: int = 10,
) -> list[int]:
    """Cases that nobody has judged yet, spread by their numbers rather than the newest ones."""
    query = (
        select(_violations.c.number)
        .where(*_of(rule_id, since, source, groups), ~_reviewed())
        # The same cases at every look, and not those of one busy hour.
        .order_by((_violations.c.number * 7919) % 1009, _violations.c.number)
        .limit(limit)
    )
    return sorted((await connection.execute(query)).scalars())


async def accounts_hit(
    connection: AsyncConnection, rule_id: str, source: str, since: datetime
) -> set[str]:
    """Whose words one source of a rule has met since a moment, as ``platform:id``."""
    account = _violations.c.platform + ":" + _violations.c.account_id
    query = select(account).distinct().where(*_of(rule_id, since, source, None))
    return set((await connection.execute(query)).scalars())


def _of(
    rule_id: str,
    since: datetime,
    source: str | None,
    groups: Collection[GroupKey] | None,
) -> list[ColumnElement[bool]]:
    conditions = [
        _violations.c.rule_id == rule_id,
        _violations.c.opened_at >= since,
        within(_violations, groups),
    ]
    if source is not None:
        conditions.append(_violations.c.source == source)
    return conditions


def _reviewed() -> ColumnElement[bool]:
    return or_(_violations.c.judged_by.is_not(None), _violations.c.state.in_(_FALSE))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0), type_=Integer)
