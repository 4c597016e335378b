"""The database as a door."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from data.database import Database

INSERT = text("INSERT INTO switches (name, value, by, at) VALUES (:name, NULL, '', '')")


async def test_a_failed_statement_tells_no_log_what_it_carried(database: Database) -> None:
    with pytest.raises(IntegrityError) as failure:
        async with database.transaction(datetime(2026, 11, 2, tzinfo=UTC)) as work:
            await work.connection.execute(INSERT, {"name": "张三的名片"})
    assert "张三" not in str(failure.value)


async def test_a_failed_question_tells_no_log_what_it_carried(database: Database) -> None:
    with pytest.raises(IntegrityError) as failure:
        async with database.reading() as connection:
            await connection.execute(INSERT, {"name": "张三的名片"})
    assert "张三" not in str(failure.value)
