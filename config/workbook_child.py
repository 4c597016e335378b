"""Read one workbook in a process of its own; ``config.workbooks`` starts it.

A crafted workbook can ask for any amount of memory, and a native parser then takes the whole
process down. Here it takes down only this one, which owns nothing.

The workbook comes on standard input; one JSON document goes to standard output:
``{"rows": [[text, …], …], "sheet": name, "others": [names]}``, or ``{"problem": …}`` with
``password`` or ``broken``.
"""

import json
import sys
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

_Cell = int | float | str | bool | datetime | date | time | timedelta

MEMORY_LIMIT = 512 * 1024 * 1024
"""Bytes of address space."""


def main() -> None:
    """Answer with the first visible sheet that holds anything."""
    _limit_memory()
    try:
        answer = _read(sys.stdin.buffer.read())
    except PasswordError:
        answer = {"problem": "password"}
    except (CalamineError, OSError, ValueError, MemoryError):
        answer = {"problem": "broken"}
    json.dump(answer, sys.stdout)


def _limit_memory() -> None:
    # Windows has no such limit; there the parent's time limit is all there is.
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def _read(content: bytes) -> dict[str, object]:
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if not visible:
        return {"problem": "broken"}
    sheet = workbook.get_sheet_by_name(visible[0])
    rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    _fill_merged(rows, sheet)
    return {"rows": rows, "sheet": visible[0], "others": visible[1:]}


def _fill_merged(rows: list[list[str]], sheet: CalamineSheet) -> None:
    """Give each row of cells merged downwards (one 部门 for ten people) its value."""
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        if top < len(rows) and left < len(rows[top]):
            for row in rows[top + 1 : bottom + 1]:
                row[left] = row[left] or rows[top][left]


def _text(cell: _Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


if __name__ == "__main__":
    main()
