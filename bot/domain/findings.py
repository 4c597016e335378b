"""What a rule saw in an event."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.identifiers import AccountKey, GroupKey, MessageKey
from bot.domain.measures import Mode
from bot.domain.permits import Deviation

STATE_SECRETS = "secret"
"""The category of word lists whose words may be copied nowhere."""


class Severity(StrEnum):
    """How grave (Article 24). Ordered from mild to grave by ``rank``."""

    NOTICE = "notice"
    MINOR = "minor"
    SERIOUS = "serious"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return ("notice", "minor", "serious", "critical").index(self.value)

    @property
    def label(self) -> str:
        """The name users read."""
        return {"notice": "提示", "minor": "较轻", "serious": "严重", "critical": "涉密/违法"}[
            self.value
        ]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The hit and at most 40 characters around it; ``start``/``end`` locate the hit in ``text``.

    Empty text with a fingerprint when nothing may be copied (suspected state secrets).
    """

    text: str = field(repr=False)
    start: int
    end: int
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule saw something wrong about one account in one group.

    ``kind`` picks the response in ``policy.toml`` (``[rules.<rule_id>.on.<kind>]``).
    ``standing`` findings describe a state that lasts (a wrong card, a departed member): at most
    one open case per (group, account, rule). Others describe a single happening.
    """

    rule_id: str
    kind: str
    clause: str
    group: GroupKey
    account: AccountKey
    reason: str
    severity: Severity | None = None
    """None: the policy's severity for this kind."""
    category: str | None = None
    source: str | None = None
    """Which part of the rule saw it: a listed word (by fingerprint), an expression, a detector."""
    at_most: Mode | None = None
    """That part is still being watched: this finding goes no further, whatever its rule may."""
    staff_id: str | None = None
    suggestion: str | None = None
    """What would mend it: the exact card to set."""
    message: MessageKey | None = None
    excerpt: Excerpt | None = None
    certain: bool = True
    """False: only a person may act on it (sound-alikes, scores: interlock I16)."""
    standing: bool = False
    request_id: str | None = None
    """The join request it is about."""
    deviation: Deviation | None = None
    """The permit that comes near, where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """A rule sees that a lasting state is over: its open case closes by itself."""

    rule_id: str
    group: GroupKey
    account: AccountKey
    reason: str


Judgement = Finding | Clearance
