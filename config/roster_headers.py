"""Finding the header row of a roster, whatever people call the columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import BadInputError
from bot.domain.name_folding import name_key
from bot.domain.roster_reading import RosterField

_ROWS_SEARCHED = 30

_STAFF_ID = """
工号 职工号 教工号 教职工号 职工编号 教工编号 教职工编号 员工号 员工编号 人员编号 人员编码
人员代码 职工代码 职工工号 教工工号 工资号 工作证号 编号 staffid employeeid employeeno jobnumber
staffno
"""
_NAME = """
姓名 教师姓名 职工姓名 教工姓名 教职工姓名 员工姓名 人员姓名 真实姓名 名字 中文姓名 name fullname
"""
_DEPARTMENT = """
部门 所在部门 所属部门 工作部门 部门名称 现部门 任职部门 单位 所在单位 所属单位 工作单位 单位名称
二级单位 现单位 院系 所在院系 院部 系部 所属院系 所属院部 学院 所在学院 所属学院 院系部门 部门院系
处室 科室 所属机构 机构名称 department dept
"""
_STATUS = """
状态 在职状态 人员状态 当前状态 职工状态 教职工状态 员工状态 在岗状态 任职状态 岗位状态 人事状态
是否在职 是否在岗 是否离职 status
"""
_QQ = """
qq qq号 qq号码 qq账号 qq帐号 联系qq 个人qq 常用qq
"""
_WECOM = """
企业微信 企微 企业微信号 企业微信账号 企业微信帐号 企微账号 企微帐号 企微号 企业微信id
企业微信userid 企微id 企微userid wecom wecomid userid
"""
_DINGTALK = """
钉钉 钉钉号 钉钉账号 钉钉帐号 钉钉id 钉钉userid dingtalk dingtalkid
"""

_SYNONYMS: Mapping[RosterField, tuple[str, ...]] = {
    RosterField.STAFF_ID: tuple(_STAFF_ID.split()),
    RosterField.NAME: tuple(_NAME.split()),
    RosterField.DEPARTMENT: tuple(_DEPARTMENT.split()),
    RosterField.STATUS: tuple(_STATUS.split()),
    RosterField.QQ: tuple(_QQ.split()),
    RosterField.WECOM: tuple(_WECOM.split()),
    RosterField.DINGTALK: tuple(_DINGTALK.split()),
}
"""Folded headers, the best first: where two columns fit, the earlier word wins."""

_REMARKS = ("必填", "选填", "必填项", "可选", "不可为空", "可多个", "可填多个")


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands and which column holds what; both count from 0."""

    row: int
    columns: Mapping[RosterField, int]
    titles: Mapping[RosterField, str]

    @property
    def missing(self) -> tuple[RosterField, ...]:
        """Required columns that were not found."""
        return tuple(one for one in RosterField if one.required and one not in self.columns)


def field_named(name: str) -> RosterField | None:
    """The field that ``--map FIELD=HEADER`` means; any synonym will do."""
    key = name_key(name)
    return next((field for field, words in _SYNONYMS.items() if key in words), None)


def find_header(
    rows: Sequence[Sequence[str]], mapping: Mapping[str, str], name: str
) -> Header | None:
    """The header among the first rows; None if no row has a column we know.

    Raises:
        BadInputError: ``mapping`` names a field there is not, or a header the file has not.
    """
    wanted = _read_mapping(mapping)
    best: Header | None = None
    for index, row in enumerate(rows[:_ROWS_SEARCHED]):
        header = _read_header(index, row, wanted)
        # In a header of two lines the second repeats what is merged and says the rest.
        second_line = best is not None and index == best.row + 1
        found, most = len(header.columns), len(best.columns) if best else 0
        if found > most or (found == most > 0 and second_line):
            best = header
    if best is not None and len(best.columns) == 1 and not wanted:
        best = None
    _check_mapping(rows, best, wanted, name)
    return best


def _read_mapping(mapping: Mapping[str, str]) -> dict[RosterField, str]:
    wanted = {}
    for given, title in mapping.items():
        field = field_named(given)
        if field is None:
            known = "、".join(one.value for one in RosterField)
            raise BadInputError(f"--map 中的“{given}”不是花名册的列，可用的有：{known}。")
        wanted[field] = title
    return wanted


def _read_header(index: int, row: Sequence[str], wanted: Mapping[RosterField, str]) -> Header:
    keys = [_header_key(cell) for cell in row]
    columns: dict[RosterField, int] = {}
    for field, synonyms in _SYNONYMS.items():
        words = (name_key(wanted[field]),) if field in wanted else synonyms
        found = next((keys.index(word) for word in words if word and word in keys), None)
        if found is not None:
            columns[field] = found
    return Header(index, columns, {field: row[column] for field, column in columns.items()})


def _header_key(cell: str) -> str:
    key = name_key(cell)
    remark = next((one for one in _REMARKS if key.endswith(one)), "")
    return key.removesuffix(remark)


def _check_mapping(
    rows: Sequence[Sequence[str]],
    header: Header | None,
    wanted: Mapping[RosterField, str],
    name: str,
) -> None:
    for field, title in wanted.items():
        if header is None or field not in header.columns:
            row = rows[header.row] if header else (rows[0] if rows else [])
            shown = "、".join(cell for cell in row if cell.strip()) or "无"
            raise BadInputError(
                f"{name} 中没有名为“{title}”的列(--map {field.value}={title})。表头里有:{shown}。"
            )
