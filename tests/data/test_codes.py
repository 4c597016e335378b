from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import RefusedError
from data import codes
from data.database import Database
from tests.data.samples import HOUR, NOW, content

MINUTES = timedelta(minutes=10)


async def _issue(database: Database, purpose: str = "bind") -> str:
    async with database.transaction(NOW) as work:
        return await codes.issue(work, purpose, "2001", "qq:10001", MINUTES)


async def _redeem(
    database: Database, code: str, by: str, *, purpose: str = "bind", after: timedelta = HOUR / 60
) -> str:
    async with database.transaction(NOW + after) as work:
        return await codes.redeem(work, code, purpose, by)


async def test_code_gives_its_subject_once(database: Database) -> None:
    code = await _issue(database)
    assert len(code) == 8
    assert code.isdecimal()
    assert await _redeem(database, f" {code[:4]} {code[4:]} ", "once") == "2001"
    with pytest.raises(RefusedError, match="已失效"):
        await _redeem(database, code, "once")


async def test_code_is_kept_only_as_a_hash(database: Database, database_file: Path) -> None:
    code = await _issue(database)
    await database.close()
    assert code.encode() not in content(database_file)


async def test_code_runs_out(database: Database) -> None:
    code = await _issue(database)
    async with database.reading() as connection:
        early = await codes.outstanding(connection, "bind", NOW)
        late = await codes.outstanding(connection, "bind", NOW + MINUTES)
    assert (early, late) == (["2001"], [])
    with pytest.raises(RefusedError):
        await _redeem(database, code, "late", after=MINUTES)


async def test_code_is_good_for_its_purpose_only(database: Database) -> None:
    code = await _issue(database, "unfreeze")
    with pytest.raises(RefusedError):
        await _redeem(database, code, "purpose")


async def _redeem_and_fail(database: Database, code: str) -> None:
    async with database.transaction(NOW) as work:
        await codes.redeem(work, code, "bind", "rolled-back")
        raise ZeroDivisionError


async def test_refused_use_leaves_the_code_good(database: Database) -> None:
    code = await _issue(database)
    with pytest.raises(ZeroDivisionError):
        await _redeem_and_fail(database, code)
    assert await _redeem(database, code, "rolled-back") == "2001"


async def test_guessing_ends_after_five_tries_for_an_hour(database: Database) -> None:
    code = await _issue(database)
    wrong = [f"{(int(code) + step) % 10**8:08d}" for step in range(1, 6)]
    for guess in wrong:
        with pytest.raises(RefusedError, match="不正确"):
            await _redeem(database, guess, "guesser")
    with pytest.raises(RefusedError, match="次数过多"):
        await _redeem(database, code, "guesser")
    assert await _redeem(database, code, "somebody-else") == "2001"


async def test_guesser_may_try_again_after_an_hour(database: Database) -> None:
    for guess in range(5):
        with pytest.raises(RefusedError):
            await _redeem(database, f"{guess:08d}", "patient", purpose="none")
    with pytest.raises(RefusedError, match="不正确"):
        await _redeem(database, "99999999", "patient", purpose="none", after=2 * HOUR)


async def test_write_that_is_run_again_counts_once(database: Database) -> None:
    for _ in range(6):
        with pytest.raises(RefusedError, match="不正确"):
            await _redeem(database, "00000000", "repeated", purpose="none")
