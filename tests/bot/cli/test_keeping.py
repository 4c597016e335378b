"""Checking the chain, backing up, restoring, migrating."""

import json
import sqlite3
from contextlib import closing

import pytest

from data.lock import only_one
from tests.bot.cli.terminal import Terminal


def test_a_whole_chain_is_whole(college: Terminal) -> None:
    found = college("verify-log", "--json").document
    assert (found["ok"], found["first_bad"]) == (True, None)
    assert found["rows"] > 3


def test_a_changed_link_is_found(college: Terminal) -> None:
    with closing(sqlite3.connect(college.database_file)) as connection:
        connection.execute("UPDATE ledger SET content = '{}' WHERE sequence = 3")
        connection.commit()
    said = college("verify-log", "--json")
    assert said.code == 1
    assert (said.document["ok"], said.document["first_bad"]) == (False, 3)
    assert "第 3 条" in said.err


def test_lost_links_show_against_a_head_noted_elsewhere(college: Terminal) -> None:
    noted = college.wrote("head.json", college("verify-log", "--json").out)
    assert college("verify-log", "--head", noted).code == 0
    with closing(sqlite3.connect(college.database_file)) as connection:
        connection.execute("DELETE FROM ledger WHERE sequence = (SELECT max(sequence) FROM ledger)")
        connection.commit()
    assert college("verify-log").code == 0
    assert college("verify-log", "--head", noted).code == 1


def test_the_head_that_healthz_gives_will_do(college: Terminal) -> None:
    found = college("verify-log", "--json").document
    chain = {"chain": {"rows": found["rows"], "head": found["head"]}}
    assert college("verify-log", "--head", college.wrote("h.json", json.dumps(chain))).code == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rows": "3", "head": "x"}', "null"])
def test_a_file_that_is_no_head_is_named(college: Terminal, text: str) -> None:
    said = college("verify-log", "--head", college.wrote("h.json", text))
    assert said.code == 2
    assert "h.json" in said.complaint


def test_what_was_backed_up_comes_back_with_its_excerpts(college: Terminal) -> None:
    made = college("backup", "out.zip", "--json")
    assert made.code == 0, made.err
    shown = college("violations", "--json").out
    for path in college.home.rglob("*"):
        if path.is_file():
            path.unlink()
    assert college("restore", "out.zip").code == 0
    assert college("violations", "--json").out == shown


def test_a_backup_never_replaces_a_file(college: Terminal) -> None:
    kept = college.wrote("out.zip", "something else")
    said = college("backup", kept)
    assert said.code == 2
    assert kept.read_text() == "something else"


def test_a_damaged_backup_is_refused_and_changes_nothing(college: Terminal) -> None:
    before = college.database_file.read_bytes()
    said = college("restore", college.wrote("bad.zip", "PK but no backup"))
    assert said.code == 2
    assert "bad.zip" in said.complaint
    assert college.database_file.read_bytes() == before


def test_nothing_is_restored_under_a_running_service(college: Terminal) -> None:
    college("backup", "out.zip")
    with only_one(college.home):
        said = college("restore", "out.zip")
    assert said.code == 3
    assert "已有一个服务" in said.complaint


def test_migrating_says_what_it_did_and_checking_changes_nothing(bare: Terminal) -> None:
    assert bare("migrate", "--check").code == 1
    assert not bare.home.exists()
    assert "数据库已建立" in bare("migrate").out
    assert bare("migrate", "--check").code == 0
    assert "已是当前版本" in bare("migrate").out
