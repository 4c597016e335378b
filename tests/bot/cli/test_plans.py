"""Deciding at the terminal: with the right identity, on record, and seen by the service."""

import re
import sqlite3
from contextlib import closing

import pytest

from tests.bot.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def enforcing(bare: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUNGUI_MODE", "enforce")


def plan(terminal: Terminal) -> dict[str, object]:
    return terminal("plan", "show", "P1", "--json").document


def test_a_plan_is_listed_with_people_and_approvals(college: Terminal) -> None:
    [found] = college("plan", "list", "--json").items
    assert (found["number"], found["owner"], found["groups"]) == ("P1", "qq:10001", ["60001"])
    assert (found["state"], found["needed"], found["approvals"]) == ("waiting", 1, [])
    assert found["expires_at"].endswith("+08:00")
    [one] = found["people"]
    assert one["person"] == {
        "staff_id": "T005", "name": "钱六", "department": "学生处", "account": "10005",
    }  # fmt: skip
    assert (one["group"], one["reason"], one["state"]) == ("60001", "已离职", None)
    assert found == plan(college)
    assert "教师群" in college("plan", "list").out
    assert "钱六" in college("plan", "show", "p1").out


@pytest.mark.parametrize("who", ["qq:10001", "qq:10002"])
def test_who_manages_the_group_may_approve(college: Terminal, who: str) -> None:
    said = college("plan", "approve", "P1", "--as", who)
    assert said.code == 0, said.err
    found = college("plan", "show", "P1", "--json").document
    assert found["state"] == "executing"
    assert [one["account"] for one in found["approvals"]] == [who]
    assert college.links("terminal") == ["P1"]
    assert college("verify-log").code == 0


def test_an_administrator_may_reject(college: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUNGUI_ADMINISTRATORS", "qq:30001")
    said = college("plan", "reject", "3", "--as", "qq:30001")
    assert (said.code, "P3" in said.complaint) == (1, True)
    assert college("plan", "reject", "1", "--as", "qq:30001", "--reason", "仍在职").code == 0
    assert plan(college)["state"] == "rejected"
    [case] = college("violations", "--rule", "membership", "--json").items
    assert case["state"] == "open"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["P1", "--as", "qq:20001"], 1, ["qq:20001", "没有执行"]),
        (["P1", "--as", "10001"], 2, ["--as", "qq:10001"]),
        (["P9", "--as", "qq:10001"], 1, ["P9"]),
        (["W1", "--as", "qq:10001"], 2, ["W1", "P12"]),
    ],
)
def test_a_decision_that_may_not_be_changes_nothing(
    college: Terminal, arguments: list[str], code: int, words: list[str]
) -> None:
    said = college("plan", "approve", *arguments)
    assert said.code == code
    assert all(word in said.complaint for word in words), said.err
    assert plan(college)["state"] == "waiting"
    assert college.links("terminal") == []


def test_nobody_approves_his_own_removal(
    college: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUNGUI_ADMINISTRATORS", "qq:10005")
    said = college("plan", "approve", "P1", "--as", "qq:10005")
    assert said.code == 3
    assert "涉及您本人" in said.complaint
    assert plan(college)["state"] == "waiting"


def test_a_plan_that_interlocks_hold_is_not_approved(
    college: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUNGUI_MODE", "observe")
    said = college("plan", "approve", "P1", "--as", "qq:10001")
    assert (said.code, "观察" in said.complaint) == (3, True)
    assert plan(college)["state"] == "waiting"
    assert college.links("terminal") == []


def test_an_old_list_leaves_an_approved_plan_to_the_service(college: Terminal) -> None:
    with closing(sqlite3.connect(college.database_file)) as connection, connection:
        connection.execute("UPDATE member_lists SET read_at = '2020-01-01 00:00:00.000000'")
    said = college("plan", "approve", "P1", "--as", "qq:10001")
    assert (said.code, "重新读取成员名单" in said.out) == (0, True)
    assert plan(college)["state"] == "approved"


def test_a_second_yes_of_the_same_person_is_refused(college: Terminal) -> None:
    college("plan", "approve", "P1", "--as", "qq:10001")
    assert college("plan", "approve", "P1", "--as", "qq:10001").code == 1


def needs_two(terminal: Terminal) -> None:
    with closing(sqlite3.connect(terminal.database_file)) as connection, connection:
        connection.execute("UPDATE plans SET needed = 2")


def code_for(terminal: Terminal, who: str) -> str:
    query = "SELECT text FROM measures WHERE account_id = ? AND text LIKE '%P1%' ORDER BY id DESC"
    with closing(sqlite3.connect(terminal.database_file)) as connection:
        (text,) = connection.execute(query, (who,)).fetchone()
    return re.search(r"\d{8}", text)[0]


def test_where_two_are_needed_each_confirms_with_his_own_code(college: Terminal) -> None:
    needs_two(college)
    said = college("plan", "approve", "P1", "--as", "qq:10001")
    assert (said.code, "--code" in said.out) == (0, True)
    assert plan(college)["approvals"] == []
    first = code_for(college, "10001")
    other = college("plan", "approve", "P1", "--as", "qq:10002", "--code", first)
    assert (other.code, "没有执行" in other.complaint) == (1, True)
    assert college("plan", "approve", "P1", "--as", "qq:10001", "--code", first).code == 0
    assert plan(college)["state"] == "waiting"
    college("plan", "approve", "P1", "--as", "qq:10002")
    second = code_for(college, "10002")
    assert college("plan", "approve", "P1", "--as", "qq:10002", "--code", second).code == 0
    assert plan(college)["state"] == "executing"


def test_a_wrong_code_confirms_nothing(college: Terminal) -> None:
    needs_two(college)
    said = college("plan", "approve", "P1", "--as", "qq:10001", "--code", "00000000")
    assert said.code == 1
    assert plan(college)["approvals"] == []


def test_duties_are_listed(college: Terminal) -> None:
    [found] = college("duty", "list", "--json").items
    assert (found["number"], found["kind"], found["owner"]) == ("D1", "daily-look", "qq:10001")
    assert (found["group"], found["state"], found["proof"]) == ("60001", "open", None)
    assert found["due_at"].endswith("+08:00")
    assert "待完成" in college("duty", "list").out


def test_nothing_to_list_is_said(terminal: Terminal) -> None:
    assert terminal("plan", "list").out == "没有清理计划。\n"
    assert terminal("duty", "list").out == "没有职责登记。\n"
