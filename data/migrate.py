"""Bring a database's tables to what the program expects."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from bot.domain.errors import BadInputError, UnreachableError
from data.database import Database

_FOLDER = Path(__file__).parent / "migrations"


async def check(url: str) -> bool:
    """Whether the database exists and is up to date.

    Raises:
        UnreachableError: it cannot be read.
    """
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return False
    return await revision(url) == newest()


async def upgrade(url: str) -> Path | None:
    """Bring the database up to date in one transaction, creating it where there is none.

    An existing SQLite file is copied first; the copy's path is returned.

    Raises:
        BadInputError: a later version of the program wrote it.
        UnreachableError: it cannot be written; nothing was changed.
    """
    path = sqlite_path(url)
    existing = path is not None and path.exists() and path.stat().st_size > 0
    present = await revision(url)
    if present == newest():
        return None
    if present is not None and present not in _known():
        raise BadInputError("数据库由更新的版本创建，请升级程序后再使用。")
    copy = _copy_aside(path) if path is not None and existing else None
    await run_alembic(url, lambda config: command.upgrade(config, "head"))
    return copy


async def run_alembic(url: str, act: Callable[[Config], object]) -> None:
    """Run one of alembic's commands in one transaction of ours."""
    database = Database(url)
    try:
        async with database.transaction(datetime.now(UTC)) as work:
            await work.connection.run_sync(lambda connection: act(_config(connection)))
    finally:
        await database.close()


async def revision(url: str) -> str | None:
    """The revision a database is at; None before the first."""
    database = Database(url)
    try:
        async with database.reading() as connection:
            return await connection.run_sync(
                lambda plain: MigrationContext.configure(plain).get_current_revision()
            )
    finally:
        await database.close()


def newest() -> str:
    """The revision this program expects."""
    head = ScriptDirectory(str(_FOLDER)).get_current_head()
    if head is None:
        raise RuntimeError("the program was installed without its migrations")
    return head


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite database; None for a server or a database in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database while others use it; the copy appears whole or not at all.

    Raises:
        UnreachableError: it cannot be read, or the copy cannot be written.
    """
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(partial)) as new:
            old.backup(new)
            # The copy is one file: without this it would come with a write-ahead log of its own.
            new.execute("PRAGMA journal_mode=DELETE")
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise UnreachableError(
            f"无法将数据库复制到 {target}（{error}），请检查空间与权限。"
        ) from error


def _copy_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path.with_name(f"{path.name}.before-{newest()}-{stamp}")
    copy_sqlite(path, target)
    return target


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()}


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
