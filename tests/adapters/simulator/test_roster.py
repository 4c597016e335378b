import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from adapters.simulator.college import build_college
from adapters.simulator.roster import TIDY, UNTIDY, RosterStyle, write_csv, write_xlsx

COLLEGE = build_college(11)


def test_a_tidy_workbook_has_the_canonical_header_and_everybody(tmp_path):
    path = tmp_path / "花名册.xlsx"
    write_xlsx(COLLEGE, path)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert rows[0] == ["工号", "姓名", "部门", "状态", "QQ", "企业微信", "钉钉"]
    assert [row[1] for row in rows[1:]] == [person.name for person in COLLEGE.staff]
    assert rows[1][4] == str(COLLEGE.staff[0].qq)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
def test_a_csv_can_be_read_back_in_its_encoding(tmp_path, encoding):
    path = tmp_path / "花名册.csv"
    write_csv(COLLEGE, path, TIDY, encoding)
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode(encoding))))
    assert rows[0][0] == "工号"
    assert len(rows) == len(COLLEGE.staff) + 1


def test_an_untidy_roster_has_a_title_odd_headers_and_spaced_names(tmp_path):
    path = tmp_path / "名单.xlsx"
    write_xlsx(COLLEGE, path, UNTIDY)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "天府新区信息职业学院教职工花名册"
    assert rows[1][1] == "教师姓名 "
    short = next(i for i, person in enumerate(COLLEGE.staff) if len(person.name) == 2)
    assert rows[short + 2][1][1] == "\u3000"
    double = next(i for i, person in enumerate(COLLEGE.staff) if len(person.departments) == 2)
    assert "/" in rows[double + 2][2]


def test_those_who_left_are_marked_in_every_style(tmp_path):
    for style in (TIDY, UNTIDY, RosterStyle(title_row=True)):
        path = tmp_path / "x.csv"
        write_csv(COLLEGE, path, style, "utf-8")
        marked = path.read_text("utf-8").count("离职")
        assert marked == sum(person.departed for person in COLLEGE.staff)
