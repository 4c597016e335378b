"""Times as people give them on the command line: 2026-11-01, 昨天, 7d, or ISO 8601."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from bot.domain.errors import BadInputError

_AGO = re.compile(r"(\d{1,5})(m|h|d|w|分钟|小时|天|日|周)")
_UNITS = {
    "m": "minutes", "分钟": "minutes", "h": "hours", "小时": "hours",
    "d": "days", "天": "days", "日": "days", "w": "weeks", "周": "weeks",
}  # fmt: skip
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_LONGEST = timedelta(days=36_600)

_NAMED: Mapping[str, Callable[[date], tuple[date, date]]] = {
    "今天": lambda day: (day, day),
    "昨天": lambda day: (day - timedelta(1), day - timedelta(1)),
    "前天": lambda day: (day - timedelta(2), day - timedelta(2)),
    "本周": lambda day: (day - timedelta(day.weekday()), day),
    "上周": lambda day: (
        day - timedelta(day.weekday() + 7),
        day - timedelta(day.weekday() + 1),
    ),
    "本月": lambda day: (day.replace(day=1), day),
    "上月": lambda day: (
        (day.replace(day=1) - timedelta(1)).replace(day=1),
        day.replace(day=1) - timedelta(1),
    ),
    "今年": lambda day: (day.replace(month=1, day=1), day),
}


def since(text: str, option: str, zone: tzinfo, now: datetime) -> datetime:
    """The first moment that is meant; a day begins at local midnight.

    Raises:
        BadInputError: it cannot be read; names the option.
    """
    days = _days(text, zone, now)
    return _midnight(days[0], zone) if days else _moment(text, option, zone, now)


def until(text: str, option: str, zone: tzinfo, now: datetime) -> datetime:
    """The moment before which it must lie; a day counts to its end.

    Raises:
        BadInputError: it cannot be read; names the option.
    """
    days = _days(text, zone, now)
    return _midnight(days[1] + timedelta(1), zone) if days else _moment(text, option, zone, now)


def day(text: str, option: str, zone: tzinfo, now: datetime) -> date:
    """One local day.

    Raises:
        BadInputError: it is none, or several.
    """
    days = _days(text, zone, now)
    if days is None or days[0] != days[1]:
        raise BadInputError(f"选项 {option} 的值“{text}”应为一天，例如 2026-11-01、今天、昨天。")
    return days[0]


def _days(text: str, zone: tzinfo, now: datetime) -> tuple[date, date] | None:
    given = text.strip()
    if given in _NAMED:
        return _NAMED[given](now.astimezone(zone).date())
    found = _DAY.fullmatch(given)
    if found is None:
        return None
    try:
        one = date(int(found[1]), int(found[2]), int(found[3]))
        return (one, one) if date.min < one < date.max - timedelta(1) else None
    except ValueError:
        return None


def _moment(text: str, option: str, zone: tzinfo, now: datetime) -> datetime:
    given = text.strip()
    if ago := _AGO.fullmatch(given):
        distance = timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        if distance < _LONGEST:
            return now - distance
    try:
        moment = datetime.fromisoformat(given)
        if len(given) > len("2026-11-01"):
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        pass
    raise BadInputError(
        f"选项 {option} 的值“{text}”不是时间。"
        "可以写：2026-11-01、2026-11-01T08:00、今天、昨天、本周、7d（七天前）、12h。"
    )


def _midnight(one: date, zone: tzinfo) -> datetime:
    return datetime.combine(one, time(), zone)
