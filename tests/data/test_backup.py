import hashlib
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.errors import BadInputError, HeldError
from bot.domain.findings import Excerpt
from data import violations
from data.backup import backup, restore, verify
from data.database import Database
from data.excerpts import Vault
from data.ledger import chain_head
from data.lock import only_one
from data.migrate import newest
from tests.data.samples import NOW, content, names, new_violation, opened, url_of

WORDS = "不应外传的话"


async def _add_case(database: Database, keys: Path) -> int:
    async with database.transaction(NOW) as work:
        number = await violations.open_violation(work, new_violation())
        await Vault(keys).seal(work, number, Excerpt(WORDS, 0, 2, "f"))
    return number


async def _made(database: Database, database_file: Path, keys: Path) -> Path:
    await _add_case(database, keys)
    out = database_file.parent / "out" / "qungui.zip"
    await backup(url_of(database_file), keys, out)
    return out


async def test_backup_of_a_living_database_is_whole(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    await _add_case(database, keys)
    report = await backup(url_of(database_file), keys, tmp_path / "out.zip")
    async with database.reading() as connection:
        head = await chain_head(connection)
    assert (report.chain.ok, report.chain.rows, report.chain.head) == (True, *head)
    assert (report.keys, report.revision) == (1, newest())
    assert report == await verify(tmp_path / "out.zip")
    assert (tmp_path / "out.zip").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path, "*.partial") == []


async def test_restored_database_has_its_cases_and_their_words(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    out = await _made(database, database_file, tmp_path / "keys")
    home = tmp_path / "home"
    await restore(out, url_of(home / "new.db"), home / "keys", home)
    async with opened(home / "new.db") as restored, restored.reading() as connection:
        record = await violations.get(connection, 1)
        assert record is not None
        assert await Vault(home / "keys").open(connection, 1) == WORDS


async def test_database_before_a_restore_is_kept_beside(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    out = await _made(database, database_file, tmp_path / "keys")
    later = await _add_case(database, tmp_path / "keys")
    await database.close()
    await restore(out, url_of(database_file), tmp_path / "keys", tmp_path)
    [kept] = names(tmp_path, "qungui.db.before-restore-*")
    for path, known in ((database_file, False), (tmp_path / kept, True)):
        async with opened(path) as each, each.reading() as connection:
            assert (await violations.get(connection, later) is not None) is known


async def test_keys_made_since_the_backup_stay(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    out = await _made(database, database_file, tmp_path / "keys")
    home = tmp_path / "home"
    async with opened(Path(shutil.copy(database_file, tmp_path / "other.db"))) as other:
        async with other.transaction(NOW) as work:
            await Vault(home / "keys").seal(work, 99, Excerpt("新的话", 0, 2, "f"))
        await restore(out, url_of(home / "new.db"), home / "keys", home)
        async with other.reading() as connection:
            assert await Vault(home / "keys").open(connection, 99) == "新的话"
    async with opened(home / "new.db") as restored, restored.reading() as connection:
        assert await Vault(home / "keys").open(connection, 1) == WORDS


async def test_nothing_is_restored_under_a_running_service(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    out = await _made(database, database_file, tmp_path / "keys")
    before = content(database_file)
    with only_one(tmp_path), pytest.raises(HeldError, match="服务"):
        await restore(out, url_of(database_file), tmp_path / "keys", tmp_path)
    assert content(database_file) == before


async def test_nothing_is_restored_over_an_open_database(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    out = await _made(database, database_file, tmp_path / "keys")
    async with database.reading() as connection:
        await chain_head(connection)
        with pytest.raises(HeldError, match="正被使用"):
            await restore(out, url_of(database_file), tmp_path / "keys", tmp_path)
    assert names(tmp_path, "*.before-restore-*") == []


def _repack(archive: Path, name: str, content: bytes, *, fix_checksum: bool = False) -> None:
    with zipfile.ZipFile(archive) as packed:
        files = {each: packed.read(each) for each in packed.namelist()}
    files[name] = content
    if fix_checksum:
        manifest = json.loads(files["manifest.json"])
        manifest["files"][name] = hashlib.sha256(content).hexdigest()
        files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(archive, "w") as packed:
        for each, text in files.items():
            packed.writestr(each, text)


async def test_damaged_backup_is_refused(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    out = await _made(database, database_file, tmp_path / "keys")
    _repack(out, "keys/2026-11.key", b"something else")
    with pytest.raises(BadInputError, match="校验值不符"):
        await restore(out, url_of(tmp_path / "new.db"), tmp_path / "new-keys", tmp_path)
    assert not (tmp_path / "new.db").exists()
    assert not (tmp_path / "new-keys").exists()


async def test_backup_with_a_broken_chain_is_refused(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    await _add_case(database, tmp_path / "keys")
    await database.close()
    with closing(sqlite3.connect(database_file)) as connection:
        connection.execute("update ledger set content = '{}' where sequence = 1")
        connection.commit()
    report = await backup(url_of(database_file), tmp_path / "keys", tmp_path / "out.zip")
    assert (report.chain.ok, report.chain.first_bad) == (False, 1)
    with pytest.raises(BadInputError, match="第 1 条断裂"):
        await restore(tmp_path / "out.zip", url_of(tmp_path / "new.db"), tmp_path, tmp_path)


async def test_truncated_file_is_refused(
    database: Database, database_file: Path, tmp_path: Path
) -> None:
    out = await _made(database, database_file, tmp_path / "keys")
    out.write_bytes(out.read_bytes()[:-200])
    with pytest.raises(BadInputError, match="不是完整的群规备份"):
        await verify(out)


@pytest.mark.parametrize("name", ["../evil.key", "keys/../../evil.key", "/tmp/evil.key", "x.key"])
async def test_names_that_lead_elsewhere_are_refused(
    database: Database, database_file: Path, tmp_path: Path, name: str
) -> None:
    out = await _made(database, database_file, tmp_path / "keys")
    _repack(out, name, b"evil", fix_checksum=True)
    with pytest.raises(BadInputError, match="不是完整的群规备份"):
        await verify(out)


async def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"none\.zip"):
        await verify(tmp_path / "none.zip")
    with pytest.raises(BadInputError, match=r"none\.db"):
        await backup(url_of(tmp_path / "none.db"), tmp_path, tmp_path / "out.zip")


async def test_server_is_not_backed_up_by_us(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="pg_dump"):
        await backup("postgresql+asyncpg://u@h/d", tmp_path, tmp_path / "out.zip")


def test_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    with only_one(tmp_path):
        pass
    with only_one(tmp_path), pytest.raises(HeldError), only_one(tmp_path):
        pass
