"""The comments of the optional second opinion, and which cases still have none."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.findings import STATE_SECRETS
from bot.domain.violations import ViolationState
from data.fingerprint import fingerprint
from data.ledger import Work
from data.tables import ExcerptRow, OpinionRow, ViolationRow
from data.types import table_of
from data.upsert import insert_new

_opinions = table_of(OpinionRow)
_violations = table_of(ViolationRow)
_excerpts = table_of(ExcerptRow)

LABELS = {"likely_violation": "像是违规", "likely_ordinary": "像是正常工作内容", "unsure": "拿不准"}
"""Every opinion there is, as people read it."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was said of a case."""

    violation: int
    opinion: str
    reason: str
    model: str


async def add(work: Work, opinion: Opinion) -> bool:
    """Keep a comment; False where the case has one."""
    row = {
        "violation": opinion.violation,
        "opinion": opinion.opinion,
        "reason": opinion.reason,
        "model": opinion.model,
        "at": work.now,
    }
    if not await insert_new(work.connection, _opinions, row):
        return False
    work.record(
        "opinion",
        f"W{opinion.violation}",
        {
            "opinion": opinion.opinion,
            "reason": fingerprint(opinion.reason),
            "model": opinion.model,
        },
    )
    return True


async def get(connection: AsyncConnection, violation: int) -> Opinion | None:
    """The comment on a case."""
    row = (
        await connection.execute(select(_opinions).where(_opinions.c.violation == violation))
    ).first()
    return Opinion(row.violation, row.opinion, row.reason, row.model) if row else None


async def asked_since(connection: AsyncConnection, since: datetime) -> int:
    """How many comments there were since."""
    query = select(func.count()).where(_opinions.c.at >= since)
    count: int = (await connection.execute(query)).scalar_one()
    return count


async def without(connection: AsyncConnection, since: datetime, limit: int) -> list[int]:
    """Content cases opened since with words to show and no comment yet, oldest first.

    A suspected state secret is never among them.
    """
    query = (
        select(_violations.c.number)
        .join(_excerpts, _excerpts.c.violation == _violations.c.number)
        .outerjoin(_opinions, _opinions.c.violation == _violations.c.number)
        .where(
            _opinions.c.violation.is_(None),
            _violations.c.rule_id == "content",
            _violations.c.opened_at >= since,
            _violations.c.category != STATE_SECRETS,
            _violations.c.state.not_in(
                (ViolationState.DISMISSED.value, ViolationState.OBSERVED.value)
            ),
        )
        .order_by(_violations.c.number)
        .limit(limit)
    )
    return list((await connection.execute(query)).scalars())
