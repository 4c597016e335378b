"""Permits at the terminal: shown as the contract names them, decided by approvers only."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.permits import Permit, fingerprint
from data import permit_texts, permits
from data.database import Database
from tests.bot.cli.college import LEAVER, OWNER, TEACHERS
from tests.bot.cli.terminal import Terminal

TEXT = "明日停水，请储水。"
APPROVER = "qq:20001"


@pytest.fixture
def applied(college: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Somebody applied for an hour and for what is over."""
    monkeypatch.setenv("QUNGUI_APPROVERS", f"{APPROVER},{OWNER}")
    asyncio.run(_apply(college))
    return college


async def _apply(terminal: Terminal) -> None:
    from bot.cli.office import now

    database = Database(f"sqlite+aiosqlite:///{terminal.database_file}")
    keys = permit_texts.permit_keys(terminal.home / "keys")
    begin = now()
    try:
        for applicant, lasts in ((LEAVER, timedelta(hours=1)), (OWNER, timedelta(hours=-1))):
            permit = Permit(
                number=0,
                applicant=applicant,
                topic="停水",
                reason="检修",
                groups=(TEACHERS,),
                starts_at=begin - timedelta(hours=2),
                ends_at=begin + lasts,
                fingerprint=fingerprint(TEXT),
                applied_at=begin,
            )
            async with database.transaction(begin) as work:
                made = await permits.create(work, permit)
                await permit_texts.seal(work, keys, made.number, TEXT)
    finally:
        await database.close()


def test_a_permit_is_listed_as_the_contract_names_it(applied: Terminal) -> None:
    second, first = applied("permit", "list", "--json").items
    assert (first["number"], first["state"], second["number"]) == ("X1", "waiting", "X2")
    assert first["applicant"] == str(LEAVER)
    assert (first["topic"], first["groups"]) == ("停水", [TEACHERS.id])
    assert first["fingerprint"] == fingerprint(TEXT)
    assert first["from"] < first["until"]
    assert (first["approvals"], first["filed"]) == ([], [])
    assert "停水" in applied("permit", "list").out


def test_a_permit_is_shown_with_its_text_and_the_look_is_on_record(applied: Terminal) -> None:
    assert applied("permit", "show", "x1", "--json").document["text"] == TEXT
    assert TEXT in applied("permit", "show", "X1").out
    assert applied.links("permit_viewed") == ["X1", "X1"]
    assert applied("verify-log").code == 0


def test_an_approver_approves_and_may_take_it_back(applied: Terminal) -> None:
    said = applied("permit", "approve", "X1", "--as", APPROVER)
    assert said.code == 0, said.err
    found = applied("permit", "show", "X1", "--json").document
    assert found["state"] == "approved"
    assert [one["account"] for one in found["approvals"]] == [APPROVER]
    assert applied("permit", "reject", "X1", "--as", APPROVER, "--reason", "有误").code == 0
    assert applied("permit", "show", "X1", "--json").document["state"] == "revoked"
    assert applied.links("terminal") == ["X1", "X1"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["X1", "--as", "qq:10002"], 1, "不是发布审批人"),
        (["X1", "--as", "10002"], 2, "--as"),
        (["X2", "--as", APPROVER], 1, "时间已过"),
        (["X2", "--as", str(OWNER)], 1, "须由他人审批"),
        (["X9", "--as", APPROVER], 1, "没有编号为 X9"),
        (["P1", "--as", APPROVER], 2, "X12"),
    ],
)
def test_what_cannot_be_approved_is_refused_and_changes_nothing(
    applied: Terminal, arguments: list[str], code: int, words: str
) -> None:
    said = applied("permit", "approve", *arguments)
    assert (said.code, words in said.complaint) == (code, True), said.err
    assert {one["state"] for one in applied("permit", "list", "--json").items} == {"waiting"}
    assert applied.links("terminal") == []


def test_an_empty_home_has_no_permits(terminal: Terminal) -> None:
    assert terminal("permit", "list", "--json").items == []
    assert "没有" in terminal("permit", "list").out
