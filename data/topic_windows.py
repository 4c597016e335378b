"""Sensitive periods set by command; those of the file stand beside them."""

import json
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from bot.domain.findings import Severity
from bot.domain.topic_windows import TopicWindow
from data.ledger import Json, Work
from data.tables import TopicWindowRow
from data.types import table_of

_windows = table_of(TopicWindowRow)


async def create(work: Work, window: TopicWindow, by: str) -> int:
    """Set a sensitive period; its number."""
    row = {
        "name": window.name,
        "opens_at": window.opens_at,
        "closes_at": window.closes_at,
        "categories": json.dumps(sorted(window.categories)),
        "words": json.dumps(window.words, ensure_ascii=False),
        "severity": window.severity.value,
        "set_by": by,
    }
    statement = insert(_windows).returning(_windows.c.number)
    number: int = (await work.connection.execute(statement, row)).scalar_one()
    what: list[Json] = [*sorted(window.categories), *window.words]
    work.record(
        "window",
        f"M{number}",
        {
            "name": window.name,
            "from": window.opens_at.isoformat(),
            "until": window.closes_at.isoformat(),
            "what": what,
            "severity": window.severity.value,
            "by": by,
        },
    )
    return number


async def not_over(connection: AsyncConnection, now: datetime) -> list[TopicWindow]:
    """Those that are open or will be."""
    query = select(_windows).where(_windows.c.closes_at > now).order_by(_windows.c.opens_at)
    return [
        TopicWindow(
            name=row.name,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            categories=frozenset(json.loads(row.categories)),
            words=tuple(json.loads(row.words)),
            severity=Severity(row.severity),
            number=row.number,
        )
        for row in await connection.execute(query)
    ]


async def end(work: Work, number: int, by: str) -> None:
    """Close one now, or call it off before it opens.

    Raises:
        RefusedError: there is none of this number that is not over.
    """
    ended = (
        update(_windows)
        .where(_windows.c.number == number, _windows.c.closes_at > work.now)
        .values(closes_at=work.now)
    )
    if not (await work.connection.execute(ended)).rowcount:
        raise RefusedError(f"没有编号为 M{number} 的敏感期，或已结束。")
    work.record("window_ended", f"M{number}", {"by": by})
