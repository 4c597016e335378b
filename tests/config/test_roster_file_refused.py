"""Files that cannot be read, or should not be: one clear sentence, and nothing read."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from bot.domain.errors import BadInputError
from config.roster_file import read_roster
from tests.config.old_workbook import old_workbook

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [["工号", "姓名", "部门"], ["10001", "张三", "教务处"]]


def workbook_bytes() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def rebuilt(changes: dict[str, bytes]) -> bytes:
    """The workbook with some members replaced or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook_bytes())) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changes.pop(name, old.read(name)))
        for name, content in changes.items():
            new.writestr(name, content)
    return buffer.getvalue()


def refusal(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    with pytest.raises(BadInputError) as caught:
        read_roster(path, mapping={})
    return caught.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="找不到文件"):
        read_roster(tmp_path / "没有.xlsx", mapping={})


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="文件夹"):
        read_roster(tmp_path, mapping={})


@pytest.mark.parametrize("content", [b"", b"  \r\n\n", b"\xef\xbb\xbf\n", b",,,\n,,\n"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    message = refusal(tmp_path, "a.csv", content)

    assert "a.csv" in message
    assert "空" in message or "没有内容" in message


def test_an_empty_workbook(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet()

    with pytest.raises(BadInputError, match="没有内容"):
        read_roster(tmp_path / "a.xlsx", mapping={})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\x00\x00stream\xff\xff"),
        ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
        ("a.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>"),
        (
            "a.docx",
            rebuilt({"word/document.xml": b"<w/>"}).replace(b"xl/workbook.xml", b"xl/wordbook.xml"),
        ),
    ],
)
def test_another_kind_of_file(tmp_path: Path, name: str, content: bytes) -> None:
    message = refusal(tmp_path, name, content)

    assert name in message
    assert "xlsx" in message


def test_every_truncation_of_a_workbook(tmp_path: Path) -> None:
    whole = workbook_bytes()

    for share in (0.1, 0.5, 0.9, 0.99):
        assert "a.xlsx" in refusal(tmp_path, "a.xlsx", whole[: int(len(whole) * share)])


def test_a_damaged_old_workbook(tmp_path: Path) -> None:
    whole = old_workbook(ROWS)

    assert "损坏" in refusal(tmp_path, "a.xls", whole[:600])


def test_a_damaged_sheet(tmp_path: Path) -> None:
    assert "损坏" in refusal(tmp_path, "a.xlsx", rebuilt({SHEET: b"<worksheet><sheetData><row"}))


def test_a_locked_workbook(tmp_path: Path) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024)
    locked += "EncryptedPackage".encode("utf-16-le") + bytes(2048)

    assert "密码" in refusal(tmp_path, "a.xlsx", locked)


def test_a_file_over_twenty_megabytes(tmp_path: Path) -> None:
    assert "20 MB" in refusal(tmp_path, "a.csv", b"1,2,3\n" * (4 * 1024 * 1024))


def test_a_member_packed_too_tightly(tmp_path: Path) -> None:
    bomb = rebuilt({SHEET: b"<worksheet>" + b" " * (5 * 1024 * 1024) + b"</worksheet>"})

    assert "压缩炸弹" in refusal(tmp_path, "a.xlsx", bomb)


def test_too_many_members(tmp_path: Path) -> None:
    many = rebuilt({f"xl/media/{number}.txt": b"x" for number in range(300)})

    assert "压缩炸弹" in refusal(tmp_path, "a.xlsx", many)


def test_a_cell_in_the_last_corner_of_a_huge_sheet(tmp_path: Path) -> None:
    corner = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )

    assert "损坏" in refusal(tmp_path, "a.xlsx", rebuilt({SHEET: corner}))


def test_an_entity_bomb(tmp_path: Path) -> None:
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet><sheetData><row r="1">'
        b'<c r="A1" t="inlineStr"><is><t>&c;&c;&c;&c;</t></is></c></row></sheetData></worksheet>'
    )

    assert "a.xlsx" in refusal(tmp_path, "a.xlsx", rebuilt({SHEET: bomb}))


def test_a_quotation_mark_that_never_closes(tmp_path: Path) -> None:
    text = '工号,姓名,部门\n1,"张三,教务处\n' + "2,李四,教务处\n" * 9000

    assert "引号" in refusal(tmp_path, "a.csv", text.encode())
