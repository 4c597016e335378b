"""The exact texts of permits, sealed with keys of their own and kept apart from the chain.

What was filed stays readable longer than the excerpts of cases: Article 12 wants the content.
"""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.keys import KeyRing
from data.ledger import Work
from data.tables import PermitTextRow
from data.types import table_of
from data.upsert import insert_new

_texts = table_of(PermitTextRow)


def permit_keys(folder: Path) -> KeyRing:
    """The keys the texts are sealed with: not those of the excerpts, which are shredded sooner."""
    return KeyRing(folder, "permit-")


async def seal(work: Work, keys: KeyRing, number: int, text: str) -> None:
    """Keep the text of a permit; a second one under the same number is not taken."""
    period = f"{work.now:%Y-%m}"
    row = {"permit": number, "period": period, "ciphertext": keys.seal(period, text)}
    await insert_new(work.connection, _texts, row)


async def unseal(
    connection: AsyncConnection, keys: KeyRing, numbers: Collection[int]
) -> dict[int, str]:
    """The texts of some permits by number; one whose key is gone is missing."""
    query = select(_texts).where(_texts.c.permit.in_(list(numbers)))
    return {
        row.permit: text
        for row in await connection.execute(query)
        if (text := keys.open(row.period, row.ciphertext)) is not None
    }
