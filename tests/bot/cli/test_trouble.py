"""A database that is locked, old, damaged or out of reach."""

import sqlite3
from contextlib import closing

import pytest

from tests.bot.cli.terminal import Terminal

READING = (
    ["roster", "show"],
    ["violations"],
    ["plan", "list"],
    ["duty", "list"],
    ["capabilities"],
    ["digest", "60001"],
    ["verify-log"],
    ["export", "--kind", "violations", "x.csv"],
    ["freeze"],
    ["backup", "x.zip"],
)


@pytest.mark.parametrize("command", READING)
def test_without_a_database_every_command_says_so(bare: Terminal, command: list[str]) -> None:
    said = bare(*command)
    assert said.code == 1
    assert "qungui init" in said.complaint
    assert not bare.home.exists()


@pytest.mark.parametrize("command", READING[:-1])
def test_a_file_that_is_no_database_is_named(terminal: Terminal, command: list[str]) -> None:
    content = b"no database at all" * 100
    terminal.database_file.write_bytes(content)
    said = terminal(*command)
    assert said.code == 4
    assert "qungui.db" in said.complaint
    assert terminal.database_file.read_bytes() == content


@pytest.mark.parametrize("command", READING[:-1])
def test_an_empty_database_asks_for_migration(terminal: Terminal, command: list[str]) -> None:
    terminal.database_file.write_bytes(b"")
    said = terminal(*command)
    assert said.code == 4
    assert "qungui migrate" in said.complaint


def test_a_locked_database_is_waited_for_and_then_told(college: Terminal) -> None:
    before = college("roster", "show").out
    with closing(sqlite3.connect(college.database_file)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = college("roster", "import", "roster.csv", "--apply")
        other.rollback()
    assert said.code == 4
    assert "数据库正被其他程序占用" in said.complaint
    assert college("roster", "show").out == before
