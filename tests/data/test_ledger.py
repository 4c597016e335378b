import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from bot.domain.errors import UnreachableError
from data.database import Database
from data.ledger import GENESIS, ChainReport, chain_head, verify_chain
from tests.data.samples import NOW, opened

LINKS = 12


async def _fill(database: Database) -> tuple[int, str]:
    for start in range(0, LINKS, 3):
        async with database.transaction(NOW + timedelta(seconds=start)) as work:
            for number in range(start, start + 3):
                work.record("finding", f"W{number}", {"规则": "内容", "number": number})
    async with database.reading() as connection:
        return await chain_head(connection)


async def _check(path: Path, known: tuple[int, str] | None = None) -> ChainReport:
    async with opened(path) as database, database.reading() as connection:
        return await verify_chain(connection, known)


def _tamper(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        connection.commit()


async def test_chain_starts_at_genesis(database: Database) -> None:
    async with database.reading() as connection:
        assert await chain_head(connection) == (0, GENESIS)
        assert await verify_chain(connection) == ChainReport(True, 0, None, GENESIS)


async def test_untouched_chain_is_whole(database: Database, database_file: Path) -> None:
    head = await _fill(database)
    assert await _check(database_file, head) == ChainReport(True, LINKS, None, head[1])


SWAP = (
    "update ledger set sequence = 99 where sequence = 5",
    "update ledger set sequence = 5 where sequence = 6",
    "update ledger set sequence = 6 where sequence = 99",
)


@pytest.mark.parametrize(
    ("statements", "first_bad"),
    [
        (["update ledger set content = '{}' where sequence = 4"], 4),
        (["update ledger set kind = 'measure' where sequence = 4"], 4),
        (["update ledger set subject = 'W99' where sequence = 1"], 1),
        (["update ledger set at = '2020-01-01 00:00:00.000000' where sequence = 12"], 12),
        (["update ledger set previous = hash where sequence = 7"], 7),
        (["delete from ledger where sequence = 5"], 5),
        (["delete from ledger where sequence = 1"], 1),
        (SWAP, 5),
    ],
    ids=["content", "kind", "subject", "moment", "previous", "deleted", "first deleted", "swapped"],
)
async def test_tampered_link_is_found(
    database: Database, database_file: Path, statements: list[str], first_bad: int
) -> None:
    await _fill(database)
    await database.close()
    _tamper(database_file, *statements)
    report = await _check(database_file)
    assert (report.ok, report.first_bad, report.rows) == (False, first_bad, first_bad - 1)


async def test_lost_tail_shows_only_against_a_known_head(
    database: Database, database_file: Path
) -> None:
    head = await _fill(database)
    await database.close()
    _tamper(database_file, "delete from ledger where sequence > 9")
    assert (await _check(database_file)).ok
    report = await _check(database_file, head)
    assert (report.ok, report.first_bad, report.rows) == (False, 10, 9)


async def test_rewritten_chain_shows_against_a_known_head(
    database: Database, database_file: Path
) -> None:
    await _fill(database)
    report = await _check(database_file, (8, "f" * 64))
    assert (report.ok, report.first_bad) == (False, 8)


async def test_chain_holds_whatever_zone_the_moment_came_in(
    database: Database, database_file: Path
) -> None:
    async with database.transaction(NOW.astimezone(timezone(timedelta(hours=8)))) as work:
        work.record("finding", "W1", {})
    assert (await _check(database_file)).ok


async def _break_off(database: Database, how: Callable[[], None]) -> None:
    async with database.transaction(NOW) as work:
        work.record("finding", "W1", {})
        how()


async def test_failed_transaction_leaves_no_link(database: Database) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await _break_off(database, fail)
    async with database.reading() as connection:
        assert await chain_head(connection) == (0, GENESIS)


async def test_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    async with opened(tmp_path / "empty.db") as database:
        with pytest.raises(UnreachableError, match="qungui migrate"):
            async with database.reading() as connection:
                await chain_head(connection)
