"""Tables as files that people open; whatever a cell holds stays text."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import BadInputError

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MOST_SHEET_ROWS = 1_048_575
_LONGEST_CELL = 32_767


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under the same columns."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]

    def cells(self) -> list[list[str]]:
        """The rows in the order of the columns."""
        return [[row[column] for column in self.columns] for row in self.rows]


def write_csv(table: Table, path: Path) -> None:
    """CSV that Excel reads as UTF-8; a cell that looks like a formula is marked as text."""
    path.write_bytes(_csv(table))


def write_json(table: Table, path: Path) -> None:
    """One JSON document with the rows as they are."""
    path.write_text(_json(table), encoding="utf-8")


def write_zip(table: Table, path: Path) -> None:
    """Both of them in one file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{table.name}.csv", _csv(table))
        archive.writestr(f"{table.name}.json", _json(table))


def write_xlsx(table: Table, path: Path) -> None:
    """An Excel workbook with one sheet.

    Raises:
        BadInputError: it would not fit into a sheet.
    """
    if len(table.rows) > _MOST_SHEET_ROWS:
        raise BadInputError(f"共 {len(table.rows)} 行，一个工作表放不下，请改用 --format csv。")
    import xlsxwriter

    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(path, {**safe, "constant_memory": True})
    sheet = book.add_worksheet(table.name)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate([list(table.columns), *table.cells()]):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, _writable(cell)[:_LONGEST_CELL])
    book.close()


def _csv(table: Table) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_plain(cell) for cell in row] for row in table.cells())
    return buffer.getvalue().encode("utf-8-sig", errors="replace")


def _json(table: Table) -> str:
    items = [dict(row) for row in table.rows]
    return json.dumps({"items": items, "next": None}, ensure_ascii=True, indent=1)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _writable(cell: str) -> str:
    """Excel's XML has no place for halves of emoji."""
    return cell.encode("utf-8", errors="replace").decode("utf-8")


WRITERS: Mapping[str, Callable[[Table, Path], None]] = {
    "xlsx": write_xlsx,
    "csv": write_csv,
    "json": write_json,
    "zip": write_zip,
}
"""By the name of the format."""
