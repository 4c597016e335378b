"""SQLite for the writer, without a thread between every statement.

``aiosqlite`` hands each call to a thread and back, several times a statement; for the short indexed
statements of a write transaction the handing over costs more than the work. Here statements run
where they are, and only what may wait for the disk or for another process (BEGIN IMMEDIATE, COMMIT)
goes to a thread. Reading stays with ``aiosqlite``: a search may take seconds.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.util.concurrency import await_only

DRIVER = "sqlite+inline"


class InlineCursor(sqlite3.Cursor):
    """A plain cursor with the one method SQLAlchemy's async results ask of theirs."""

    async def _async_soft_close(self) -> None:
        """Nothing is buffered elsewhere: rows are fetched from this cursor itself."""


class InlineConnection(sqlite3.Connection):
    """A plain connection whose cursors suit SQLAlchemy's async results."""

    def cursor(self, *_factory: Any) -> Any:
        """A new cursor."""
        return super().cursor(InlineCursor)


class InlineSqlite(SQLiteDialect_pysqlite):
    """The standard library's driver under SQLAlchemy's async engine."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[pool.Pool]:  # noqa: ARG003  # SQLAlchemy's signature
        """A pool that may wait without blocking the loop."""
        return pool.AsyncAdaptedQueuePool

    def do_execute(self, cursor: Any, statement: str, parameters: Any, *_context: Any) -> None:
        """Run a statement here and now."""
        cursor.execute(statement, parameters)
        await_only(_nothing())

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, *_context: Any) -> None:
        """Run a statement many times, here and now."""
        cursor.executemany(statement, parameters)
        await_only(_nothing())

    def do_begin(self, dbapi_connection: Any) -> None:
        """Take the write lock at once, waiting for it in a thread."""
        _in_thread(lambda: dbapi_connection.execute("BEGIN IMMEDIATE"))

    def do_commit(self, dbapi_connection: Any) -> None:
        """Flush to the disk in a thread."""
        _in_thread(dbapi_connection.commit)


async def _nothing() -> None:
    """SQLAlchemy insists that an async driver awaits something; this does not even yield."""


def _in_thread(act: Callable[[], object]) -> None:
    await_only(asyncio.get_running_loop().run_in_executor(None, act))


registry.register("sqlite.inline", __name__, "InlineSqlite")
