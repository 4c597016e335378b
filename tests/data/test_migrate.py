import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from sqlmodel import SQLModel

import data.tables
from bot.domain.errors import BadInputError
from data.database import Database
from data.migrate import check, newest, revision, run_alembic, upgrade
from tests.data.samples import url_of


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


def _definitions(path: Path) -> dict[str, set[str]]:
    """What SQLite holds of every table and index, whatever the order and the blanks."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "select name, sql from sqlite_master where sql is not null and name != ?",
            ("alembic_version",),
        ).fetchall()
    return {name: {" ".join(line.split()) for line in sql.split(",")} for name, sql in rows}


async def test_migrated_database_equals_the_tables(database: Database) -> None:
    assert len(data.tables.__all__) == len(SQLModel.metadata.tables)
    async with database.reading() as connection:
        assert await connection.run_sync(_differences) == []


async def test_migrated_tables_are_stored_like_the_declared_ones(
    database_file: Path, tmp_path: Path
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    declared = _definitions(tmp_path / "declared.db")
    migrated = _definitions(database_file)
    assert migrated.keys() == declared.keys()
    without_row_id = {name for name, lines in declared.items() if "WITHOUT ROWID" in str(lines)}
    assert without_row_id == {
        name for name, lines in migrated.items() if "WITHOUT ROWID" in str(lines)
    }


async def test_missing_database_is_not_up_to_date_and_is_not_made_by_asking(
    tmp_path: Path,
) -> None:
    path = tmp_path / "none.db"
    assert not await check(url_of(path))
    assert not path.exists()


async def test_new_database_is_made_without_a_copy(tmp_path: Path) -> None:
    url = url_of(tmp_path / "deep" / "new.db")
    assert await upgrade(url) is None
    assert await check(url)
    assert await upgrade(url) is None
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["new.db"]


async def test_existing_database_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table older (words text)")
        connection.execute("insert into older values ('kept')")
        connection.commit()
    assert not await check(url_of(path))
    copy = await upgrade(url_of(path))
    assert copy is not None
    assert await check(url_of(path))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("select words from older").fetchall() == [("kept",)]
        assert connection.execute("select count(*) from sqlite_master").fetchone() == (1,)


async def test_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "half.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table violations (something text)")
        connection.commit()
    with pytest.raises(Exception, match="violations already exists"):
        await upgrade(url_of(path))
    assert await revision(url_of(path)) is None
    assert set(_definitions(path)) == {"violations"}


async def test_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    url = url_of(tmp_path / "later.db")
    await upgrade(url)
    with closing(sqlite3.connect(tmp_path / "later.db")) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()
    assert not await check(url)
    with pytest.raises(BadInputError, match="更新的版本"):
        await upgrade(url)


def test_tables_can_be_made_for_postgresql() -> None:
    for table in SQLModel.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]  # SQLAlchemy's own


async def test_revisions_form_one_line(tmp_path: Path) -> None:
    url = url_of(tmp_path / "line.db")
    await run_alembic(url, lambda config: command.upgrade(config, "head"))
    assert await revision(url) == newest()
