"""The sample window: ordinary messages, sealed with a key per day, for trying rules out on.

Nothing but the day stands beside the sealed text: neither who wrote it nor where. The keys are in
a folder that no backup takes along.
"""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identifiers import AccountKey, GroupKey
from data.keys import KeyRing
from data.ledger import Work
from data.tables import SampleRow
from data.types import table_of

_samples = table_of(SampleRow)
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Sample:
    """One message."""

    group: GroupKey
    author: AccountKey
    at: datetime
    text: str


def sample_keys(home: Path) -> KeyRing:
    """The keys of the window, apart from all others."""
    return KeyRing(home / "keys" / "samples")


async def keep(work: Work, keys: KeyRing, samples: Iterable[Sample]) -> None:
    """Seal messages."""
    rows = [
        {"day": (day := _day(one.at)), "ciphertext": keys.seal(day, _written(one))}
        for one in samples
    ]
    if rows:
        await work.connection.execute(insert(_samples), rows)


async def forget(work: Work, keys: KeyRing, before: datetime, most: int) -> int:
    """Shred the days before a moment and drop what is too much, oldest first; how many went."""
    for day in keys.periods():
        if day < _day(before):
            keys.shred(day)
    old = await work.connection.execute(delete(_samples).where(_samples.c.day < _day(before)))
    newest = select(_samples.c.id).order_by(_samples.c.id.desc()).limit(1).offset(most)
    last = (await work.connection.execute(newest)).scalar_one_or_none()
    gone = old.rowcount
    if last is not None:
        surplus = delete(_samples).where(_samples.c.id <= last)
        gone += (await work.connection.execute(surplus)).rowcount
    return gone


async def forget_all(work: Work, keys: KeyRing) -> int:
    """Shred everything: the window was closed."""
    for day in keys.periods():
        keys.shred(day)
    return (await work.connection.execute(delete(_samples))).rowcount


async def read(
    connection: AsyncConnection, keys: KeyRing, since: datetime | None = None
) -> AsyncIterator[Sample]:
    """The messages kept, oldest first, from a moment on."""
    query = select(_samples).order_by(_samples.c.id)
    if since is not None:
        query = query.where(_samples.c.day >= _day(since))
    stream = await connection.stream(query.execution_options(yield_per=_AT_ONCE))
    async for row in stream:
        plain = keys.open(row.day, row.ciphertext)
        if plain is not None and (since is None or _read(plain).at >= since):
            yield _read(plain)


async def count(connection: AsyncConnection) -> int:
    """How many messages are kept."""
    return int((await connection.execute(select(func.count(_samples.c.id)))).scalar_one())


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def _written(sample: Sample) -> str:
    fields = [str(sample.group), str(sample.author), sample.at.isoformat(), sample.text]
    return json.dumps(fields)


def _read(plain: str) -> Sample:
    group, author, at, text = json.loads(plain)
    return Sample(GroupKey.parse(group), AccountKey.parse(author), datetime.fromisoformat(at), text)
