"""Files for people."""

import csv
import hashlib
import io
import json
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from tests.bot.cli.college import FORMULA
from tests.bot.cli.terminal import Terminal


@pytest.mark.parametrize("kind", ["violations", "members"])
@pytest.mark.parametrize("form", ["xlsx", "csv", "json", "zip"])
def test_every_kind_comes_in_every_format(college: Terminal, kind: str, form: str) -> None:
    said = college("export", "--kind", kind, "--format", form, "out.file", "--json")
    assert said.code == 0, said.err
    content = (college.folder / "out.file").read_bytes()
    assert said.document["rows"] == {"violations": 3, "members": 12}[kind]
    assert said.document["sha256"] == hashlib.sha256(content).hexdigest()
    assert said.document["path"] == "out.file"
    assert [one.name for one in college.folder.iterdir() if one.name.startswith(".out")] == []


def test_nothing_in_a_csv_is_a_formula(college: Terminal) -> None:
    college("export", "--kind", "violations", "--format", "csv", "out.csv")
    content = (college.folder / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [one["编号"] for one in rows] == ["W3", "W2", "W1"]
    assert rows[-1]["姓名"] == f"'{FORMULA}"
    assert rows[1]["摘录"] == "可代开发票"
    assert rows[1]["处置"] == "撤回：已完成"


def test_nothing_in_a_workbook_is_a_formula(college: Terminal) -> None:
    college("export", "--kind", "members", "--format", "xlsx", "out.xlsx")
    rows = CalamineWorkbook.from_path(str(college.folder / "out.xlsx")).get_sheet_by_index(0)
    [title, *people] = rows.to_python()
    cards = [row[title.index("名片")] for row in people]
    assert cards.count(FORMULA) == 3
    with zipfile.ZipFile(college.folder / "out.xlsx") as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_members_are_judged_against_the_roster(college: Terminal) -> None:
    college("export", "--kind", "members", "--format", "json", "out.json")
    items = json.loads((college.folder / "out.json").read_text())["items"]
    found = {one["账号"]: (one["判断"], one["工号"]) for one in items if one["群号"] == "60001"}
    assert found["10001"] == ("实名规范", "T001")
    assert found["20001"] == ("名片不规范", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "members", "--format", "pdf", "x"], ["--format", "xlsx"]),
        (["--kind", "pets", "x"], ["--kind", "violations"]),
        (["--kind", "certification", "x"], ["成员认定", "尚不能导出"]),
        (["--kind", "members", "none/x"], ["none", "不存在"]),
        (["--kind", "members", "."], ["文件夹"]),
        (["x"], ["--kind"]),
    ],
)
def test_a_wrong_wish_is_refused_and_writes_nothing(
    college: Terminal, arguments: list[str], words: list[str]
) -> None:
    before = sorted(college.folder.iterdir())
    said = college("export", *arguments)
    assert said.code == 2
    assert all(word in said.complaint for word in words), said.err
    assert sorted(college.folder.iterdir()) == before
