"""First aid for suspected state secrets: what must be done, by whom, and who is told when.

Source: Articles 11, 17 and 21. A leak has to be reported within 24 hours of being found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

REPORT_WITHIN = timedelta(hours=24)


class AidStep(StrEnum):
    """What has to be done, in the order in which it is asked for."""

    QUIET = "quiet"
    RECALL = "recall"
    DELETE = "delete"
    KEEP = "keep"
    TRACE = "trace"
    REPORT = "report"

    @property
    def number(self) -> int:
        """The number people tick it by, from 1."""
        return tuple(AidStep).index(self) + 1

    @property
    def label(self) -> str:
        """Its short name, which people may write as well."""
        return _LABELS[self][0]

    @property
    def instruction(self) -> str:
        """What to do, in a sentence."""
        return _LABELS[self][1]


_LABELS = {
    AidStep.QUIET: ("不扩散", "不转发、不截图、不复述原文，不在群里讨论"),
    AidStep.RECALL: ("撤回", "撤回原消息，平台显示已撤回后自动记为完成"),
    AidStep.DELETE: ("通知删除", "通知看到的人删除本机保存、转发、收藏的内容，逐一确认"),
    AidStep.KEEP: ("保留载体", "发布者的手机、电脑和文件来源原样封存，不自行删改、不格式化"),
    AidStep.TRACE: ("核实", "核实来源、知悉范围和转发去向"),
    AidStep.REPORT: ("报告", "填写《泄密事件报告表》，报保密工作机构（保密办）"),
}


class Audience(StrEnum):
    """Who is told when time passes."""

    OWNER = "owner"
    DEPUTIES = "deputies"
    SUPERVISORS = "supervisors"
    EVERYBODY = "everybody"


STAGES = (
    (timedelta(hours=2), Audience.OWNER),
    (timedelta(hours=8), Audience.DEPUTIES),
    (timedelta(hours=20), Audience.SUPERVISORS),
    (REPORT_WITHIN, Audience.EVERYBODY),
)
"""After how long who is told of what is still to be done."""


@dataclass(frozen=True, slots=True)
class StepDone:
    """Who ticked a step, and when; ``by`` is an account, or what the platform showed."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAid:
    """One case in first aid. ``fingerprint`` is salted: it says nothing about the text.

    ``told`` counts the stages of ``STAGES`` that were said.
    """

    violation: int
    found_at: datetime
    posted_at: datetime
    fingerprint: str
    told: int = 0
    done: Mapping[AidStep, StepDone] = field(default_factory=dict)
    closed_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """When the report must be in."""
        return self.found_at + REPORT_WITHIN

    @property
    def left(self) -> tuple[AidStep, ...]:
        """The steps nobody has ticked."""
        return tuple(step for step in AidStep if step not in self.done)

    def overdue(self, now: datetime) -> bool:
        """Whether the 24 hours are over and something is still to be done."""
        return self.closed_at is None and bool(self.left) and now >= self.due_at

    def stage(self, now: datetime) -> int:
        """How many of ``STAGES`` have come by ``now``."""
        return sum(self.found_at + after <= now for after, _ in STAGES)


def read_step(word: str) -> AidStep | None:
    """The step meant by its number or its name."""
    return next((step for step in AidStep if word in (str(step.number), step.label)), None)
