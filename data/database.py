"""The database: one door for writing, one for reading, both over SQLAlchemy's async engine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.domain.errors import UnreachableError
from data.inline_sqlite import DRIVER, InlineConnection
from data.ledger import Work, write_chain

_BUSY_SECONDS = 10


class Database:
    """Connections to one database.

    A write transaction takes the lock at its start (``BEGIN IMMEDIATE`` on SQLite): a deferred one
    that reads first would fail at once with "database is locked" whatever the time-out.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        if self._is_sqlite and self._url.database:
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        arguments: dict[str, Any] = {"timeout": _BUSY_SECONDS} if self._is_sqlite else {}
        self._engine = create_async_engine(
            # What a failed statement carried are names and texts: they belong in no log.
            self._url,
            connect_args=arguments,
            hide_parameters=True,
        )
        self._writer = self._engine
        self._writing = asyncio.Lock()
        if self._is_sqlite:
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)
            # Its begin and commit run in threads, hence the check is off; one transaction at a time
            # holds the connection.
            self._writer = create_async_engine(
                self._url.set(drivername=DRIVER),
                connect_args={**arguments, "check_same_thread": False, "factory": InlineConnection},
                hide_parameters=True,
                pool_size=1,
                max_overflow=0,
            )
            event.listen(self._writer.sync_engine, "connect", _prepare_sqlite)

    @property
    def url(self) -> str:
        """Where the data is, without a password."""
        return self._url.render_as_string(hide_password=True)

    @asynccontextmanager
    async def transaction(self, now: datetime) -> AsyncIterator[Work]:
        """Write everything done with the yielded ``Work``, or nothing.

        The chain is extended last, inside the same transaction.

        Raises:
            UnreachableError: the database is locked, full, read-only or gone; nothing was written.
        """
        async with self._writing:
            try:
                async with self._writer.connect() as connection, connection.begin():
                    work = Work(connection, now)
                    yield work
                    await write_chain(work)
            except DatabaseError as error:
                if not _is_out_of_reach(error):
                    raise
                raise UnreachableError(_explain(error, self.url)) from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A consistent view for reading.

        Raises:
            UnreachableError: the database cannot be read.
        """
        try:
            async with self._engine.connect() as connection:
                yield connection
        except DatabaseError as error:
            if not _is_out_of_reach(error):
                raise
            raise UnreachableError(_explain(error, self.url)) from error

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()
        await self._writer.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:  # DB-API object
    # The driver's own BEGIN would be deferred; transactions are begun in ``_begin_sqlite``.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _is_out_of_reach(error: DatabaseError) -> bool:
    """The other kinds are wrong statements and broken constraints: faults of ours, to be seen."""
    return type(error) in (OperationalError, DatabaseError)


def _explain(error: DatabaseError, url: str) -> str:
    text = str(error.orig).lower()
    if "locked" in text or "busy" in text:
        return f"数据库正被其他程序占用（{url}），请确认没有重复启动后再试。"
    if "full" in text:
        return f"磁盘或数据库空间已满（{url}），请清理空间；恢复后会自动继续。"
    if "readonly" in text or "read-only" in text:
        return f"数据库不可写（{url}），请检查文件与目录的权限。"
    if "not a database" in text or "malformed" in text:
        return f"数据库文件已损坏（{url}），请用 qungui restore 恢复最近的备份。"
    if "no such table" in text:
        return f"数据库尚未初始化（{url}），请先运行 qungui migrate。"
    return f"数据库无法使用（{url}）:{error.orig}"
