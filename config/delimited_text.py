"""Tables in text files: comma, tab or semicolon; UTF-8 (with or without BOM), UTF-16 or GBK."""

import codecs
import csv
import re
from io import StringIO

from bot.domain.errors import BadInputError

_DELIMITERS = ",\t;"
_SAMPLE_LINES = 30
_EXCEL_TEXT = re.compile(r'^="(.*)"$|^\'(?=\d)')
_MARKUP = re.compile(r"\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)
_LONGEST_CELL = 32_767
"""Characters an Excel cell holds."""


def delimited_rows(content: bytes, name: str) -> list[list[str]]:
    """The cells as text, blank lines included, so that row numbers are those of the file.

    Raises:
        BadInputError: it is no text, in an encoding we do not know, or no table.
    """
    text = _decode(content, name)
    if _MARKUP.match(text):
        raise BadInputError(f"{name} 实际是网页格式，请用 Excel 打开后另存为 xlsx 再导入。")
    delimiter = max(_DELIMITERS, key=lambda one: _fitness(text, one))
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise BadInputError(f"{name} 不是可读的表格（{error}），请另存为 CSV 后重试。") from error
    if any(len(cell) > _LONGEST_CELL for row in rows for cell in row):
        raise BadInputError(f"{name} 的引号不成对，有一格长得不像表格，请另存为 CSV 后重试。")
    return [[_EXCEL_TEXT.sub(r"\1", cell.strip()) for cell in row] for row in rows]


def _decode(content: bytes, name: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInputError(
        f"{name} 不是可读的表格文件，请导出为 xlsx、xls，或 UTF-8、GBK 编码的 CSV 后重试。"
    )


def _fitness(text: str, delimiter: str) -> int:
    """How many of the first lines hold the delimiter at least twice: 工号, 姓名, 部门."""
    lines = text[:100_000].splitlines()[:_SAMPLE_LINES]
    return sum(line.count(delimiter) >= 2 for line in lines)
