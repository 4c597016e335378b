"""The log at the terminal."""

from datetime import datetime, timedelta

import pytest

from tests.bot.cli.terminal import Terminal


def numbers(said: object) -> list[str]:
    return [one["number"] for one in said.items]  # type: ignore[attr-defined]  # a Said


def test_a_case_is_shown_with_measures_and_receipts(college: Terminal) -> None:
    [found] = college("violations", "--rule", "content", "--json").items
    assert found["number"] == "W2"
    assert (found["platform"], found["group"], found["group_name"]) == ("qq", "60001", "教师群")
    assert found["person"] == {
        "staff_id": "T001", "name": "张三", "department": "教务处", "account": "10001",
    }  # fmt: skip
    assert (found["article"], found["severity"], found["state"]) == ("21.2", "serious", "closed")
    assert found["excerpt"] == "可代开发票"
    [act] = found["measures"]
    assert (act["kind"], act["mode"], act["rung"], act["state"]) == (
        "recall", "enforce", "automatic", "done",
    )  # fmt: skip
    assert act["receipt"]["how"] == "read_back"
    assert datetime.fromisoformat(act["receipt"]["at"]).utcoffset() == timedelta(hours=8)
    assert datetime.fromisoformat(found["opened_at"]).utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["W3", "W2", "W1"]),
        (["--group", "60001"], ["W3", "W2", "W1"]),
        (["--group", "教师群"], ["W3", "W2", "W1"]),
        (["--group", "qq:60002"], []),
        (["--person", "T001"], ["W2"]),
        (["--person", "10001"], ["W2"]),
        (["--person", "qq:20001"], ["W1"]),
        (["--person", "20001"], ["W1"]),
        (["--rule", "real-name"], ["W1"]),
        (["--article", "20"], ["W3", "W1"]),
        (["--article", "20.2"], ["W3"]),
        (["--article", "第21条"], ["W2"]),
        (["--state", "waiting"], ["W3"]),
        (["--state", "等待处理"], ["W3"]),
        (["--since", "7d"], ["W3", "W2"]),
        (["--since", "今天"], ["W3", "W2"]),
        (["--until", "昨天"], ["W1"]),
        (["--since", "2026-01-10", "--until", "2026-01-10"], ["W1"]),
        (["--since", "2026-01-10T12:00:00+08:00", "--until", "2026-01-10T12:00:01+08:00"], ["W1"]),
        (["--since", "2026-01-10T12:00:01", "--until", "2026-01-11"], []),
        (["--group", "60001", "--rule", "real-name", "--state", "open"], ["W1"]),
    ],
)
def test_options_narrow_the_log(college: Terminal, options: list[str], expected: list[str]) -> None:
    said = college("violations", *options, "--json")
    assert said.code == 0, said.err
    assert numbers(said) == expected


def test_pages_follow_each_other_to_the_end(college: Terminal) -> None:
    seen: list[str] = []
    cursor: list[str] = []
    while True:
        page = college("violations", "--limit", "1", *cursor, "--json").document
        seen += [one["number"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = ["--after", page["next"]]
    assert seen == ["W3", "W2", "W1"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--group", "职工群"], ["--group", "多个", "qq:60002", "qq:60003"]),
        (["--group", "教师"], ["没有群", "教师群"]),
        (["--person", "张三"], ["--person", "多个", "T001", "T004"]),
        (["--person", "张三丰"], ["没有“张三丰”"]),
        (["--rule", "realname"], ["realname", "real-name"]),
        (["--article", "99"], ["99", "qungui articles"]),
        (["--state", "opne"], ["--state", "open"]),
        (["--since", "明年"], ["--since", "2026-11-01"]),
        (["--since", "2026-13-40"], ["--since"]),
        (["--since", "今天", "--until", "昨天"], ["--since", "--until"]),
        (["--limit", "0"], ["--limit"]),
        (["--after", "zzz"], ["翻页标记"]),
    ],
)
def test_a_wrong_option_is_named_with_what_would_do(
    college: Terminal, options: list[str], words: list[str]
) -> None:
    said = college("violations", *options, "--json")
    assert said.code == 2
    assert all(word in said.complaint for word in words), said.err


def test_reading_evidence_is_put_on_record_and_reading_none_is_not(college: Terminal) -> None:
    college("violations", "--rule", "real-name", "--json")
    assert college.links("look") == []
    college("violations", "--json")
    assert len(college.links("look")) == 1


def test_the_table_for_people_says_the_same(college: Terminal) -> None:
    said = college("violations")
    assert said.code == 0
    assert all(word in said.out for word in ("W1", "W2", "W3", "教师群", "撤回：已完成"))


def test_nothing_found_is_said(college: Terminal) -> None:
    assert college("violations", "--group", "60002").out == "没有符合条件的登记。\n"
