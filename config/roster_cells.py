"""What the cells of a roster mean: staff numbers, names, departments, status, accounts."""

import re
import unicodedata

from bot.domain.identifiers import AccountKey
from bot.domain.name_folding import name_key
from bot.domain.people import StaffStatus
from bot.domain.roster_reading import RosterField

_ACTIVE = """
在职 在岗 在编 在册 在校 正式 正常 现职 聘用 聘任 试用 试用期 见习 合同 合同制 编外 外聘 返聘
退休返聘 离退返聘 兼职 借调 挂职 进修 访学 读博 产假 病假 事假 休假 长病假 哺乳期 待岗 停薪留职
人事代理 劳务派遣 派遣 新进 新入职 在聘 active
"""
_DEPARTED = """
离职 退休 离休 离退休 内退 调出 调离 调走 解聘 辞职 辞退 开除 除名 死亡 去世 病故 已故 亡故 离校
离岗 不在职 非在职 不在岗 离编 合同到期 合同终止 终止合同 解除合同 终止聘用 自动离职 停聘 未续聘
不续聘 已离职 已退休 已调出 已调离 已辞职 已解聘 注销 inactive departed left
"""
_STATUSES = {
    **dict.fromkeys(_ACTIVE.split(), StaffStatus.ACTIVE),
    **dict.fromkeys(_DEPARTED.split(), StaffStatus.DEPARTED),
}
_YES = frozenset(("是", "y", "yes", "1", "true", "对"))
_NO = frozenset(("否", "n", "no", "0", "false", "不"))
_BLANK = frozenset(("", "无", "没有", "暂无", "空", "none", "null", "nan", "na"))

_DEPARTMENT_ENDS = re.compile(r"[、;/,\n\r|]+")
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_QQ = re.compile(r"(?<!\d)[1-9]\d{4,11}(?!\d)")
_STAFF_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-/]{0,31}")
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_LONGEST_NAME = 50
_LONGEST_DEPARTMENT = 60


class CellError(ValueError):
    """A cell that cannot be used; the text is a Chinese sentence for the person who mends it."""


def plain(cell: str) -> str:
    """The cell in normal width, without invisible characters and outer blanks."""
    text = "".join(
        one for one in unicodedata.normalize("NFKC", cell) if unicodedata.category(one) != "Cf"
    )
    return text.strip()


def read_staff_id(cell: str) -> str:
    """A staff number as text: 10023.0 is 10023, 00123 stays."""
    text = plain(cell).replace(" ", "")
    if not text:
        raise CellError("工号为空，请补上")
    if _SCIENTIFIC.fullmatch(text):
        raise CellError("工号被表格软件改成了科学计数法，请把该列设为文本后重新填写")
    if (whole := _WHOLE_FLOAT.fullmatch(text)) is not None:
        text = whole[1]
    if not _STAFF_ID.fullmatch(text):
        raise CellError("工号只能由字母、数字和 . _ - / 组成，且不超过 32 位，可能错列")
    return text


def read_name(cell: str) -> str:
    """A person's name: 张 三 is 张三, John Smith keeps its blank."""
    text = _HAN_GAP.sub("", " ".join(plain(cell).split()))
    key = name_key(text)
    if not key:
        raise CellError("姓名为空，请补上")
    if key.isdigit():
        raise CellError("姓名是一串数字，可能错列")
    if len(text) > _LONGEST_NAME:
        raise CellError(f"姓名超过 {_LONGEST_NAME} 个字，可能错列")
    return text


def read_departments(cell: str) -> tuple[str, ...]:
    """One or several departments; the first is the main one."""
    parts = [" ".join(part.split()) for part in _DEPARTMENT_ENDS.split(plain(cell))]
    departments = tuple(dict.fromkeys(_HAN_GAP.sub("", part) for part in parts if name_key(part)))
    if not departments:
        raise CellError("部门为空，请补上")
    for one in departments:
        if name_key(one).isdigit():
            raise CellError("部门是一串数字，可能错列")
        if len(one) > _LONGEST_DEPARTMENT:
            raise CellError(f"部门超过 {_LONGEST_DEPARTMENT} 个字，可能错列")
    return departments


def read_status(cell: str, title: str) -> StaffStatus:
    """The status under the column ``title``; empty means 在职, 是否离职 is understood."""
    key = name_key(cell)
    if not key:
        return StaffStatus.ACTIVE
    if key in _YES or key in _NO:
        asked = name_key(title)
        if asked.startswith("是否"):
            says_active = (key in _YES) != ("离" in asked)
            return StaffStatus.ACTIVE if says_active else StaffStatus.DEPARTED
    # 离职(2024年5月) and 在职-教学岗 say more than is asked.
    word = max((one for one in _STATUSES if key.startswith(one)), key=len, default="")
    if not word:
        raise CellError(f"不认识的状态“{plain(cell)[:20]}”,请写“在职”或“离职”")
    return _STATUSES[word]


def read_account(cell: str, field: RosterField) -> AccountKey | None:
    """The account in a cell; None for an empty one.

    Raises:
        CellError: something is written that is no account.
    """
    text = plain(cell)
    platform = field.platform
    if platform is None or name_key(text) in _BLANK:
        return None
    if _SCIENTIFIC.fullmatch(text):
        raise CellError(f"{field.value}被表格软件改成了科学计数法，请把该列设为文本后重新填写")
    if field is not RosterField.QQ:
        if len(text) > 64 or any(one.isspace() for one in text):
            raise CellError(f"{field.value}账号不能有空格，且不超过 64 个字符")
        return AccountKey(platform, text)
    whole = _WHOLE_FLOAT.fullmatch(text)
    found = _QQ.findall(whole[1] if whole else text) or _QQ.findall(text.replace(" ", ""))
    if len(found) != 1:
        raise CellError(f"QQ 号“{text[:20]}”应为一个 5 到 12 位的数字")
    return AccountKey(platform, found[0])
