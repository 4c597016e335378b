"""What a person called a false hit, as an example that must not be hit again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.violations import ViolationState
from data.keys import KeyRing
from data.ledger import Work
from data.tables import ExcerptRow, FalseHitRow, ViolationRow
from data.types import table_of
from data.upsert import insert_new

_false_hits = table_of(FalseHitRow)
_violations = table_of(ViolationRow)
_excerpts = table_of(ExcerptRow)

KEY_PREFIX = "false-hits-"
_FALSE = (ViolationState.DISMISSED.value, ViolationState.OVERTURNED.value)
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class FalseHit:
    """One such hit; ``text`` is a short span of what was written."""

    violation: int
    source: str | None
    text: str


async def not_yet_kept(connection: AsyncConnection, rule_id: str) -> list[tuple[int, str | None]]:
    """Cases called false, by a person or on appeal, that were not looked at yet: number, source."""
    kept = select(_false_hits.c.violation)
    query = (
        select(_violations.c.number, _violations.c.source)
        .where(
            _violations.c.rule_id == rule_id,
            _violations.c.state.in_(_FALSE),
            _violations.c.number.not_in(kept),
        )
        .order_by(_violations.c.number)
        .limit(_AT_ONCE)
    )
    return [(row.number, row.source) for row in await connection.execute(query)]


async def keep(
    work: Work, keys: KeyRing, rule_id: str, hit: tuple[int, str | None], text: str | None
) -> None:
    """Seal the span of a case; None where nothing of it may be kept."""
    number, source = hit
    period = work.now.strftime("%Y-%m")
    row = {
        "violation": number,
        "rule_id": rule_id,
        "source": source,
        "period": period,
        "ciphertext": None if text is None else keys.seal(period, text),
    }
    if await insert_new(work.connection, _false_hits, row):
        work.record("false_hit", f"W{number}", {"kept": text is not None, "source": source})


async def readable(connection: AsyncConnection, keys: KeyRing) -> list[FalseHit]:
    """Every example whose key is still there, oldest first."""
    query = (
        select(_false_hits)
        .where(_false_hits.c.ciphertext.is_not(None))
        .order_by(_false_hits.c.violation)
    )
    return [
        FalseHit(row.violation, row.source, text)
        for row in await connection.execute(query)
        if (text := keys.open(row.period, row.ciphertext)) is not None
    ]


async def count(connection: AsyncConnection, rule_id: str) -> int:
    """How many examples of a rule are kept."""
    query = select(func.count()).where(
        _false_hits.c.rule_id == rule_id, _false_hits.c.ciphertext.is_not(None)
    )
    return int((await connection.execute(query)).scalar_one())


async def excerpted(connection: AsyncConnection, rule_id: str) -> Sequence[int]:
    """The numbers of a rule's cases of which an excerpt was kept, oldest first."""
    query = (
        select(_violations.c.number)
        .join(_excerpts, _excerpts.c.violation == _violations.c.number)
        .where(_violations.c.rule_id == rule_id)
        .order_by(_violations.c.number)
    )
    return list((await connection.execute(query)).scalars())
