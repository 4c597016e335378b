import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.errors import BadInputError
from bot.domain.findings import Excerpt
from data.database import Database
from data.excerpts import Vault
from data.ledger import verify_chain
from tests.data.samples import NOW, content

WORDS = "今晚一起发布未经批准的消息"
EXCERPT = Excerpt(WORDS, 4, 6, "f" * 64)


async def _seal(database: Database, vault: Vault, violation: int = 1) -> None:
    async with database.transaction(NOW) as work:
        await vault.seal(work, violation, EXCERPT)


async def _open(database: Database, vault: Vault, violation: int = 1) -> str | None:
    async with database.reading() as connection:
        return await vault.open(connection, violation)


async def test_sealed_excerpt_is_read_by_whoever_has_the_key(
    database: Database, tmp_path: Path
) -> None:
    await _seal(database, Vault(tmp_path / "keys"))
    later = Vault(tmp_path / "keys")
    assert await _open(database, later) == WORDS
    async with database.reading() as connection:
        assert await later.read(connection, 1) == EXCERPT
    assert await _open(database, Vault(tmp_path / "elsewhere")) is None
    assert await _open(database, later, 2) is None


async def test_neither_database_nor_chain_shows_the_words(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    async with database.transaction(NOW) as work:
        await Vault(tmp_path / "keys").seal(work, 1, EXCERPT)
        assert WORDS not in json.dumps([list(map(str, link)) for link in work.links])
    await database.close()
    assert WORDS.encode() not in content(database_file)


async def test_key_file_is_for_the_service_alone(database: Database, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "keys")
    await _seal(database, vault)
    [path] = (tmp_path / "keys").iterdir()
    assert path.name == "2026-11.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert vault.months() == ["2026-11"]


async def test_shredded_month_is_gone_and_the_chain_holds(
    database: Database, tmp_path: Path
) -> None:
    vault = Vault(tmp_path / "keys")
    await _seal(database, vault)
    assert vault.shred("2026-11")
    assert not vault.shred("2026-11")
    assert await _open(database, vault) is None
    await _seal(database, vault, 2)
    assert await _open(database, vault) is None
    assert await _open(database, vault, 2) == WORDS
    async with database.reading() as connection:
        assert (await verify_chain(connection)).ok


async def test_first_excerpt_of_a_case_stays(database: Database, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "keys")
    await _seal(database, vault)
    async with database.transaction(NOW) as work:
        await vault.seal(work, 1, Excerpt("别的", 0, 2, "0"))
        assert work.links == []
    assert await _open(database, vault) == WORDS


async def test_new_key_of_a_month_still_opens_what_the_old_one_sealed(
    database: Database, tmp_path: Path
) -> None:
    await _seal(database, Vault(tmp_path / "keys"))
    other = Vault(tmp_path / "other")
    await _seal(database, other, 2)
    files = [tmp_path / folder / "2026-11.key" for folder in ("other", "keys")]
    files[1].write_text("".join(file.read_text() for file in files))
    both = Vault(tmp_path / "keys")
    assert [await _open(database, both, number) for number in (1, 2)] == [WORDS, WORDS]


async def test_damaged_key_file_is_named(database: Database, tmp_path: Path) -> None:
    await _seal(database, Vault(tmp_path / "keys"))
    (tmp_path / "keys" / "2026-11.key").write_text("not a key\n")
    with pytest.raises(BadInputError, match=r"2026-11\.key"):
        await _open(database, Vault(tmp_path / "keys"))


@pytest.mark.parametrize("month", ["2026-13", "../2026-11", "2026", ""])
def test_only_a_month_can_be_shredded(tmp_path: Path, month: str) -> None:
    with pytest.raises(BadInputError, match="月份"):
        Vault(tmp_path).shred(month)


async def test_retention_names_the_months_that_have_run_out(
    database: Database, tmp_path: Path
) -> None:
    vault = Vault(tmp_path / "keys")
    await _seal(database, vault)
    assert vault.months_before(datetime(2026, 11, 30, tzinfo=UTC)) == []
    assert vault.months_before(datetime(2026, 12, 1, tzinfo=UTC)) == ["2026-11"]
