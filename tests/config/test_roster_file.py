"""Rosters as offices send them, and files that are no rosters."""

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from bot.domain.identifiers import AccountKey, Platform
from bot.domain.people import Staff, StaffStatus
from bot.domain.roster_reading import RosterField, RosterReading
from config.roster_file import read_roster
from tests.config.old_workbook import old_workbook

HEADER = ["工号", "姓名", "部门", "状态", "QQ", "企业微信", "钉钉"]
PLAIN = "工号,姓名,部门,状态,QQ\n10001,张三,教务处,在职,123456\n10002,李四,学生处,离职,\n"
PEOPLE = (
    Staff("10001", "张三", ("教务处",), accounts=(AccountKey(Platform.QQ, "123456"),)),
    Staff("10002", "李四", ("学生处",), StaffStatus.DEPARTED),
)

_Row = list[str | float]


def read_text(folder: Path, text: str, encoding: str = "utf-8", **mapping: str) -> RosterReading:
    path = folder / "花名册.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path, mapping=mapping)


def write_workbook(path: Path, *sheets: list[_Row]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"], ids=lambda one: one
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"], ids=["comma", "tab", "semicolon"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_text_table_is_read_in_every_usual_form(
    tmp_path: Path, encoding: str, delimiter: str, line_end: str
) -> None:
    text = PLAIN.replace(",", delimiter).replace("\n", line_end)

    read = read_text(tmp_path, text, encoding)

    assert read.rows == PEOPLE
    assert (read.total_rows, read.errors, read.header_row) == (2, (), 1)


def test_a_workbook_is_read(tmp_path: Path) -> None:
    rows: list[_Row] = [
        [*HEADER],
        [10001, "张三", "教务处", "在职", 123456, "zhangsan", "ding-1"],
        ["00123", "李四", "学生处", "", "", "", ""],
    ]
    path = write_workbook(tmp_path / "a.xlsx", rows)

    read = read_roster(path, mapping={})

    assert [one.staff_id for one in read.rows] == ["10001", "00123"]
    assert [str(one) for one in read.rows[0].accounts] == [
        "dingtalk:ding-1",
        "qq:123456",
        "wecom:zhangsan",
    ]
    assert read.columns == frozenset(RosterField)
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read.source_name == "a.xlsx"


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(
        old_workbook([["工号", "姓名", "部门", "QQ"], [10001.0, "张三", "教务处", 123456.0]])
    )

    assert read_roster(path, mapping={}).rows == PEOPLE[:1]


def test_the_kind_of_file_is_told_by_its_content_not_its_name(tmp_path: Path) -> None:
    rows: list[_Row] = [["工号", "姓名", "部门", "QQ"], [10001, "张三", "教务处", 123456]]
    path = write_workbook(tmp_path / "a.xlsx", rows)

    assert read_roster(path.rename(tmp_path / "a.csv"), mapping={}).rows == PEOPLE[:1]
    (tmp_path / "b.xls").write_text(PLAIN, encoding="utf-8")
    assert read_roster(tmp_path / "b.xls", mapping={}).rows == PEOPLE


def test_titles_blank_rows_and_footers_are_stepped_over(tmp_path: Path) -> None:
    text = (
        "天府新区信息职业学院教职工花名册,,,\n"
        "2026年9月,,,\n"
        ",,,\n"
        "序号,工号,姓名,部门\n"
        "1,10001,张三,教务处\n"
        ",,,\n"
        "2,10002,李四,学生处\n"
        "合计,2 人,,\n"
        "制表人：王五,,审核：赵六,\n"
    )

    read = read_text(tmp_path, text)

    assert [one.name for one in read.rows] == ["张三", "李四"]
    assert (read.total_rows, read.errors, read.header_row) == (2, (), 4)
    assert read.declared_counts == (2,)


def test_the_header_may_be_broken_over_lines_spaced_and_commented(tmp_path: Path) -> None:
    text = (
        '"职 工\n号（必填）",* 教师姓名 ,"所在\n部门",在职状态(选填),QQ 号 码\n'
        "10001,张三,教务处,在岗,123456\n"
    )

    assert read_text(tmp_path, text).rows == PEOPLE[:1]


@pytest.mark.parametrize(
    "header",
    [
        "员工编号,员工姓名,单位名称",
        "教工号,名字,所属院系",
        "人员代码,真实姓名,二级单位",
        "StaffID,Name,Department",
        "編號,姓名,部門",
    ],
)
def test_other_words_for_the_columns_are_known(tmp_path: Path, header: str) -> None:
    assert read_text(tmp_path, f"{header}\n10001,张三,教务处\n").rows[0].name == "张三"


def test_the_better_of_two_columns_that_fit_is_taken(tmp_path: Path) -> None:
    text = "编号,单位,工号,姓名,部门\n1,某学校,10001,张三,教务处\n"

    assert read_text(tmp_path, text).rows[0] == Staff("10001", "张三", ("教务处",))


def test_a_column_of_any_name_can_be_mapped(tmp_path: Path) -> None:
    text = "员工代号,姓名,部门,腾讯号\n10001,张三,教务处,123456\n"

    read = read_text(tmp_path, text, 工号="员工代号", QQ="腾讯号")

    assert read.rows == PEOPLE[:1]


def test_a_mapping_to_a_header_that_is_not_there_says_which_are(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"员工代号.*表头里有:工号、姓名"):
        read_text(tmp_path, PLAIN, 工号="员工代号")


def test_a_mapping_of_an_unknown_field_lists_the_fields(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"年龄.*工号、姓名、部门"):
        read_text(tmp_path, PLAIN, 年龄="岁数")


def test_a_header_of_two_merged_lines_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:E1", "教职工花名册（共 2 人）")
        for column, title in zip("ABC", ("工号", "姓名", "部门"), strict=True):
            sheet.merge_range(f"{column}2:{column}3", title)
        sheet.merge_range("D2:E2", "联系方式")
        sheet.write_row("D3", ["QQ", "手机"])
        sheet.write_row("A4", [10001, "张三"])
        sheet.write_row("A5", [10002, "李四"])
        sheet.write("D4", 123456)
        sheet.merge_range("C4:C5", "教务处")

    read = read_roster(path, mapping={})

    assert [one.departments for one in read.rows] == [("教务处",), ("教务处",)]
    assert [len(one.accounts) for one in read.rows] == [1, 0]
    assert (read.header_row, read.declared_counts) == (3, (2,))


def test_only_the_first_visible_sheet_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        hidden = book.add_worksheet("旧表")
        shown = book.add_worksheet("花名册")
        other = book.add_worksheet("填表说明")
        shown.activate()
        shown.set_first_sheet()
        hidden.hide()
        for sheet, name in ((hidden, "旧人"), (shown, "张三"), (other, "范例")):
            sheet.write_row(0, 0, ["工号", "姓名", "部门"])
            sheet.write_row(1, 0, [10001, name, "教务处"])

    read = read_roster(path, mapping={})

    assert [one.name for one in read.rows] == ["张三"]
    assert "填表说明" in read.notes[0]


@pytest.mark.parametrize(
    ("written", "departments"),
    [
        ("教务处、学生处", ("教务处", "学生处")),
        ("教务处;学生处", ("教务处", "学生处")),
        ("教务处；学生处", ("教务处", "学生处")),
        ("教务处/学生处", ("教务处", "学生处")),
        ("教务处／学生处", ("教务处", "学生处")),
        ('"教务处,学生处"', ("教务处", "学生处")),
        ("教务处，学生处", ("教务处", "学生处")),
        ('"教务处\n学生处"', ("教务处", "学生处")),
        ("教务处、教务处、", ("教务处",)),
        (" 教 务 处 ", ("教务处",)),
    ],
)
def test_several_departments_are_told_apart(
    tmp_path: Path, written: str, departments: tuple[str, ...]
) -> None:
    text = f"工号,姓名,部门\n10001,张三,{written}\n"

    assert read_text(tmp_path, text).rows[0].departments == departments


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("", StaffStatus.ACTIVE),
        ("在职", StaffStatus.ACTIVE),
        (" 在 岗 ", StaffStatus.ACTIVE),
        ("正式", StaffStatus.ACTIVE),
        ("退休返聘", StaffStatus.ACTIVE),
        ("在职（进修）", StaffStatus.ACTIVE),
        ("产假", StaffStatus.ACTIVE),
        ("离职", StaffStatus.DEPARTED),
        ("退休", StaffStatus.DEPARTED),
        ("調出", StaffStatus.DEPARTED),
        ("已解聘", StaffStatus.DEPARTED),
        ("辞职(2026.6)", StaffStatus.DEPARTED),
        ("不在职", StaffStatus.DEPARTED),
    ],
)
def test_the_words_for_the_status_are_known(
    tmp_path: Path, written: str, status: StaffStatus
) -> None:
    text = f"工号,姓名,部门,人员状态\n10001,张三,教务处,{written}\n"

    assert read_text(tmp_path, text).rows[0].status is status


@pytest.mark.parametrize(
    ("title", "written", "status"),
    [
        ("是否在职", "是", StaffStatus.ACTIVE),
        ("是否在职", "否", StaffStatus.DEPARTED),
        ("是否离职", "是", StaffStatus.DEPARTED),
        ("是否离职", "否", StaffStatus.ACTIVE),
    ],
)
def test_yes_and_no_answer_the_question_in_the_header(
    tmp_path: Path, title: str, written: str, status: StaffStatus
) -> None:
    text = f"工号,姓名,部门,{title}\n10001,张三,教务处,{written}\n"

    assert read_text(tmp_path, text).rows[0].status is status


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (",张三,教务处,", "职工号", "为空"),
        ("10001,,教务处,", "姓名", "为空"),
        ("10001,张三,,", "部门", "为空"),
        ("1.0001E+04,张三,教务处,", "职工号", "科学计数法"),
        ("张三,10001,教务处,", "职工号", "错列"),
        ("10001,张三,教务处,火星", "状态", "在职"),
        ("10001,13800138000,教务处,", "姓名", "错列"),
        ("10001,张三,28,", "部门", "错列"),
    ],
)
def test_a_broken_row_is_named_with_row_and_column(
    tmp_path: Path, row: str, column: str, message: str
) -> None:
    read = read_text(tmp_path, f"花名册\n职工号,姓名,部门,状态\n{row}\n10009,王五,教务处,\n")

    assert [one.staff_id for one in read.rows] == ["10009"]
    assert read.total_rows == 2
    assert {(one.row, one.column) for one in read.errors} >= {(3, column)}
    assert any(message in one.message for one in read.errors)


def test_who_stands_on_a_broken_row_is_still_mentioned(tmp_path: Path) -> None:
    read = read_text(tmp_path, "工号,姓名,部门\n10001,,教务处\n10002,李四,教务处\n")

    assert read.mentioned == {"10001", "10002"}


def test_staff_numbers_keep_leading_zeros_and_lose_decimals(tmp_path: Path) -> None:
    numbers = ["10023.0", "00123", '="00456"', "１２３"]
    text = "\n".join(["工号,姓名,部门", *(f"{number},张三,教务处" for number in numbers)])

    assert [one.staff_id for one in read_text(tmp_path, text).rows] == [
        "10023",
        "00123",
        "00456",
        "123",
    ]


def test_names_are_tidied(tmp_path: Path) -> None:
    names = ["张　三", " John  Smith ", "买买提·艾力", "张\u200b四"]
    rows = [f"{number},{name},教务处" for number, name in enumerate(names)]
    text = "\n".join(["工号,姓名,部门", *rows])

    assert [one.name for one in read_text(tmp_path, text).rows] == [
        "张三",
        "John Smith",
        "买买提·艾力",
        "张四",
    ]


def test_duplicate_staff_numbers_are_reported(tmp_path: Path) -> None:
    text = "工号,姓名,部门\n10001,张三,教务处\n10001.0,李四,学生处\n"

    assert read_text(tmp_path, text).duplicate_ids == ("10001",)


@pytest.mark.parametrize("written", ["", "无", "-", "/", "暂无"])
def test_no_account_may_be_written_in_many_ways(tmp_path: Path, written: str) -> None:
    read = read_text(tmp_path, f"工号,姓名,部门,QQ\n10001,张三,教务处,{written}\n")

    assert (read.rows[0].accounts, read.notes) == ((), ())


@pytest.mark.parametrize(
    "written", ["123456", "123456.0", "123456@qq.com", "QQ：123456", "１２３４５６"]
)
def test_an_account_is_found_in_its_cell(tmp_path: Path, written: str) -> None:
    read = read_text(tmp_path, f"工号,姓名,部门,QQ\n10001,张三,教务处,{written}\n")

    assert read.rows[0].accounts == (AccountKey(Platform.QQ, "123456"),)


@pytest.mark.parametrize("written", ["12", "1.38E+10", "见备注", "123456 234567"])
def test_an_unreadable_account_is_noted_and_the_person_kept(tmp_path: Path, written: str) -> None:
    read = read_text(tmp_path, f"工号,姓名,部门,QQ\n10001,张三,教务处,{written}\n")

    assert read.rows == (Staff("10001", "张三", ("教务处",)),)
    assert "第 2 行" in read.notes[0]


def test_two_who_claim_one_account_are_both_errors(tmp_path: Path) -> None:
    people = ["10001,张三,教务处,123456", "10002,李四,教务处,123456", "10003,王五,教务处,"]
    text = "\n".join(["工号,姓名,部门,QQ", *people])

    read = read_text(tmp_path, text)

    assert [one.staff_id for one in read.rows] == ["10003"]
    assert [(one.row, one.column) for one in read.errors] == [(2, "QQ"), (3, "QQ")]
    assert "第 3 行" in read.errors[0].message


def test_who_left_may_share_the_account_of_who_came_back(tmp_path: Path) -> None:
    text = "工号,姓名,部门,状态,QQ\n1,张三,教务处,离职,123456\n2,张三,教务处,在职,123456\n"

    assert read_text(tmp_path, text).errors == ()


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("共 120 人", (120,)),
        ("合计：120人", (120,)),
        ("共计120名", (120,)),
        ("教职工总人数为 120 人", (120,)),
        ("全校共120人，其中女58人", (120,)),
        ("共 3 个部门", ()),
        ("2026 年 9 月制表", ()),
    ],
)
def test_a_declared_head_count_is_recognised(
    tmp_path: Path, line: str, counts: tuple[int, ...]
) -> None:
    read = read_text(tmp_path, f"{line}\n工号,姓名,部门\n10001,张三,教务处\n")

    assert read.declared_counts == counts


def test_a_header_repeated_on_every_page_is_stepped_over(tmp_path: Path) -> None:
    text = "工号,姓名,部门\n1,张三,教务处\n工号,姓名,部门\n2,李四,教务处\n"

    assert read_text(tmp_path, text).total_rows == 2


def test_missing_columns_are_reported_with_the_header_row(tmp_path: Path) -> None:
    read = read_text(tmp_path, "花名册\n姓名,部门,电话\n张三,教务处,1\n")

    assert read.missing_columns == (RosterField.STAFF_ID,)
    assert (read.header_row, read.rows) == (2, ())


def test_a_table_without_header_lacks_every_column(tmp_path: Path) -> None:
    read = read_text(tmp_path, "10001,张三,教务处\n10002,李四,教务处\n")

    assert read.header_row is None
    assert RosterField.NAME in read.missing_columns


@given(st.binary(max_size=300))
def test_any_bytes_are_a_reading_or_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content.replace(b"PK", b"pk"))

    with suppress(BadInputError):
        assert read_roster(path, mapping={}).source_name == "any.csv"


cells = st.sampled_from(
    [
        "",
        "工号",
        "姓名",
        "部门",
        "张三",
        "10001",
        "教务处",
        "在职",
        "共 3 人",
        "合计",
        "123456",
        "x",
    ]
)


@given(st.lists(st.lists(cells, max_size=5), min_size=1, max_size=8))
def test_any_table_is_read_and_its_figures_agree(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "table.csv"
    path.write_text("标题\n" + "\n".join(",".join(row) for row in rows), encoding="utf-8")

    read = read_roster(path, mapping={})

    assert read.total_rows == len(read.rows) + len({one.row for one in read.errors})
    assert {one.staff_id for one in read.rows} <= read.mentioned
