"""Listed words changed by command: every change is kept, the newest of a word is in force."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from bot.domain.findings import Severity
from bot.domain.measures import Mode
from data.fingerprint import fingerprint, fingerprint_or_none
from data.ledger import Work
from data.tables import WordChangeRow
from data.types import table_of

_changes = table_of(WordChangeRow)


@dataclass(frozen=True, slots=True)
class Overlay:
    """How a word is to be listed whatever the files say; no severity: it is taken out."""

    severity: Severity | None
    excuses: tuple[str, ...] = ()
    at_most: Mode = Mode.ENFORCE
    """However far the rule may go, no hit of this word goes further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordChange:
    """One change; None stands for "as the files say"."""

    number: int
    word: str
    category: str
    before: Overlay | None
    after: Overlay | None
    by: str
    at: datetime


async def in_force(connection: AsyncConnection) -> list[WordChange]:
    """The newest change of every word that is not as the files say, oldest first."""
    newest = select(func.max(_changes.c.number)).group_by(_changes.c.category, _changes.c.folded)
    query = (
        select(_changes)
        .where(_changes.c.number.in_(newest), _changes.c.after.is_not(None))
        .order_by(_changes.c.number)
    )
    return [_change(row) for row in await connection.execute(query)]


async def change(
    work: Work, word: str, category: str, after: Overlay | None, by: str
) -> WordChange:
    """List a word, take it out, or give it back to the files with None."""
    last = await history(work.connection, word, category, limit=1)
    before = last[0].after if last else None
    row: dict[str, Any] = {
        "category": category,
        "folded": word.casefold(),
        "word": word,
        "before": _written(before),
        "after": _written(after),
        "by": by,
        "at": work.now,
    }
    statement = insert(_changes).returning(_changes.c.number)
    number: int = (await work.connection.execute(statement, row)).scalar_one()
    work.record(
        "word",
        f"L{number}",
        {
            "word": fingerprint(word),
            "category": category,
            "by": by,
            # An excuse holds the word: the chain gets fingerprints of all that is spelled out.
            "before": fingerprint_or_none(_written(before)),
            "after": fingerprint_or_none(_written(after)),
        },
    )
    return WordChange(
        number=number, word=word, category=category, before=before, after=after, by=by, at=work.now
    )


async def undo(work: Work, number: int, by: str) -> WordChange:
    """Put a word back to what it was before a change.

    Raises:
        RefusedError: there is no such change, or the word was changed again since.
    """
    query = select(_changes).where(_changes.c.number == number)
    row = (await work.connection.execute(query)).first()
    if row is None:
        raise RefusedError(f"没有编号为 L{number} 的词库变更。")
    made = _change(row)
    newest = (await history(work.connection, made.word, made.category, limit=1))[0]
    if newest.number != number:
        raise RefusedError(f"该词后来又改过（L{newest.number}），请撤销 L{newest.number}。")
    return await change(work, made.word, made.category, made.before, by)


async def history(
    connection: AsyncConnection, word: str, category: str | None = None, limit: int = 5
) -> list[WordChange]:
    """Changes of one word, newest first."""
    query = select(_changes).where(_changes.c.folded == word.casefold())
    if category is not None:
        query = query.where(_changes.c.category == category)
    query = query.order_by(_changes.c.number.desc()).limit(limit)
    return [_change(row) for row in await connection.execute(query)]


async def newest(connection: AsyncConnection) -> int:
    """The number of the newest change; 0 before the first."""
    found = (await connection.execute(select(func.max(_changes.c.number)))).scalar_one()
    return int(found or 0)


def _change(row: Row[Any]) -> WordChange:
    return WordChange(
        number=row.number,
        word=row.word,
        category=row.category,
        before=_read(row.before),
        after=_read(row.after),
        by=row.by,
        at=row.at,
    )


def _written(overlay: Overlay | None) -> str | None:
    if overlay is None:
        return None
    content = {
        "severity": overlay.severity,
        "excuses": overlay.excuses,
        "at_most": overlay.at_most,
    }
    return json.dumps(content, ensure_ascii=False)


def _read(text: str | None) -> Overlay | None:
    if text is None:
        return None
    content = json.loads(text)
    severity = content["severity"]
    return Overlay(
        Severity(severity) if severity else None,
        tuple(content["excuses"]),
        Mode(content["at_most"]),
    )
