"""The chained record: every decision is a link, each link holds the hash of the one before."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import desc, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.tables.ledger import LedgerRow

GENESIS = "0" * 64
"""What the first link names as the hash before it."""

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_ledger = LedgerRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it at class creation


@dataclass(slots=True)
class Work:
    """One write transaction: its connection, its moment, and the links it will add."""

    connection: AsyncConnection
    now: datetime
    links: list[tuple[str, str, Mapping[str, Json]]] = field(default_factory=list)

    def record(self, kind: str, subject: str, content: Mapping[str, Json]) -> None:
        """Add a link: ``kind`` (finding, violation, measure, receipt, ...), the id it is about."""
        self.links.append((kind, subject, content))


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check of the chain found; ``first_bad`` is the first wrong sequence number."""

    ok: bool
    rows: int
    first_bad: int | None
    head: str


def link_hash(
    previous: str, sequence: int, at: datetime, kind: str, subject: str, content: str
) -> str:
    """SHA-256 (hex) over every field of a link, separated by newlines; ``content`` comes last."""
    moment = at.astimezone(UTC).isoformat()
    text = "\n".join((previous, str(sequence), moment, kind, subject, content))
    return hashlib.sha256(text.encode()).hexdigest()


async def write_chain(work: Work) -> None:
    """Append the links of a transaction after the newest one in the database."""
    if not work.links:
        return
    sequence, previous = await chain_head(work.connection)
    rows = []
    for kind, subject, content in work.links:
        sequence += 1
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = link_hash(previous, sequence, work.now, kind, subject, text)
        rows.append(
            {"sequence": sequence, "at": work.now, "kind": kind, "subject": subject,
             "content": text, "previous": previous, "hash": digest}
        )  # fmt: skip
        previous = digest
    await work.connection.execute(insert(_ledger), rows)


async def chain_head(connection: AsyncConnection) -> tuple[int, str]:
    """The newest sequence number and hash; (0, ``GENESIS``) for an empty chain."""
    query = select(_ledger.c.sequence, _ledger.c.hash).order_by(desc(_ledger.c.sequence)).limit(1)
    row = (await connection.execute(query)).first()
    return (row.sequence, row.hash) if row else (0, GENESIS)


async def verify_chain(
    connection: AsyncConnection, known: tuple[int, str] | None = None
) -> ChainReport:
    """Recompute every hash from the first link on; stops at the first that is wrong.

    ``known`` is a head (sequence, hash) noted elsewhere: only with it does the loss of the newest
    links show.
    """
    previous, expected = GENESIS, 1
    stream = await connection.stream(select(_ledger).order_by(_ledger.c.sequence))
    async for row in stream:
        digest = link_hash(previous, row.sequence, row.at, row.kind, row.subject, row.content)
        stands = row.sequence == expected and row.previous == previous and row.hash == digest
        if not stands or (known is not None and known[0] == expected and known[1] != digest):
            return ChainReport(ok=False, rows=expected - 1, first_bad=expected, head=previous)
        previous, expected = row.hash, expected + 1
    rows = expected - 1
    lost = known is not None and known[0] > rows
    return ChainReport(ok=not lost, rows=rows, first_bad=expected if lost else None, head=previous)
