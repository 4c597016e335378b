"""Sentences given by command that a category's words must see, or must leave alone."""

from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from data.fingerprint import fingerprint
from data.ledger import Work
from data.tables import WordExampleRow
from data.types import table_of

_examples = table_of(WordExampleRow)


@dataclass(frozen=True, slots=True)
class WordExample:
    """One sentence."""

    number: int
    category: str
    text: str
    must_hit: bool


async def in_force(connection: AsyncConnection) -> list[WordExample]:
    """Every example that was not dropped, oldest first."""
    query = select(_examples).where(_examples.c.dropped_at.is_(None)).order_by(_examples.c.number)
    return [
        WordExample(row.number, row.category, row.text, row.must_hit)
        for row in await connection.execute(query)
    ]


async def add(work: Work, category: str, text: str, by: str, *, must_hit: bool) -> int:
    """Keep an example; its number."""
    row = {"category": category, "must_hit": must_hit, "text": text, "by": by, "at": work.now}
    statement = insert(_examples).returning(_examples.c.number)
    number: int = (await work.connection.execute(statement, row)).scalar_one()
    work.record(
        "word_example",
        f"E{number}",
        {"category": category, "must_hit": must_hit, "text": fingerprint(text), "by": by},
    )
    return number


async def drop(work: Work, number: int, by: str) -> None:
    """Give an example up.

    Raises:
        RefusedError: there is none of this number.
    """
    change = (
        update(_examples)
        .where(_examples.c.number == number, _examples.c.dropped_at.is_(None))
        .values(dropped_at=work.now)
    )
    if (await work.connection.execute(change)).rowcount == 0:
        raise RefusedError(f"没有编号为 E{number} 的例句。")
    work.record("word_example", f"E{number}", {"dropped_by": by})
