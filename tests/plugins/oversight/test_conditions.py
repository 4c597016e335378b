"""Conditions in plain Chinese."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.departments import Departments
from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from bot.domain.identifiers import GroupKey, Platform
from bot.domain.people import Roster, Staff
from bot.domain.violations import ViolationState
from plugins.oversight.conditions import (
    Conditions,
    Vocabulary,
    parse_conditions,
    spellings,
    unique_groups,
)

MONDAY = date(2026, 11, 2)
G1, G2 = GroupKey(Platform.QQ, "1000"), GroupKey(Platform.QQ, "2000")
ROSTER = Roster(
    (
        Staff("T001", "张三", ("教务处",)),
        Staff("T002", "欧阳小华", ("学生处",)),
        Staff("T003", "严重", ("保卫处",)),
    )
)
WORDS = Vocabulary(
    groups={"教务工作群": G1, "1000": G1, "2000": G2, "严重事件群": G2},
    departments=Departments(ROSTER.department_names, {"学生处": ["学工处"]}),
    roster=ROSTER,
    rules={"实名": "real-name", "信息发布": "content", "群主登记": "owner-report"},
)


def days(first: date, last: date | None = None) -> Conditions:
    return Conditions(days=(first, last or first))


LAST_WEEK_THERE = Conditions(
    days=(date(2026, 10, 26), date(2026, 11, 1)), department="教务处", severity=Severity.SERIOUS
)
TABLE = [
    ("", Conditions()),
    ("今天", days(MONDAY)),
    ("昨天", days(date(2026, 11, 1))),
    ("前天", days(date(2026, 10, 31))),
    ("本周", days(MONDAY)),
    ("上周", days(date(2026, 10, 26), date(2026, 11, 1))),
    ("本月", days(date(2026, 11, 1), MONDAY)),
    ("上月", days(date(2026, 10, 1), date(2026, 10, 31))),
    ("上个月", days(date(2026, 10, 1), date(2026, 10, 31))),
    ("今年", days(date(2026, 1, 1), MONDAY)),
    ("近7天", days(date(2026, 10, 27), MONDAY)),
    ("最近1天", days(MONDAY)),
    ("2026-11-01", days(date(2026, 11, 1))),
    ("2026/11/1", days(date(2026, 11, 1))),
    ("2026年10月8日", days(date(2026, 10, 8))),
    ("10月8日", days(date(2026, 10, 8))),
    ("12月8号", days(date(2025, 12, 8))),
    ("2月29日", days(date(2024, 2, 29))),
    ("2026-10-01至2026-10-07", days(date(2026, 10, 1), date(2026, 10, 7))),
    ("10月1日到10月7日", days(date(2026, 10, 1), date(2026, 10, 7))),
    ("教务处", Conditions(department="教务处")),
    ("学工处", Conditions(department="学生处")),
    ("教务工作群", Conditions(group=G1)),
    ("2000", Conditions(group=G2)),
    ("张三", Conditions(person="张三")),
    ("欧阳小华", Conditions(person="欧阳小华")),
    ("T001", Conditions(person="T001")),
    ("t001", Conditions(person="T001")),
    ("123456", Conditions(person="123456")),
    ("严重", Conditions(severity=Severity.SERIOUS)),
    ("严重事件群", Conditions(group=G2)),
    ("较轻", Conditions(severity=Severity.MINOR)),
    ("涉密", Conditions(severity=Severity.CRITICAL)),
    ("处理中", Conditions(state=ViolationState.OPEN)),
    ("已办结", Conditions(state=ViolationState.CLOSED)),
    ("误报", Conditions(state=ViolationState.DISMISSED)),
    ("申诉中", Conditions(state=ViolationState.APPEALED)),
    ("实名", Conditions(rule="real-name")),
    ("群主登记", Conditions(rule="owner-report")),
    ("W12", Conditions(number=12)),
    ("w12", Conditions(number=12)),
    ("第2页", Conditions(page=2)),
    ("上周教务处严重", LAST_WEEK_THERE),
    ("严重 教务处 上周", LAST_WEEK_THERE),
    ("张三的实名、处理中", Conditions(person="张三", rule="real-name", state=ViolationState.OPEN)),
    ("教务工作群 昨天 第3页", Conditions(group=G1, days=(date(2026, 11, 1),) * 2, page=3)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[one[0] or "nothing" for one in TABLE])
def test_conditions_are_read_in_any_order(text: str, expected: Conditions) -> None:
    assert parse_conditions(text, WORDS, MONDAY) == expected


BAD = [
    ("下周", "下周"),
    ("上周 外星处", "外星处"),
    ("2026-13-01", "2026-13-01"),
    ("2026-02-30", "2026-02-30"),
    ("近0天", "近0天"),
    ("第0页", "第0页"),
    ("W", "W"),
    ("今天 昨天", "昨天"),
    ("教务处 学生处", "学生处"),
    ("严重 较轻", "较轻"),
    ("李四", "李四"),
]


@pytest.mark.parametrize(("text", "word"), BAD)
def test_what_is_not_understood_is_named(text: str, word: str) -> None:
    with pytest.raises(BadInputError) as caught:
        parse_conditions(text, WORDS, MONDAY)
    assert f"“{word}”" in caught.value.message


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_conditions(text, WORDS, MONDAY)
    except BadInputError:
        return
    assert found.days is None or found.days[0] <= found.days[1]


@given(
    st.permutations(["上周", "教务处", "严重", "处理中", "张三", "实名", "第2页"]),
    st.sampled_from(["", " ", "的", "、"]),
)
def test_order_and_joints_make_no_difference(words: list[str], joint: str) -> None:
    expected = parse_conditions("上周 教务处 严重 处理中 张三 实名 第2页", WORDS, MONDAY)
    assert parse_conditions(joint.join(words), WORDS, MONDAY) == expected


@given(st.dates(date(2000, 2, 1), date(2100, 1, 1)), st.integers(1, 3660))
def test_the_last_days_end_today(today: date, count: int) -> None:
    found = parse_conditions(f"近{count}天", WORDS, today)
    assert found.days == (today - timedelta(count - 1), today)


@given(st.dates(date(2000, 2, 1), date(2100, 1, 1)))
def test_last_week_and_last_month_are_whole(today: date) -> None:
    week = parse_conditions("上周", WORDS, today).days
    month = parse_conditions("上月", WORDS, today).days
    assert week
    assert month
    assert week[0].weekday() == 0
    assert week[1] - week[0] == timedelta(6)
    assert week[1] < today <= week[1] + timedelta(7)
    assert month[0].day == 1
    assert (month[1] + timedelta(1)).day == 1
    assert month[1] < today


def test_all_spellings_of_a_department_are_looked_for() -> None:
    roster = Roster((Staff("T1", "张三", ("学工处",)), Staff("T2", "李四", ("教务处",))))
    departments = Departments(roster.department_names, {"学生处": ["学工处"]})
    assert spellings(departments, "学生处", roster) == {"学生处", "学工处"}


def test_an_ambiguous_group_name_is_not_used() -> None:
    names = {G1: "工作群", G2: "工作群"}
    assert unique_groups(names) == {"1000": G1, "2000": G2}
