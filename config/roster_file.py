"""Reading a roster as offices keep it: titles above, footers below, broken rows between."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

from bot.domain.errors import BadInputError
from bot.domain.identifiers import AccountKey
from bot.domain.people import Staff
from bot.domain.roster_reading import RosterField, RosterReading, RowProblem
from config.delimited_text import delimited_rows
from config.roster_cells import (
    CellError,
    plain,
    read_account,
    read_departments,
    read_name,
    read_staff_id,
    read_status,
)
from config.roster_headers import Header, find_header
from config.workbooks import OLE_MAGIC, ZIP_MAGIC, workbook_rows

_Value = TypeVar("_Value")

_LARGEST_FILE = 20 * 1024 * 1024
_MOST_ROWS = 200_000
_FOOTER = re.compile(
    r"^(?:合计|总计|小计|共|总人数|人数|备注|注[::]|说明|制表|填表|填报|审核|复核|负责人)"
)
_COUNTS = re.compile(
    r"(?:共计?|合计|总计|总人数|总数|人数)\s*(?:[::为]|在册|教职工|职工|员工|人员|人数)*\s*"
    r"(\d{1,6})\s*(?:人|名|位|$)"
)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Sequence[str]
    header: Header

    def cell(self, field: RosterField) -> str:
        column = self.header.columns.get(field)
        if column is None or column >= len(self.cells):
            return ""
        return self.cells[column]

    def title(self, field: RosterField) -> str:
        return self.header.titles.get(field, field.value).strip()


@dataclass(slots=True)
class _Sorted:
    """What the rows below the header turned out to be."""

    people: dict[int, Staff]
    problems: list[RowProblem]
    identifiers: list[str]
    footers: list[str]
    notes: list[str]


def read_roster(path: Path, *, mapping: Mapping[str, str]) -> RosterReading:
    """Read a roster file; ``mapping`` is field → header for columns we would not recognise.

    Broken rows are in ``errors``; whether the whole may be believed is for ``plan_import``.

    Raises:
        BadInputError: the file cannot be read at all, or ``mapping`` does not fit it.
    """
    content = _load(path)
    rows, notes = _tabulate(content, path.name)
    header = find_header(rows, mapping, path.name)
    if header is None:
        sorted_rows = _Sorted({}, [], [], [], [])
        titles: Sequence[Sequence[str]] = rows[:1]
    else:
        sorted_rows = _sort(rows, header)
        titles = rows[: header.row]
    claimed = _claimed_twice(sorted_rows.people)
    people = {number: one for number, one in sorted_rows.people.items() if number not in claimed}
    problems = sorted([*sorted_rows.problems, *claimed.values()], key=lambda one: one.row)
    counted = Counter(sorted_rows.identifiers)
    return RosterReading(
        rows=tuple(people.values()),
        total_rows=len(people) + len({one.row for one in problems}),
        errors=tuple(problems),
        mentioned=frozenset(counted),
        duplicate_ids=tuple(one for one, times in counted.items() if times > 1),
        declared_counts=_declared((*(" ".join(row) for row in titles), *sorted_rows.footers)),
        columns=frozenset(header.columns) if header else frozenset(),
        missing_columns=header.missing if header else _required(),
        header_row=header.row + 1 if header else None,
        source_name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        notes=(*notes, *sorted_rows.notes),
    )


def _load(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BadInputError(f"{path} 是文件夹，请指定花名册文件。")
        size = path.stat().st_size
        if size > _LARGEST_FILE:
            raise BadInputError(f"{path.name} 超过 20 MB，请只保留花名册工作表，另存后重试。")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise BadInputError(f"找不到文件 {path}，请检查路径。") from error
    except (OSError, ValueError) as error:
        raise BadInputError(f"无法读取文件 {path}:{error}，请检查权限。") from error
    if not content.strip():
        raise BadInputError(f"{path.name} 是空文件，请重新导出。")
    return content


def _tabulate(content: bytes, name: str) -> tuple[list[list[str]], tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    if content.startswith((ZIP_MAGIC, OLE_MAGIC)):
        rows, notes = workbook_rows(content, name)
    else:
        rows = delimited_rows(content, name)
    if len(rows) > _MOST_ROWS:
        raise BadInputError(f"{name} 有 {len(rows)} 行，超过 {_MOST_ROWS} 行，请核对文件。")
    if not any(cell.strip() for row in rows for cell in row):
        raise BadInputError(f"{name} 的第一个工作表没有内容，请确认花名册在第一个工作表。")
    return rows, notes


def _required() -> tuple[RosterField, ...]:
    return tuple(field for field in RosterField if field.required)


def _sort(rows: Sequence[Sequence[str]], header: Header) -> _Sorted:
    found = _Sorted({}, [], [], [], [])
    if header.missing:
        return found
    title = [cell.strip() for cell in rows[header.row]]
    for number, cells in enumerate(rows[header.row + 1 :], start=header.row + 2):
        if not any(cell.strip() for cell in cells) or [cell.strip() for cell in cells] == title:
            continue
        row = _Row(number, cells, header)
        if _is_footer(row):
            found.footers.append(" ".join(cell for cell in cells if cell.strip()))
            continue
        _take(row, found)
    return found


def _is_footer(row: _Row) -> bool:
    """Whether the row is a remark: it lacks a person's cells and begins as remarks do."""
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    complete = all(row.cell(field).strip() for field in _required())
    return not complete and _FOOTER.match(filled[0]) is not None


def _take(row: _Row, found: _Sorted) -> None:
    problems: list[RowProblem] = []

    def attempt(field: RosterField, read: Callable[[str], _Value]) -> _Value | None:
        try:
            return read(row.cell(field))
        except CellError as error:
            problems.append(RowProblem(row.number, row.title(field), str(error)))
            return None

    staff_id = attempt(RosterField.STAFF_ID, read_staff_id)
    name = attempt(RosterField.NAME, read_name)
    departments = attempt(RosterField.DEPARTMENT, read_departments)
    status = attempt(
        RosterField.STATUS, lambda cell: read_status(cell, row.title(RosterField.STATUS))
    )
    if staff_id is not None:
        found.identifiers.append(staff_id)
    if staff_id is None or name is None or departments is None or status is None:
        found.problems += problems
        return
    accounts = tuple(sorted(_accounts(row, found.notes)))
    found.people[row.number] = Staff(staff_id, name, departments, status, accounts)


def _accounts(row: _Row, notes: list[str]) -> Iterator[AccountKey]:
    """The accounts of a person; one that cannot be read is noted and left out, not the person."""
    for field in row.header.columns:
        try:
            account = read_account(row.cell(field), field)
        except CellError as error:
            notes.append(f"第 {row.number} 行:{error},已忽略该账号")
            continue
        if account is not None:
            yield account


def _claimed_twice(people: Mapping[int, Staff]) -> dict[int, RowProblem]:
    """Rows of serving people who claim an account that another serving person claims too."""
    claims: dict[AccountKey, list[int]] = {}
    for number, person in people.items():
        if person.active:
            for account in person.accounts:
                claims.setdefault(account, []).append(number)
    problems = {}
    for account, numbers in claims.items():
        for number in numbers if len(numbers) > 1 else ():
            others = "、".join(str(one) for one in numbers if one != number)
            problems[number] = RowProblem(
                number, account.platform.label, f"账号 {account.id} 与第 {others} 行重复，请核对"
            )
    return problems


def _declared(lines: Sequence[str]) -> tuple[int, ...]:
    found = chain.from_iterable(_COUNTS.findall(plain(line)) for line in lines)
    return tuple(dict.fromkeys(int(count) for count in found))
