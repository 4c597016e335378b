"""The shape of ``policy.toml``: every section, and the bounds no value may leave."""

from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Mode
from bot.domain.policy import InterlockLimits, Step
from bot.domain.promotion import wilson_upper
from config.detectors import DetectorsSection
from config.techniques import TechniquesSection
from config.units import read_duration, read_time, show_duration

_DEFAULT = InterlockLimits()
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_LONGEST_QUIET = timedelta(hours=14)


def _read_account(value: object) -> AccountKey:
    if isinstance(value, AccountKey):
        return value
    try:
        return AccountKey.parse(str(value))
    except BadInputError as error:
        raise ValueError(error.message.rstrip("。")) from error


def _read_group(value: object) -> GroupKey:
    if isinstance(value, GroupKey):
        return value
    try:
        return GroupKey.parse(str(value))
    except BadInputError as error:
        raise ValueError(error.message.rstrip("。")) from error


def _read_steps(value: object) -> object:
    """Chat gives the steps as one comma-separated text."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)


def _between(shortest: timedelta, longest: timedelta) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if not shortest <= value <= longest:
            bounds = f"{show_duration(shortest)} 到 {show_duration(longest)}"
            raise ValueError(f"超出允许范围，应在 {bounds} 之间")
        return value

    return AfterValidator(check)


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
TimeOfDay = Annotated[time, BeforeValidator(read_time)]
Share = Annotated[float, Field(gt=0, le=0.5, allow_inf_nan=False)]
LargeShare = Annotated[float, Field(ge=0.5, le=1, allow_inf_nan=False)]
Account = Annotated[AccountKey, BeforeValidator(_read_account)]
GroupId = Annotated[GroupKey, BeforeValidator(_read_group)]
Steps = Annotated[tuple[Step, ...], BeforeValidator(_read_steps)]


class Section(BaseModel):
    """A table of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_values(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("不能是 true 或 false")
        return value


class ResponseSection(Section):
    """``[rules.<rule>.on.<kind>]``."""

    severity: Severity
    do: Steps
    repeat_every: Annotated[Duration, _between(_SECOND, 90 * _DAY)] | None = None
    due_after: Annotated[Duration, _between(_SECOND, 365 * _DAY)] | None = None
    when_due: Steps = ()

    @model_validator(mode="after")
    def _due_in_pairs(self) -> Self:
        if (self.due_after is None) != (not self.when_due):
            raise ValueError("due_after（期限）与 when_due（到期后做什么）必须同时写或同时不写")
        if self.repeat_every is not None and not self.do:
            raise ValueError("do 为空时不能写 repeat_every（没有可重复的事）")
        return self


class OverrideSection(Section):
    """``[rules.<rule>.category.<category>.on.<kind>]``: what is not written stays as it is."""

    severity: Severity | None = None
    do: Steps | None = None
    repeat_every: Annotated[Duration, _between(_SECOND, 90 * _DAY)] | None = None
    due_after: Annotated[Duration, _between(_SECOND, 365 * _DAY)] | None = None
    when_due: Steps | None = None


class CategorySection(Section):
    """``[rules.<rule>.category.<category>]``."""

    on: dict[str, OverrideSection] = Field(min_length=1)


class RuleSection(Section):
    """``[rules.<rule>]``."""

    mode: Mode | None = None
    category: dict[str, CategorySection] = {}
    on: dict[str, ResponseSection] = Field(min_length=1)


class GroupSection(Section):
    """``[groups."<platform>:<id>"]``."""

    mode: Mode | None = None
    rules: dict[str, Mode] = {}


class Loosens(StrEnum):
    """Which way a bound must move for more to be done, or to be done on less certainty."""

    UPWARD = "upward"
    DOWNWARD = "downward"


_UP, _DOWN = Loosens.UPWARD, Loosens.DOWNWARD
_Count = Annotated[int, _UP]


class InterlockSection(Section):
    """``[interlocks]``: the same names and defaults as ``InterlockLimits``.

    Every key says which direction loosens it; see ``config.loosening``.
    """

    removals_per_group_floor: _Count = Field(_DEFAULT.removals_per_group_floor, ge=1, le=50)
    removals_per_group_share: Annotated[Share, _UP] = _DEFAULT.removals_per_group_share
    removals_per_hour: _Count = Field(_DEFAULT.removals_per_hour, ge=1, le=200)
    removals_per_day: _Count = Field(_DEFAULT.removals_per_day, ge=1, le=1000)
    mutes_per_hour: _Count = Field(_DEFAULT.mutes_per_hour, ge=1, le=1000)
    recalls_per_group_per_hour: _Count = Field(_DEFAULT.recalls_per_group_per_hour, ge=1, le=1000)
    recalls_per_hour: _Count = Field(_DEFAULT.recalls_per_hour, ge=1, le=20_000)
    single_approval_up_to: _Count = Field(_DEFAULT.single_approval_up_to, ge=1, le=20)
    role_counts_after: Annotated[Duration, _between(_DAY, 30 * _DAY), _DOWN] = (
        _DEFAULT.role_counts_after
    )
    plan_expires_after: Annotated[Duration, _between(10 * _MINUTE, 7 * _DAY), _UP] = (
        _DEFAULT.plan_expires_after
    )
    member_list_max_age: Annotated[Duration, _between(_MINUTE, _DAY), _UP] = (
        _DEFAULT.member_list_max_age
    )
    member_list_min_share: Annotated[LargeShare, _DOWN] = _DEFAULT.member_list_min_share
    breaker_min_groups: _Count = Field(_DEFAULT.breaker_min_groups, ge=2, le=1000)
    breaker_share: Annotated[Share, _UP] = _DEFAULT.breaker_share
    roster_min_valid_share: Annotated[LargeShare, _DOWN] = _DEFAULT.roster_min_valid_share
    roster_max_departed_share: Annotated[Share, _UP] = _DEFAULT.roster_max_departed_share
    roster_max_departed: _Count = Field(_DEFAULT.roster_max_departed, ge=1, le=1000)
    roster_max_department_share: Annotated[Share, _UP] = _DEFAULT.roster_max_department_share
    roster_department_floor: _Count = Field(_DEFAULT.roster_department_floor, ge=1, le=100)
    roster_max_renamed_share: Annotated[Share, _UP] = _DEFAULT.roster_max_renamed_share
    roster_absence_confirmed_after: Annotated[Duration, _between(_HOUR, 90 * _DAY), _DOWN] = (
        _DEFAULT.roster_absence_confirmed_after
    )
    ambiguous_attempts: _Count = Field(_DEFAULT.ambiguous_attempts, ge=1, le=20)

    @model_validator(mode="after")
    def _hour_within_day(self) -> Self:
        if self.removals_per_hour > self.removals_per_day:
            raise ValueError("removals_per_hour（每小时）不能大于 removals_per_day（每天）")
        return self


class QuietSection(Section):
    """``[quiet_hours]``; equal ends mean no quiet hours."""

    start: TimeOfDay = time(22)
    end: TimeOfDay = time(7)

    @model_validator(mode="after")
    def _leaves_a_day(self) -> Self:
        if (_since_midnight(self.end) - _since_midnight(self.start)) % _DAY > _LONGEST_QUIET:
            raise ValueError("安静时段最长 14 小时，请缩短 start 到 end 的时间")
        return self

    def covers(self, clock: timedelta) -> bool:
        """Whether it is quiet so long after a midnight."""
        start = _since_midnight(self.start)
        length = (_since_midnight(self.end) - start) % _DAY
        return (clock - start) % _DAY < length


class DigestSection(Section):
    """``[digest]``."""

    at: TimeOfDay = time(18)
    spread: Annotated[Duration, _between(timedelta(0), 3 * _HOUR)] = 20 * _MINUTE


class StrikeSection(Section):
    """One step of ``[strikes] ladder``."""

    count: int = Field(ge=2, le=100)
    mute: Annotated[Duration, _between(_MINUTE, 30 * _DAY)]


class CategoryStrikesSection(Section):
    """``[strikes.category.<category>]``."""

    window: Annotated[Duration, _between(_HOUR, 365 * _DAY)] = 30 * _DAY
    ladder: tuple[StrikeSection, ...] = (
        StrikeSection(count=2, mute=10 * _MINUTE),
        StrikeSection(count=3, mute=_HOUR),
        StrikeSection(count=4, mute=_DAY),
    )

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        for lower, higher in zip(self.ladder, self.ladder[1:], strict=False):
            if lower.count >= higher.count or lower.mute > higher.mute:
                raise ValueError("ladder 应按次数从少到多、禁言从短到长排列，次数不重复")
        return self


class StrikesSection(CategoryStrikesSection):
    """``[strikes]``."""

    category: dict[str, CategoryStrikesSection] = {}


class ReadingSection(Section):
    """``[reading]``."""

    members_every: Annotated[Duration, _between(_SECOND, _DAY)] = 10 * _MINUTE


class MessagesSection(Section):
    """``[messages]``."""

    expires_after: Annotated[Duration, _between(_MINUTE, _DAY)] = 30 * _MINUTE


class PlansSection(Section):
    """``[plans]``."""

    repropose_after: Annotated[Duration, _between(_HOUR, 365 * _DAY)] = 30 * _DAY


class PromotionStepSection(Section):
    """``[promotion.remind]`` and ``[promotion.enforce]``."""

    min_days: Annotated[Duration, _between(_HOUR, 180 * _DAY)]
    min_hits: int = Field(ge=1, le=10_000)
    rare_after: Annotated[Duration, _between(_DAY, 365 * _DAY)]
    reviewed_share: float = Field(gt=0, le=1, allow_inf_nan=False)
    review_at_most: int = Field(ge=1, le=1000)
    max_false_share: Share

    @model_validator(mode="after")
    def _can_be_passed(self) -> Self:
        if self.rare_after < self.min_days:
            raise ValueError("rare_after（命中少时观察多久）不能短于 min_days（至少观察多久）")
        if wilson_upper(0, self.review_at_most) > self.max_false_share:
            raise ValueError(
                f"抽查 {self.review_at_most} 件即使全部属实，也证明不了误报率低于 "
                f"{self.max_false_share:g}，请调大 review_at_most 或 max_false_share"
            )
        return self


class PromotionSection(Section):
    """``[promotion]``."""

    remind: PromotionStepSection = PromotionStepSection(
        min_days=3 * _DAY,
        min_hits=10,
        rare_after=7 * _DAY,
        reviewed_share=0.2,
        review_at_most=30,
        max_false_share=0.3,
    )
    enforce: PromotionStepSection = PromotionStepSection(
        min_days=7 * _DAY,
        min_hits=20,
        rare_after=30 * _DAY,
        reviewed_share=0.5,
        review_at_most=60,
        max_false_share=0.15,
    )


class SamplesSection(Section):
    """``[samples]``."""

    keep: Annotated[Duration, _between(timedelta(0), 30 * _DAY)] = timedelta(0)
    max_rows: int = Field(20_000, ge=100, le=500_000)


class ListsSection(Section):
    """``[lists]``."""

    allow: frozenset[Account] = frozenset()


class PolicyFile(Section):
    """The whole file."""

    rules: dict[str, RuleSection] = Field(min_length=1)
    groups: dict[GroupId, GroupSection] = {}
    interlocks: InterlockSection = InterlockSection()
    quiet_hours: QuietSection = QuietSection()
    digest: DigestSection = DigestSection()
    strikes: StrikesSection = StrikesSection()
    reading: ReadingSection = ReadingSection()
    messages: MessagesSection = MessagesSection()
    plans: PlansSection = PlansSection()
    promotion: PromotionSection = PromotionSection()
    samples: SamplesSection = SamplesSection()
    lists: ListsSection = ListsSection()
    detectors: DetectorsSection = DetectorsSection()
    techniques: TechniquesSection = TechniquesSection()

    @model_validator(mode="after")
    def _digest_is_heard(self) -> Self:
        begin = _since_midnight(self.digest.at)
        if self.quiet_hours.covers(begin) or self.quiet_hours.covers(begin + self.digest.spread):
            raise ValueError(
                "日报时间（digest.at 加 digest.spread）落在安静时段内，永远无法按时发出"
            )
        return self
