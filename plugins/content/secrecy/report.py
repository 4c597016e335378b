"""The report form of a suspected leak, filled in as far as the log knows. Pure.

What people have to write is left blank; what was posted is nowhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.domain.first_aid import AidStep, FirstAid
from data.violations import ViolationRecord

TITLE = "泄密事件报告表（初报）"
BLANK = "＿＿＿＿＿＿＿＿"
NOTE = "本表不得填写涉密内容。纸质件按保密规定送保密工作机构，不通过聊天工具、互联网邮箱传送。"
_BY_HAND = (
    ("密级（由保密工作机构认定）", BLANK),
    ("载体形式与数量", BLANK),
    ("来源与知悉范围", BLANK),
    ("转发去向", BLANK),
    ("可能造成的后果", BLANK),
    ("责任人员及初步处理意见", BLANK),
    ("报告单位（盖章）", BLANK),
    ("报告人、联系电话", BLANK),
    ("单位负责人签字", BLANK),
    ("报告时间", BLANK),
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form as rows of a label and what stands beside it."""

    facts: tuple[tuple[str, str], ...]
    measures: tuple[tuple[str, str], ...]
    by_hand: tuple[tuple[str, str], ...] = _BY_HAND

    def text(self) -> str:
        """The form for chat and for plain files."""
        lines = [TITLE]
        for heading, rows in self.parts():
            lines.append(f"【{heading}】")
            lines += [f"{label}：{value}" for label, value in rows]
        lines.append(NOTE)
        return "\n".join(lines)

    def parts(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """The headed parts, in the order of the form."""
        return (
            ("基本情况", self.facts),
            ("已采取的措施", self.measures),
            ("须由人员填写", self.by_hand),
        )


def fill_in(
    record: ViolationRecord,
    aid: FirstAid,
    zone: tzinfo,
    named: Callable[[str], str],
) -> Form:
    """The form of a case, times as of ``zone``; ``named`` gives an account on record its name."""

    def moment(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y年%m月%d日 %H:%M}"

    person = " ".join(filter(None, (record.department, record.person_name)))
    facts = (
        ("登记号", f"W{record.number}"),
        ("发现时间", moment(aid.found_at)),
        ("发现方式", "工作群自动检查，未留存内容"),
        ("发布时间", moment(aid.posted_at)),
        ("平台和群", f"{record.group.platform.label} {record.group_name or ''}"),
        ("群号", record.group.id),
        ("发布人", f"{person}（账号 {record.account.id}）"),
        ("工号", record.staff_id or "不在花名册"),
        ("消息编号", record.message_id or "无"),
        ("指纹（加盐，只供比对）", aid.fingerprint[:16]),
        ("上报期限", moment(aid.due_at)),
    )
    measures = tuple(
        (
            f"{step.number}. {step.label}",
            f"{moment(done.at)} 完成，{named(done.by)}"
            if (done := aid.done.get(step))
            else "尚未完成",
        )
        for step in AidStep
    )
    return Form(facts, measures)
