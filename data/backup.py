"""One file that holds everything kept: the database and the keys to its excerpts.

Whoever has the file can read the excerpts; it is as confidential as the running system, and an
excerpt is only gone when the backups with its month's key are gone too.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.errors import BadInputError, HeldError, UnreachableError
from data.database import Database
from data.ledger import ChainReport, verify_chain
from data.lock import only_one
from data.migrate import copy_sqlite, revision, sqlite_path

_DATABASE = "database.sqlite3"
_MANIFEST = "manifest.json"
_KEYS = "keys/"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What is in a backup; ``sha256`` is that of the whole file."""

    path: Path
    sha256: str
    created_at: datetime
    revision: str | None
    chain: ChainReport
    keys: int


async def backup(url: str, keys: Path, out: Path) -> BackupReport:
    """Write a backup while the service runs; the file appears whole or not at all.

    Raises:
        BadInputError: the database is a server, or there is none.
        UnreachableError: it cannot be read, or ``out`` cannot be written.
    """
    source = _existing(url)
    with tempfile.TemporaryDirectory(dir=_folder_of(out)) as folder:
        copy = Path(folder) / _DATABASE
        copy_sqlite(source, copy)
        present, chain = await _inspect(copy)
        files = {_DATABASE: copy, **_key_files(keys)}
        manifest = {
            "created_at": datetime.now(UTC).isoformat(),
            "revision": present,
            "rows": chain.rows,
            "head": chain.head,
            "files": {name: _sha256(path) for name, path in files.items()},
        }
        packed = Path(folder) / "backup.zip"
        _pack(packed, files, manifest)
        packed.replace(out)
    return _report(out, manifest, chain)


async def verify(archive: Path) -> BackupReport:
    """Check every checksum, the database's own structure and the chain.

    Raises:
        BadInputError: the file is no backup, or something in it is damaged.
    """
    with tempfile.TemporaryDirectory() as folder:
        return await _unpack(archive, Path(folder))


async def restore(archive: Path, url: str, keys: Path, home: Path) -> BackupReport:
    """Put a backup in place of the database; the one before it is kept beside it.

    Keys are added to those present, so that excerpts younger than the backup stay readable.

    Raises:
        HeldError: a service is running in ``home``; nothing was changed.
        BadInputError: the file is damaged, its chain is broken, or the database is a server.
        UnreachableError: the place cannot be written.
    """
    target = _file(url)
    with only_one(home), tempfile.TemporaryDirectory(dir=_folder_of(target)) as folder:
        report = await _unpack(archive, Path(folder))
        if not report.chain.ok:
            raise BadInputError(
                f"备份 {archive} 的记录链在第 {report.chain.first_bad} 条断裂，未恢复。"
            )
        _add_keys(Path(folder) / _KEYS, keys)
        _retire(target)
        (Path(folder) / _DATABASE).replace(target)
        return report


async def _unpack(archive: Path, folder: Path) -> BackupReport:
    manifest = _extract(archive, folder)
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file() or _sha256(path) != expected:
            raise BadInputError(f"备份 {archive} 已损坏：{name} 的校验值不符，请换用其他备份。")
    database = folder / _DATABASE
    with closing(sqlite3.connect(database)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BadInputError(f"备份 {archive} 中的数据库已损坏，请换用其他备份。")
    _, chain = await _inspect(database)
    return _report(archive, manifest, chain)


def _extract(archive: Path, folder: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(archive) as packed:
            manifest: dict[str, Any] = json.loads(packed.read(_MANIFEST))
            allowed = [name for name in manifest["files"] if _expected(name)]
            for name in allowed:
                packed.extract(name, folder)
    except FileNotFoundError:
        raise BadInputError(f"找不到备份文件 {archive}。") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError):
        raise BadInputError(f"{archive} 不是完整的群规备份文件，请换用其他备份。") from None
    except OSError as error:
        raise UnreachableError(f"无法读取备份 {archive}（{error.strerror}）。") from error
    if _DATABASE not in allowed or len(allowed) != len(manifest["files"]):
        raise BadInputError(f"{archive} 不是完整的群规备份文件，请换用其他备份。")
    return manifest


def _expected(name: str) -> bool:
    """Only names that we write ourselves are unpacked: never a path that leads elsewhere."""
    if name == _DATABASE:
        return True
    key = name.removeprefix(_KEYS)
    return key != name and key.endswith(".key") and Path(key).name == key


def _pack(packed: Path, files: dict[str, Path], manifest: dict[str, Any]) -> None:
    try:
        packed.touch(mode=0o600)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, path in files.items():
                archive.write(path, name)
            archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
        with packed.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise UnreachableError(f"无法写入备份（{error.strerror}），请检查空间与权限。") from error


def _key_files(keys: Path) -> dict[str, Path]:
    return {f"{_KEYS}{path.name}": path for path in sorted(keys.glob("*.key"))}


def _add_keys(unpacked: Path, keys: Path) -> None:
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(unpacked.glob("*.key")):
        target = keys / path.name
        lines = target.read_text("ascii").split() if target.exists() else []
        # The newest key seals; the others of the month only open.
        lines += [line for line in path.read_text("ascii").split() if line not in lines]
        path.write_text("".join(f"{line}\n" for line in lines), "ascii")
        path.chmod(0o600)
        path.replace(target)


def _retire(target: Path) -> None:
    """Move the present database aside, making sure nobody has it open."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            # Leaving write-ahead mode needs the file alone and folds the log into it.
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise HeldError(f"数据库 {target} 正被使用，请先停止服务再恢复。") from None
    except sqlite3.DatabaseError:
        # A damaged database is what backups are for; it is kept as it is.
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target.replace(target.with_name(f"{target.name}.before-restore-{stamp}"))


async def _inspect(path: Path) -> tuple[str | None, ChainReport]:
    url = f"sqlite+aiosqlite:///{path}"
    present = await revision(url)
    database = Database(url)
    try:
        async with database.reading() as connection:
            return present, await verify_chain(connection)
    finally:
        await database.close()


def _report(path: Path, manifest: dict[str, Any], chain: ChainReport) -> BackupReport:
    return BackupReport(
        path=path,
        sha256=_sha256(path),
        created_at=datetime.fromisoformat(manifest["created_at"]),
        revision=manifest["revision"],
        chain=chain,
        keys=sum(name.startswith(_KEYS) for name in manifest["files"]),
    )


def _existing(url: str) -> Path:
    path = _file(url)
    if not path.exists():
        raise BadInputError(f"没有数据库文件 {path}，请检查 QUNGUI_DATABASE_URL。")
    return path


def _file(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        raise BadInputError("只有 SQLite 数据库由本命令备份，PostgreSQL 请使用 pg_dump。")
    return path


def _folder_of(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnreachableError(f"无法创建目录 {path.parent}（{error.strerror}）。") from error
    return path.parent


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
