"""Judging cards at the terminal."""

import pytest

from tests.bot.cli.terminal import ROSTER, Terminal


def test_each_card_gets_its_judgement_and_what_to_change_it_to(college: Terminal) -> None:
    items = college(
        "check-name", "教务处-张三", "李四", "学生处-赵八", "学生处张三", "", "--json"
    ).items
    assert [(one["card"], one["standing"], one["suggestion"]) for one in items] == [
        ("教务处-张三", "compliant", None),
        ("李四", "misnamed", "信息工程系-李四"),
        ("学生处-赵八", "unknown", None),
        ("学生处张三", "compliant", None),
        ("", "misnamed", None),
    ]
    assert set(items[0]) == {"card", "standing", "department", "name", "suggestion", "reason"}
    assert (items[0]["department"], items[0]["name"]) == ("教务处", "张三")


def test_a_file_stands_in_for_the_database(bare: Terminal) -> None:
    file = bare.wrote("r.csv", ROSTER)
    said = bare("check-name", "王五", "--roster", file, "--json")
    assert said.items[0]["suggestion"] == "学生处-王五"
    assert not bare.home.exists()


def test_without_a_database_it_says_what_to_do_first(bare: Terminal) -> None:
    said = bare("check-name", "王五", "--json")
    assert said.code == 1
    assert "qungui init" in said.complaint
    assert not bare.home.exists()


def test_an_empty_roster_is_remarked_beside_the_result(terminal: Terminal) -> None:
    said = terminal("check-name", "学生处-王五", "--json")
    assert said.code == 0
    assert said.items[0]["standing"] != "compliant"
    assert "花名册是空的" in said.err


@pytest.mark.parametrize(
    ("text", "words"),
    [("甲,乙\n1,2\n", ["r.csv", "找不到列"]), ("", ["r.csv", "空文件"])],
)
def test_a_file_that_is_no_roster_is_refused(bare: Terminal, text: str, words: list[str]) -> None:
    said = bare("check-name", "王五", "--roster", bare.wrote("r.csv", text))
    assert said.code == 2
    assert all(word in said.complaint for word in words)


def test_a_card_cannot_drive_the_readers_screen(college: Terminal) -> None:
    said = college("check-name", "\x1b[2J[red]王五", "a\ud800b")
    assert said.code == 0
    assert "\x1b" not in said.out
    assert "[red]" in said.out


def test_any_card_gives_valid_json(college: Terminal) -> None:
    items = college("check-name", "a\udc80b", "\x00", '"', "--json").items
    assert [one["card"] for one in items] == ["a\udc80b", "\x00", '"']
