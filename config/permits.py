"""Reading ``permits.toml``: how applications to post are handled, and the sensitive periods."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from bot.domain.permits import PermitLimits
from bot.domain.topic_windows import TopicWindow
from config.complaints import first_complaint, suggestion
from config.documents import read_toml
from config.paths import INSTALLED
from config.policy_file import Account, Duration, Section
from config.units import show_duration

FILE_NAME = "permits.toml"
_DEFAULT = PermitLimits()
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_BOUNDS = {
    "ask_next_after": (_MINUTE, _DAY),
    "longest": (_HOUR, 365 * _DAY),
    "emergency_lasts": (10 * _MINUTE, _DAY),
    "review_within": (_HOUR, 3 * _DAY),
}
_SHORTEST_WORD = 2


@dataclass(frozen=True, slots=True)
class PermitSettings:
    """What the file says."""

    limits: PermitLimits
    windows: tuple[TopicWindow, ...]


def _read_moment(value: object) -> datetime:
    """A local day and time; the zone is put on later."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError as error:
        raise ValueError('时刻应写成“年-月-日 时:分”，例如 "2026-06-07 08:00"') from error


Moment = Annotated[datetime, BeforeValidator(_read_moment)]


class WindowSection(Section):
    """One ``[[windows]]``."""

    name: str = Field(min_length=1, max_length=40)
    opens_at: Moment = Field(alias="from")
    closes_at: Moment = Field(alias="until")
    categories: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    severity: Severity = Severity.SERIOUS

    @field_validator("words")
    @classmethod
    def _long_enough(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if short := [word for word in words if len(word.strip()) < _SHORTEST_WORD]:
            raise ValueError(f"词语“{short[0]}”太短，至少两个字，否则会误伤")
        return words

    @model_validator(mode="after")
    def _is_something(self) -> Self:
        if not self.categories and not self.words:
            raise ValueError("categories（类别）和 words（词语）至少写一样")
        return self


class PermitFile(Section):
    """The whole file."""

    first_asked: tuple[Account, ...] = ()
    ask_next_after: Duration = _DEFAULT.ask_next_after
    longest: Duration = _DEFAULT.longest
    emergency_lasts: Duration = _DEFAULT.emergency_lasts
    review_within: Duration = _DEFAULT.review_within
    windows: tuple[WindowSection, ...] = ()

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        for name, (least, most) in _BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                bounds = f"{show_duration(least)} 到 {show_duration(most)}"
                raise ValueError(f"{name} 超出允许范围，应在 {bounds} 之间")
        return self


def load_permit_settings(
    folder: Path, categories: Collection[str], zone: ZoneInfo
) -> PermitSettings:
    """The settings of a configuration folder; the shipped ones where it has no such file.

    Raises:
        BadInputError: the file cannot be used; names the key, its value and the remedy.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        path = INSTALLED / FILE_NAME
    try:
        file = PermitFile.model_validate(read_toml(path))
    except ValidationError as error:
        complaint = first_complaint(error, PermitFile)
        raise BadInputError(f"配置文件 {path} 的 {complaint}") from error
    limits = {name: getattr(file, name) for name in (*_BOUNDS, "first_asked")}
    windows = tuple(_window(path, one, categories, zone) for one in file.windows)
    return PermitSettings(PermitLimits(**limits), windows)


def _window(
    path: Path, section: WindowSection, categories: Collection[str], zone: ZoneInfo
) -> TopicWindow:
    where = f"配置文件 {path} 的敏感期“{section.name}”"
    for category in sorted(section.categories - set(categories)):
        raise BadInputError(f"{where}：没有类别 {category}。{suggestion(category, categories)}")
    opens_at, closes_at = _local(section.opens_at, zone), _local(section.closes_at, zone)
    if closes_at <= opens_at:
        raise BadInputError(f"{where}：until（结束）应在 from（开始）之后。")
    return TopicWindow(
        name=section.name,
        opens_at=opens_at,
        closes_at=closes_at,
        categories=section.categories,
        words=section.words,
        severity=section.severity,
    )


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
