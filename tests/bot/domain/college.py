"""The college of ``roster_for_cards.csv`` that cards are judged against."""

import csv
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.domain.departments import Departments
from bot.domain.identifiers import AccountKey, Platform
from bot.domain.people import Roster, Staff, StaffStatus

_HERE = Path(__file__).parent
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")

ALIASES = {
    "教务处": ["教务"],
    "学生处": ["学工处", "学生工作处"],
    "学生事务部": ["学事部"],
    "信息工程学院": ["信工", "信工系", "信工学院"],
    "外国语学院": ["外语学院", "外院"],
    "马克思主义学院": ["马院"],
    "经济管理学院": ["经管", "经管学院", "经管系"],
    "机电工程系": ["机电系"],
    "党政办公室": ["党政办", "院办"],
    "宣传统战部": ["宣传部"],
    "继续教育学院": ["继教院"],
}
ORGANISATION = ("天府新区信息职业学院", "天信职院")


class ExpectedCard(NamedTuple):
    card: str
    standing: str
    department: str | None
    name: str | None
    note: str


@cache
def staff_of_the_college() -> tuple[Staff, ...]:
    with (_HERE / "roster_for_cards.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Staff(
                row["工号"],
                row["姓名"],
                tuple(row["部门"].split("、")),
                StaffStatus(row["状态"]),
                (AccountKey(Platform.QQ, row["QQ"]),) if row["QQ"] else (),
            )
            for row in csv.DictReader(file)
        )


@cache
def the_roster() -> Roster:
    return Roster(staff_of_the_college())


@cache
def the_departments() -> Departments:
    return Departments(the_roster().department_names, ALIASES, ORGANISATION)


@cache
def the_cards() -> tuple[ExpectedCard, ...]:
    lines = (_HERE / "cards.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(_expected(*line.split("\t")) for line in lines)


def _expected(card: str, standing: str, department: str, name: str, note: str) -> ExpectedCard:
    written = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), card)
    return ExpectedCard(
        written,
        standing,
        None if department == "-" else department,
        None if name == "-" else name,
        note,
    )
