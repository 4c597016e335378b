"""What the organisation decided: how each kind of finding is answered, and every limit.

``config/policy.toml`` is read into these by ``config.policy``; nothing here reads a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.findings import STATE_SECRETS, Severity
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Mode
from bot.domain.promotion import PromotionBounds


class Step(StrEnum):
    """One answer to a finding, as written in ``do`` and ``when_due``."""

    REMIND = "remind"
    TELL = "tell"
    RECALL = "recall"
    ASK_OWNER = "ask_owner"
    ESCALATE = "escalate"
    PROPOSE_REMOVAL = "propose_removal"
    APPROVE_JOIN = "approve_join"
    FIRST_AID = "first_aid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How one kind of finding is answered.

    ``do`` is done when the case opens and again every ``repeat_every`` while it stays open;
    ``when_due`` once it has been open for ``due_after``.
    """

    severity: Severity
    do: tuple[Step, ...]
    repeat_every: timedelta | None = None
    due_after: timedelta | None = None
    when_due: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOverride:
    """What one category of content changes of a response; None leaves it as it is.

    A severity set here holds whatever the word list says.
    """

    severity: Severity | None = None
    do: tuple[Step, ...] | None = None
    repeat_every: timedelta | None = None
    due_after: timedelta | None = None
    when_due: tuple[Step, ...] | None = None

    def over(self, response: Response) -> Response:
        """The response with what is set here in its place."""
        changed = {
            name: value for name in _CHANGEABLE if (value := getattr(self, name)) is not None
        }
        return replace(response, **changed)


_CHANGEABLE = ("severity", "do", "repeat_every", "due_after", "when_due")


@dataclass(frozen=True, slots=True)
class Strike:
    """From the ``count``-th content case of one person within the window on: mute so long."""

    count: int
    mute: timedelta


@dataclass(frozen=True, slots=True)
class StrikeRule:
    """How cases of one category are added up: apart from all others, within their own window."""

    window: timedelta
    ladder: tuple[Strike, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterlockLimits:
    """Every bound of the interlocks; none can be set to nothing (validated by ``config``)."""

    removals_per_group_floor: int = 3
    removals_per_group_share: float = 0.02
    removals_per_hour: int = 20
    removals_per_day: int = 60
    mutes_per_hour: int = 100
    recalls_per_group_per_hour: int = 60
    recalls_per_hour: int = 2000
    single_approval_up_to: int = 3
    """A plan with more people than this (or over the group cap) needs two people."""
    role_counts_after: timedelta = timedelta(hours=24)
    """A role granted, or an account bound, more lately makes nobody one of two people."""
    plan_expires_after: timedelta = timedelta(hours=24)
    member_list_max_age: timedelta = timedelta(minutes=15)
    member_list_min_share: float = 0.8
    breaker_min_groups: int = 20
    breaker_share: float = 0.25
    roster_min_valid_share: float = 0.95
    roster_max_departed_share: float = 0.05
    roster_max_departed: int = 50
    roster_max_department_share: float = 0.2
    roster_department_floor: int = 5
    roster_max_renamed_share: float = 0.1
    roster_absence_confirmed_after: timedelta = timedelta(hours=24)
    ambiguous_attempts: int = 3
    """Read-backs of an unknown result before a person must settle it."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours in which only the urgent is said; ``start`` may lie after ``end``."""

    start: time
    end: time
    zone: ZoneInfo

    def ends_at(self, now: datetime) -> datetime | None:
        """When the present quiet stretch ends; None when it is not quiet now."""
        local = now.astimezone(self.zone)
        clock = local.time()
        if self.start == self.end:
            return None
        overnight = self.start > self.end
        quiet = (
            clock >= self.start or clock < self.end if overnight else self.start <= clock < self.end
        )
        if not quiet:
            return None
        day = local.date()
        if overnight and clock >= self.start:
            day += timedelta(days=1)
        return datetime.combine(day, self.end, self.zone).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestTimes:
    """When the daily report goes out: local ``at``, spread over the following ``spread``."""

    at: time
    spread: timedelta
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class SampleWindow:
    """How long ordinary messages are kept for trying rules out, and how many; no time: none are."""

    keep: timedelta
    most: int

    def __bool__(self) -> bool:
        """Whether any message is kept."""
        return self.keep > timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything the organisation decided, with its overrides by rule and group resolved."""

    default_mode: Mode
    responses: Mapping[tuple[str, str], Response]
    """By (rule id, finding kind)."""
    limits: InterlockLimits
    quiet_hours: QuietHours
    digest: DigestTimes
    strikes: tuple[Strike, ...]
    strike_window: timedelta
    read_members_every: timedelta
    message_expires_after: timedelta
    repropose_after: timedelta
    promotion: Mapping[Mode, PromotionBounds]
    """What each step up demands."""
    samples: SampleWindow
    rule_modes: Mapping[str, Mode] = field(default_factory=dict)
    """Organisation-wide mode of a rule where it differs from the default."""
    group_modes: Mapping[tuple[GroupKey, str | None], Mode] = field(default_factory=dict)
    """Mode of a rule (None: of all rules) in one group."""
    allow_list: frozenset[AccountKey] = frozenset()
    """Accounts nothing is ever done to."""
    overrides: Mapping[tuple[str, str, str], ResponseOverride] = field(default_factory=dict)
    """By (rule id, category, finding kind)."""
    category_strikes: Mapping[str, StrikeRule] = field(default_factory=dict)
    """By category; the others are added up together."""
    categories: frozenset[str] = frozenset()
    """The categories there are; empty where nobody asked the articles."""

    def mode(self, rule_id: str, group: GroupKey) -> Mode:
        """The mode in force: the most specific that was set (group+rule, group, rule, default)."""
        return self.mode_with_source(rule_id, group)[0]

    def mode_with_source(self, rule_id: str, group: GroupKey) -> tuple[Mode, str]:
        """The mode in force and, in Chinese, where it was set."""
        if (found := self.group_modes.get((group, rule_id))) is not None:
            return found, "本群对该规则的设置"
        if (found := self.group_modes.get((group, None))) is not None:
            return found, "本群设置"
        if (found := self.rule_modes.get(rule_id)) is not None:
            return found, "全校对该规则的设置"
        return self.default_mode, "默认设置"

    def response(self, rule_id: str, kind: str, category: str | None = None) -> Response:
        """How a finding is answered; suspected state secrets always get first aid (Article 21).

        Raises:
            KeyError: no such rule and kind; ``config`` makes sure each rule's kinds are listed.
        """
        response = self.responses[(rule_id, kind)]
        if category is None:
            return response
        override = self.overrides.get((rule_id, category, kind))
        if override is not None:
            response = override.over(response)
        if category == STATE_SECRETS and Step.FIRST_AID not in response.do:
            response = replace(response, do=(*response.do, Step.FIRST_AID))
        return response

    def severity(self, rule_id: str, kind: str, category: str | None) -> Severity | None:
        """The severity that was decided for a category; None where its words decide."""
        override = self.overrides.get((rule_id, category or "", kind))
        return override.severity if override else None

    def strike_rule(self, category: str | None) -> tuple[str | None, StrikeRule]:
        """What a case of a category is added up with (None: with all others), and how."""
        if category is not None and (own := self.category_strikes.get(category)) is not None:
            return category, own
        return None, StrikeRule(self.strike_window, self.strikes)

    @property
    def longest_strike_window(self) -> timedelta:
        """How far back cases may count."""
        windows = (one.window for one in self.category_strikes.values())
        return max((self.strike_window, *windows))
