"""Writes the college's staff list as offices really send it: titles above, odd headers, gaps."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from adapters.simulator.college import SCHOOL, College, Staff

CANONICAL = ("工号", "姓名", "部门", "状态", "QQ", "企业微信", "钉钉")
MESSY = ("职工号", "教师姓名 ", "所在部门", "在岗状态", "QQ号码", "企业微信账号", "钉钉ID")


@dataclass(frozen=True, slots=True)
class RosterStyle:
    """How untidy the file is.

    ``title_row`` puts a title line above the header; ``spaced_names`` writes two-character names
    with a full-width space, as offices do to align a column.
    """

    headers: tuple[str, ...] = CANONICAL
    title_row: bool = False
    spaced_names: bool = False
    department_separator: str = "、"


TIDY = RosterStyle()
UNTIDY = RosterStyle(headers=MESSY, title_row=True, spaced_names=True, department_separator="/")


def roster_rows(college: College, style: RosterStyle = TIDY) -> list[list[str]]:
    """The table as text, header included."""
    rows = [[f"{SCHOOL}教职工花名册"]] if style.title_row else []
    rows.append(list(style.headers))
    rows.extend(_row(person, style) for person in college.staff)
    return rows


def write_xlsx(college: College, path: Path, style: RosterStyle = TIDY) -> None:
    """Write the roster as an Excel workbook with one sheet; everything is text."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("花名册")
    for number, row in enumerate(roster_rows(college, style)):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    book.close()


def write_csv(
    college: College, path: Path, style: RosterStyle = TIDY, encoding: str = "utf-8-sig"
) -> None:
    """Write the roster as CSV; ``encoding`` is usually ``utf-8``, ``utf-8-sig`` or ``gbk``."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(roster_rows(college, style))
    path.write_bytes(buffer.getvalue().encode(encoding))


def _row(person: Staff, style: RosterStyle) -> list[str]:
    name = person.name
    if style.spaced_names and len(name) == 2:
        name = f"{name[0]}\u3000{name[1]}"
    status = "离职" if person.departed else ("" if style.spaced_names else "在职")
    return [
        person.staff_id,
        name,
        style.department_separator.join(person.departments),
        status,
        str(person.qq),
        person.wecom,
        person.dingtalk,
    ]
