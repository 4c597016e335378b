"""Insert-or-change in one statement, on SQLite and PostgreSQL alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Values = Mapping[str, Any]
"""Column name to value."""


async def upsert(
    connection: AsyncConnection, table: Table, rows: Sequence[Values], *, keep: Sequence[str] = ()
) -> None:
    """Insert rows; where the primary key exists, overwrite every given column but ``keep``.

    All rows name the same columns, and no key comes twice.
    """
    if not rows:
        return
    statement = _insert(connection, table)
    keys = _keys(table)
    changed = {
        name: statement.excluded[name] for name in rows[0] if name not in keys and name not in keep
    }
    await connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed), _plain(rows)
    )


async def upsert_adding(
    connection: AsyncConnection, table: Table, rows: Sequence[Values], column: str
) -> None:
    """Insert rows; where the primary key exists, add to ``column``."""
    if not rows:
        return
    statement = _insert(connection, table)
    total = table.c[column] + statement.excluded[column]
    await connection.execute(
        statement.on_conflict_do_update(index_elements=_keys(table), set_={column: total}),
        _plain(rows),
    )


async def upsert_rising(
    connection: AsyncConnection, table: Table, rows: Sequence[Values], column: str
) -> None:
    """Insert rows; where the primary key exists, overwrite only if ``column`` grows."""
    if not rows:
        return
    statement = _insert(connection, table)
    keys = _keys(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    grows: ColumnElement[bool] = statement.excluded[column] > table.c[column]
    await connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed, where=grows),
        _plain(rows),
    )


async def insert_new(connection: AsyncConnection, table: Table, row: Values) -> bool:
    """Insert one row unless its primary key exists; whether it was inserted."""
    statement = _insert(connection, table).on_conflict_do_nothing(index_elements=_keys(table))
    return (await connection.execute(statement, dict(row))).rowcount > 0


def _insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _plain(rows: Sequence[Values]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
