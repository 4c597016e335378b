"""Freezing, resuming by two people, and taking back."""

import sqlite3
from contextlib import closing

import pytest

from tests.bot.cli.terminal import Terminal


@pytest.fixture
def guarded(college: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("QUNGUI_ADMINISTRATORS", "qq:10001")
    monkeypatch.setenv("QUNGUI_SUPERVISORS", "qq:10002")
    return college


def switch(terminal: Terminal, name: str) -> str:
    with closing(sqlite3.connect(terminal.database_file)) as connection:
        query = "SELECT value FROM switches WHERE name = ?"
        row = connection.execute(query, (name,)).fetchone()
    return row[0] if row else ""


def codes(terminal: Terminal) -> dict[str, str]:
    """The code that each person was sent, by account."""
    query = "SELECT account_id, text FROM measures WHERE kind = 'notify' AND state = 'intended'"
    with closing(sqlite3.connect(terminal.database_file)) as connection:
        rows = connection.execute(query).fetchall()
    return {who: "".join(one for one in text.split(",")[0] if one.isdigit()) for who, text in rows}


def frozen(terminal: Terminal) -> bool:
    return switch(terminal, "frozen") == "yes"


def test_one_person_freezes(guarded: Terminal) -> None:
    assert guarded("freeze").code == 0
    assert frozen(guarded)


def test_two_people_with_the_codes_they_were_sent_resume(guarded: Terminal) -> None:
    guarded("freeze")
    said = guarded("unfreeze")
    assert said.code == 0, said.err
    assert "qq:10001" in said.out
    assert "qq:10002" in said.out
    sent = codes(guarded)
    assert set(sent) == {"10001", "10002"}
    assert not set(sent.values()) & set(said.out.split())
    said = guarded("unfreeze", "--code", sent["10001"], "--code", sent["10002"])
    assert (said.code, said.out) == (0, "已解冻，恢复处置。\n")
    assert not frozen(guarded)


def test_one_code_is_not_enough_and_counts_for_later(guarded: Terminal) -> None:
    guarded("freeze")
    guarded("unfreeze")
    sent = codes(guarded)
    assert "还需另一位" in guarded("unfreeze", "--code", sent["10001"]).out
    assert frozen(guarded)
    assert guarded("unfreeze", "--code", sent["10002"]).code == 0
    assert not frozen(guarded)


def test_two_codes_of_one_person_are_refused_and_not_used_up(guarded: Terminal) -> None:
    guarded("freeze")
    guarded("unfreeze")
    first = codes(guarded)["10001"]
    guarded("unfreeze")
    again = codes(guarded)
    said = guarded("unfreeze", "--code", first, "--code", again["10001"])
    assert said.code == 1
    assert frozen(guarded)
    assert guarded("unfreeze", "--code", first, "--code", again["10002"]).code == 0


def test_a_wrong_code_spoils_the_good_one_beside_it_not(guarded: Terminal) -> None:
    guarded("freeze")
    guarded("unfreeze")
    sent = codes(guarded)
    wrong = "0" * 8 if sent["10001"] != "0" * 8 else "1" * 8
    said = guarded("unfreeze", "--code", sent["10001"], "--code", wrong)
    assert (said.code, "验证码不正确" in said.complaint) == (1, True)
    both = guarded("unfreeze", "--code", sent["10001"], "--code", sent["10002"])
    assert both.code == 0


def test_one_administrator_alone_learns_what_is_missing(
    college: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUNGUI_ADMINISTRATORS", "qq:10001")
    college("freeze")
    said = college("unfreeze")
    assert said.code == 1
    assert "QUNGUI_SUPERVISORS" in said.complaint
    assert codes(college) == {}


def test_nothing_to_resume_is_said(guarded: Terminal) -> None:
    said = guarded("unfreeze")
    assert (said.code, said.complaint) == (1, "目前没有冻结。")


def test_nobody_undoes_what_was_done_about_himself(college: Terminal) -> None:
    said = college("undo", "W2", "--as", "qq:10001")
    assert (said.code, "涉及您本人" in said.complaint) == (1, True)


def test_a_recall_cannot_be_undone_and_that_is_said(guarded: Terminal) -> None:
    said = guarded("undo", "W2", "--as", "qq:10001")
    assert said.code == 0
    assert "撤回的消息不能恢复" in said.out
    assert guarded.links("terminal") == ["W2"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["W1", "--as", "qq:10001"], 1),
        (["W99", "--as", "qq:10001"], 1),
        (["W2", "--as", "qq:20001"], 1),
        (["P2", "--as", "qq:10001"], 2),
    ],
)
def test_an_undo_that_may_not_be_leaves_no_trace(
    guarded: Terminal, arguments: list[str], code: int
) -> None:
    said = guarded("undo", *arguments)
    assert (said.code, bool(said.complaint)) == (code, True)
    assert guarded.links("terminal") == []
