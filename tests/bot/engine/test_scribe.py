"""One writer for all: a write that fails takes nobody with it, on disk or in memory."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.errors import RefusedError, UnreachableError
from bot.engine.scribe import Scribe
from data import switches
from data.database import Database
from data.ledger import Work
from tests.bot.engine.stage import SettableClock


@pytest.fixture
async def database(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Database]:
    path = shutil.copy(migrated_file, tmp_path / "qungui.db")
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield database
    await database.close()


@pytest.fixture
async def scribe(database: Database) -> AsyncIterator[Scribe]:
    scribe = Scribe(database, SettableClock())
    scribe.start()
    yield scribe
    await scribe.stop()


async def _known(database: Database) -> dict[str, str]:
    async with database.reading() as connection:
        return await switches.get_all(connection)


async def _set(work: Work, name: str) -> str:
    await switches.set(work, name, "yes", "test")
    return name


async def test_write_that_fails_takes_no_other_with_it(scribe: Scribe, database: Database) -> None:
    async def fail(work: Work) -> None:
        await _set(work, "broken")
        raise RuntimeError("planted")

    results = await asyncio.gather(
        scribe.write(lambda work: _set(work, "first")),
        scribe.write(fail),
        scribe.write(lambda work: _set(work, "last")),
        return_exceptions=True,
    )
    assert results[0] == "first"
    assert isinstance(results[1], RuntimeError)
    assert results[2] == "last"
    assert await _known(database) == {"first": "yes", "last": "yes"}


async def test_writes_that_wait_together_are_one_commit(scribe: Scribe, database: Database) -> None:
    moments: list[object] = []

    async def note(work: Work) -> None:
        moments.append(work)

    await asyncio.gather(*(scribe.write(note) for _ in range(10)))
    assert len({id(one) for one in moments}) == 1


async def test_memory_is_restored_before_anything_else_is_written(
    scribe: Scribe, database: Database
) -> None:
    memory = {"frozen": False}
    seen: list[bool] = []

    async def remember() -> None:
        memory["frozen"] = False

    async def change_and_fail(work: Work) -> None:
        memory["frozen"] = True
        raise RuntimeError("planted")

    async def look(work: Work) -> None:
        seen.append(memory["frozen"])

    scribe.on_rollback = remember
    with pytest.raises(RuntimeError):
        await scribe.write(change_and_fail)
    await scribe.write(look)
    assert seen == [False]


async def test_refusal_reaches_the_one_who_asked(scribe: Scribe, database: Database) -> None:
    async def refuse(work: Work) -> None:
        raise RefusedError("不行。")

    with pytest.raises(RefusedError, match="不行"):
        await scribe.write(refuse)
    assert await scribe.write(lambda work: _set(work, "after")) == "after"


async def test_full_disk_is_said_clearly_and_passes(scribe: Scribe, database: Database) -> None:
    async def limit(work: Work, pages: int) -> None:
        await work.connection.exec_driver_sql(f"pragma max_page_count = {pages}")

    async def write_much(work: Work) -> None:
        await switches.set(work, "much", "长" * 100_000, "test")

    await scribe.write(lambda work: limit(work, 1))
    with pytest.raises(UnreachableError, match="空间已满"):
        await scribe.write(write_much)
    assert await _known(database) == {}
    await scribe.write(lambda work: limit(work, 1_000_000))
    await scribe.write(write_much)
    assert "much" in await _known(database)


async def test_whatever_is_judged_in_a_write_is_judged_as_of_its_moment(database: Database) -> None:
    clock, moments = SettableClock(), list[datetime]()
    scribe = Scribe(database, clock)
    scribe.on_begin = moments.append
    scribe.start()

    async def told(work: Work) -> list[datetime]:
        assert moments[-1] == work.now
        return list(moments)

    before = await scribe.write(told)
    clock.pass_(timedelta(hours=3))
    after = await scribe.write(told)
    await scribe.stop()

    assert after[-1] - before[-1] >= timedelta(hours=3)
