"""What a supervisor asks for, in plain Chinese and any order, as a query. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from bot.domain.departments import Departments
from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from bot.domain.identifiers import GroupKey
from bot.domain.name_folding import name_key
from bot.domain.people import Roster
from bot.domain.violations import ViolationState

EXAMPLES = "今天、上周、近7天、2026-11-01、部门名、群名、姓名、严重、处理中、W12"
_MOST_DAYS = 3660
_LAST_PAGE = 99
_FILLERS = ("的", "和", "在", "、", ",", "，", ";", "；", "。")

_SEVERITIES = {
    "提示": Severity.NOTICE,
    "较轻": Severity.MINOR,
    "严重": Severity.SERIOUS,
    "涉密/违法": Severity.CRITICAL,
    "涉密": Severity.CRITICAL,
    "违法": Severity.CRITICAL,
}
_STATES = {state.label: state for state in ViolationState} | {
    "已结": ViolationState.CLOSED,
    "办结": ViolationState.CLOSED,
    "观察": ViolationState.OBSERVED,
    "待处理": ViolationState.WAITING,
    "误判": ViolationState.DISMISSED,
}
_KINDS = {
    "days": "时间",
    "group": "群",
    "department": "部门",
    "person": "人员",
    "severity": "轻重",
    "state": "状态",
    "rule": "规则",
    "number": "编号",
    "page": "页码",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words that mean something here: names of groups, departments, people and rules."""

    groups: Mapping[str, GroupKey] = field(default_factory=dict)
    departments: Departments
    roster: Roster
    rules: Mapping[str, str] = field(default_factory=dict)
    """Rule ids by title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is asked for; None asks for everything. ``days`` are local, first and last included."""

    days: tuple[date, date] | None = None
    group: GroupKey | None = None
    department: str | None = None
    person: str | None = None
    severity: Severity | None = None
    state: ViolationState | None = None
    rule: str | None = None
    number: int | None = None
    page: int = 1


def parse_conditions(text: str, vocabulary: Vocabulary, today: date) -> Conditions:
    """Read conditions, with or without spaces between them.

    Raises:
        BadInputError: a word means nothing here, or two contradict each other; names the word.
    """
    found = Conditions()
    given: set[str] = set()
    for token in text.split():
        rest = token
        while rest := _without_fillers(rest):
            taken = _read(rest, vocabulary, today)
            if taken is None:
                raise BadInputError(f"看不懂“{rest}”。可以写:{EXAMPLES}。")
            length, name, value = taken
            if name in given:
                raise BadInputError(f"{_KINDS[name]}只能写一个,“{rest[:length]}”是多出来的。")
            given.add(name)
            found = replace(found, **{name: value})
            rest = rest[length:]
    return found


def _without_fillers(text: str) -> str:
    while text.startswith(_FILLERS):
        text = text[1:]
    return text


_Taken = tuple[int, str, Any]


def _read(text: str, vocabulary: Vocabulary, today: date) -> _Taken | None:
    """The longest thing that the text begins with: (length, kind, value)."""
    found = [
        *_words(text, _SEVERITIES, "severity"),
        *_words(text, _STATES, "state"),
        *_words(text, vocabulary.rules, "rule"),
        *_words(text, vocabulary.groups, "group"),
        *_times(text, today),
        *_numbers(text),
        *_people(text, vocabulary),
    ]
    # Of equally long readings the first kind counts: fixed words before names.
    return max(found, key=lambda one: one[0], default=None)


def _words(text: str, known: Mapping[str, object], name: str) -> list[_Taken]:
    return [(len(word), name, value) for word, value in known.items() if text.startswith(word)]


def _numbers(text: str) -> list[_Taken]:
    found: list[_Taken] = []
    if number := re.match(r"[Ww](\d{1,9})(?!\d)", text):
        found.append((number.end(), "number", int(number[1])))
    page = re.match(r"第(\d{1,2})页", text)
    if page and 0 < int(page[1]) <= _LAST_PAGE:
        found.append((page.end(), "page", int(page[1])))
    return found


def _people(text: str, vocabulary: Vocabulary) -> list[_Taken]:
    """A department, or a person by name or staff number, written in any registered way."""
    found: list[_Taken] = []
    for length in range(len(text), 0, -1):
        head = text[:length]
        if head.endswith(_FILLERS):
            continue
        if usual := vocabulary.departments.canonical(head):
            found.append((length, "department", usual))
        elif named := vocabulary.roster.named(head):
            found.append((length, "person", named[0].name))
        elif numbered := vocabulary.roster.numbered(head):
            found.append((length, "person", numbered.staff_id))
        elif length == len(text) and re.fullmatch(r"\d{5,20}", head):
            found.append((length, "person", head))
    return found[:1]


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _whole_days(day: date, first: int, last: int) -> tuple[date, date]:
    return day - timedelta(first), day - timedelta(last)


def _month_before(day: date) -> tuple[date, date]:
    last = day.replace(day=1) - timedelta(1)
    return last.replace(day=1), last


_WORDS_FOR_DAYS: Mapping[str, Callable[[date], tuple[date, date]]] = {
    "今天": lambda day: (day, day),
    "今日": lambda day: (day, day),
    "昨天": lambda day: _whole_days(day, 1, 1),
    "昨日": lambda day: _whole_days(day, 1, 1),
    "前天": lambda day: _whole_days(day, 2, 2),
    "本周": lambda day: (_monday(day), day),
    "这周": lambda day: (_monday(day), day),
    "上周": lambda day: _whole_days(_monday(day), 7, 1),
    "上星期": lambda day: _whole_days(_monday(day), 7, 1),
    "本月": lambda day: (day.replace(day=1), day),
    "这个月": lambda day: (day.replace(day=1), day),
    "上月": _month_before,
    "上个月": _month_before,
    "今年": lambda day: (day.replace(month=1, day=1), day),
}


def _times(text: str, today: date) -> list[_Taken]:
    found: list[_Taken] = [
        (len(word), "days", days(today))
        for word, days in _WORDS_FOR_DAYS.items()
        if text.startswith(word)
    ]
    lately = re.match(r"(?:最近|近)(\d{1,4})[天日]", text)
    if lately and 0 < int(lately[1]) <= _MOST_DAYS:
        found.append((lately.end(), "days", (today - timedelta(int(lately[1]) - 1), today)))
    if (first := _day(text, today)) is not None:
        length, day = first
        found.append((length, "days", (day, day)))
        joint = re.match(r"[至到~—-]", text[length:])
        second = _day(text[length + 1 :], today) if joint else None
        if second is not None and day <= second[1]:
            found.append((length + 1 + second[0], "days", (day, second[1])))
    return found


def _day(text: str, today: date) -> tuple[int, date] | None:
    """A date at the start of the text: with its year, or the latest such day that is past."""
    full = re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)", text)
    if full:
        day = _date(int(full[1]), int(full[2]), int(full[3]))
        return (full.end(), day) if day else None
    short = re.match(r"(\d{1,2})(?:月(\d{1,2})[日号]?|[-/](\d{1,2}))(?!\d)", text)
    if not short:
        return None
    month, number = int(short[1]), int(short[2] or short[3])
    for year in range(today.year, today.year - 9, -1):
        day = _date(year, month, number)
        if day and day <= today:
            return short.end(), day
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def spellings(departments: Departments, usual: str, roster: Roster) -> frozenset[str]:
    """Every way one department may stand on a record."""
    named = {name for name in roster.department_names if departments.canonical(name) == usual}
    return frozenset({usual, *departments.aliases(usual), *named})


def unique_groups(names: Mapping[GroupKey, str]) -> dict[str, GroupKey]:
    """Groups by their number, and by their name where only one has it."""
    found = {key.id: key for key in names}
    counted: dict[str, list[GroupKey]] = {}
    for key, name in names.items():
        if name_key(name):
            counted.setdefault(name, []).append(key)
    return found | {name: keys[0] for name, keys in counted.items() if len(keys) == 1}
