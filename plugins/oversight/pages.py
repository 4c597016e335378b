"""How cases are shown: a line each, or one with its whole history."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.first_aid import AidStep, FirstAid
from bot.engine.catalogue import Catalogue
from bot.engine.texts import Texts
from data.measures import StoredMeasure
from data.opinions import Opinion
from data.spread import Seen
from data.violations import ViolationRecord


class CasePages:
    """Words for records. The number comes first; the offending text never appears here."""

    def __init__(self, catalogue: Catalogue, texts: Texts) -> None:
        self._catalogue = catalogue
        self._texts = texts

    def line(self, record: ViolationRecord) -> str:
        """One case on one line."""
        day, _, _ = self._texts.moment(record.opened_at).partition(" ")
        title = self._catalogue.title(record.rule_id)
        return (
            f"W{record.number} {day} {title}（{record.severity.label}） {_person(record)} "
            f"{_group(record)} {record.state.label}"
        )

    def history(self, record: ViolationRecord) -> str:
        """One case from its finding to its closure."""
        title = self._catalogue.title(record.rule_id)
        moment = self._texts.moment
        lines = [
            f"W{record.number} {title}（{record.severity.label}，{record.mode.label}）",
            f"依据：《管理办法》{self._clause(record.clause)}",
            f"群：{_group(record)}",
            f"人员：{_person(record)}（账号 {record.account.id}）",
            f"{moment(record.opened_at)} 登记：{record.reason}",
        ]
        if record.suggestion:
            lines.append(f"应改为：{record.suggestion}")
        lines += [self._measure(one) for one in record.measures]
        if record.closed_at:
            because = record.closed_because or record.state.label
            lines.append(f"{moment(record.closed_at)} {record.state.label}：{because}")
        else:
            lines.append(f"目前：{record.state.label}")
        if record.due_at and not (record.closed_at or record.due_done):
            lines.append(f"期限：{moment(record.due_at)}")
        return "\n".join(lines)

    def tracing(self, seen: Sequence[Seen]) -> str:
        """Where else the same content was."""
        return self._texts.tracing(seen)

    def opinion(self, opinion: Opinion) -> str:
        """The comment of the second opinion, marked as one."""
        return self._texts.opinion(opinion.opinion, opinion.reason)

    def first_aid(self, aid: FirstAid, now: datetime) -> str:
        """How far first aid has come."""
        late = "，已超过 24 小时" if aid.overdue(now) else ""
        state = "已结束" if aid.closed_at else f"进行中{late}"
        head = f"涉密应急处置：{state}，期限 {self._texts.moment(aid.due_at)}"
        return f"{head}\n{self._texts.first_aid_steps(tuple(AidStep), aid.done)}"

    def _measure(self, stored: StoredMeasure) -> str:
        measure = stored.measure
        text = (
            f"{self._texts.moment(stored.created_at)} {measure.kind.label}"
            f"（{measure.rung.label}）：{stored.state.label}"
        )
        detail = measure.withheld or stored.detail
        return f"{text},{detail}" if detail else text

    def _clause(self, clause: str) -> str:
        return self._texts.clause(clause) if clause in self._texts.articles.clauses else clause


def _person(record: ViolationRecord) -> str:
    # The name of somebody not on the roster is his whole card, department included.
    if record.department and record.staff_id:
        return f"{record.department}-{record.person_name}"
    return record.person_name


def _group(record: ViolationRecord) -> str:
    return record.group_name or record.group.id
