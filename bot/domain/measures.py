"""What is to be done about a finding, and the proof that it was done."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.identifiers import AccountKey, GroupKey, MessageKey


class Mode(StrEnum):
    """How far a rule may go in a group (生效方式)."""

    OBSERVE = "observe"
    REMIND = "remind"
    ENFORCE = "enforce"

    @property
    def label(self) -> str:
        """The name users read."""
        return {"observe": "观察", "remind": "提醒", "enforce": "执行"}[self.value]

    @property
    def rank(self) -> int:
        """0 for the most careful."""
        return ("observe", "remind", "enforce").index(self.value)


class MeasureKind(StrEnum):
    """The effects Qungui can ask for (处置)."""

    REMIND = "remind"
    FIX_NAME = "fix_name"
    RECALL = "recall"
    MUTE = "mute"
    REMOVE = "remove"
    APPROVE_JOIN = "approve_join"
    REJECT_JOIN = "reject_join"
    NOTIFY = "notify"
    ESCALATE = "escalate"
    ASK = "ask"

    @property
    def label(self) -> str:
        """The name users read."""
        return _KIND_LABELS[self]

    @property
    def speaks(self) -> bool:
        """Whether it is a message to people rather than an act upon somebody."""
        return self in _SPEAKING

    @property
    def needs(self) -> Mode:
        """The mode from which on it may be carried out."""
        return Mode.REMIND if self.speaks else Mode.ENFORCE


_SPEAKING = frozenset(
    {MeasureKind.REMIND, MeasureKind.NOTIFY, MeasureKind.ESCALATE, MeasureKind.ASK}
)
_KIND_LABELS = {
    MeasureKind.REMIND: "提醒",
    MeasureKind.FIX_NAME: "改群名片",
    MeasureKind.RECALL: "撤回",
    MeasureKind.MUTE: "禁言",
    MeasureKind.REMOVE: "移出",
    MeasureKind.APPROVE_JOIN: "同意入群",
    MeasureKind.REJECT_JOIN: "拒绝入群",
    MeasureKind.NOTIFY: "告知",
    MeasureKind.ESCALATE: "上报",
    MeasureKind.ASK: "请群主处理",
}


class Rung(StrEnum):
    """Who carries it out: the bot, a person with the bot's proof, or a person on record."""

    AUTOMATIC = "automatic"
    ASSISTED = "assisted"
    MANUAL = "manual"

    @property
    def label(self) -> str:
        """The name users read."""
        return {"automatic": "自动", "assisted": "群主协助", "manual": "人工登记"}[self.value]


class MeasureState(StrEnum):
    """Where a measure stands; only ``DONE`` carries a receipt."""

    INTENDED = "intended"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    WITHHELD = "withheld"

    @property
    def label(self) -> str:
        """The name users read."""
        return {
            "intended": "待执行",
            "done": "已完成",
            "refused": "平台拒绝",
            "failed": "未成功",
            "unknown": "结果待核实",
            "expired": "已过期",
            "withheld": "未执行",
        }[self.value]


class ReceiptHow(StrEnum):
    """What proves it."""

    PLATFORM_NOTICE = "platform_notice"
    READ_BACK = "read_back"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that a measure was done."""

    how: ReceiptHow
    at: datetime
    detail: str = ""


LIFTS_FREEZE = "unfreeze"
"""The ``request_id`` of a message that carries a code to end a freeze with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One effect asked for, before it has a row.

    ``account`` is the person acted upon or spoken to; None for an ``ASK`` that goes to whoever
    owns the group. ``withheld`` says why it will not be carried out (observe mode, an interlock);
    None means it is to be done.
    """

    kind: MeasureKind
    group: GroupKey
    account: AccountKey | None = None
    mode: Mode = Mode.OBSERVE
    rung: Rung = Rung.AUTOMATIC
    withheld: str | None = None
    message: MessageKey | None = None
    seconds: int | None = None
    card: str | None = None
    text: str | None = None
    public_text: str | None = None
    """Said in the group, with an @, where the person cannot be reached in private."""
    request_id: str | None = None
    urgent: bool = False
    """Not held back by quiet hours."""
    not_before: datetime | None = None
    expires_at: datetime | None = None
    plan: int | None = None
    join_request: int | None = None
    approvals_needed: int = 1
    approvals: tuple[AccountKey, ...] = ()

    @property
    def lifts_freeze(self) -> bool:
        """Whether it may be said while frozen: without it nobody could end the freeze."""
        return self.kind is MeasureKind.NOTIFY and self.request_id == LIFTS_FREEZE
