"""Stretches of time as people write them: 明天 08:00 至 18:00, 12月1日至3日, 即日起 3 天.

What can be read in two ways is not read: the writer is asked. Local wall-clock time throughout.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_DAYS = {"今天": 0, "今日": 0, "今晚": 0, "明天": 1, "明日": 1, "明晚": 1, "后天": 2, "大后天": 3}
_WEEKDAYS = "一二三四五六日"
_PARTS = {
    "凌晨": 0, "早上": 0, "早晨": 0, "上午": 0, "中午": 12, "下午": 12, "傍晚": 12, "晚上": 12,
    "晚": 12,
}  # fmt: skip
_UNITS = {"分钟": "minutes", "小时": "hours", "天": "days", "日": "days", "周": "weeks"}
_NUMERALS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "半": 0}
_NOW = re.compile(r"(?:现在|即日|即刻|立即|马上|此刻)起?")
_DATE = re.compile(
    r"(?P<near>大后天|今[天日晚]|明[天日晚]|后天)"
    r"|(?P<week>本周|这周|下周|周|本?星期|下星期|礼拜)(?P<weekday>[一二三四五六日天])"
    r"|(?:(?P<year>20\d\d)[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?"
    r"|(?P<only_day>\d{1,2})[日号]"
)
_TIME = re.compile(
    r"(?P<part>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚)?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d))?|[点时](?:(?P<half>半)|(?P<minutes>\d{1,2})分?)?整?)"
)
_LENGTH = re.compile(
    r"(?P<count>\d{1,3}|[一两二三四五六七])个?(?P<unit>分钟|小时|天|日|周)(?:内|之内)?"
)
_TO = re.compile(r"至|到|~|—+|–|--+|(?<=\d)-(?=\d{1,2}:)|(?<=[日号点半])-(?=\S)")
_FROM = re.compile(r"^从|^自|起$")
_LATER = re.compile(r"中午|下午|傍晚|晚")
_UNTIL = re.compile(r"(?:之?前|为?止|截止|结束)$")


@dataclass(frozen=True, slots=True)
class _Moment:
    day: date | None
    clock: time | None
    midnight: bool = False
    """The clock says 24:00: the day after begins."""


class UnreadableTimeError(ValueError):
    """The words are no stretch of time; the message is Chinese and says what is missing."""


def read_span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The stretch [start, end) that ``text`` names, seen from ``now`` (aware, local).

    Raises:
        UnreadableTimeError: it cannot be read, has no end, or is over.
    """
    words = "".join(unicodedata.normalize("NFKC", text).split())
    if not words:
        raise UnreadableTimeError("没有写时间")
    start, end = _span(words, now)
    if end <= start:
        raise UnreadableTimeError("结束时间应在开始时间之后")
    if end <= now:
        raise UnreadableTimeError("所写的时间已经过去")
    return max(start, now), end


def _span(words: str, now: datetime) -> tuple[datetime, datetime]:
    ends = _TO.split(words)
    if len(ends) > 2:
        raise UnreadableTimeError("看不懂时间")
    if len(ends) == 2:
        return _between(ends[0], ends[1], now)
    begun = _NOW.match(words)
    rest = words[begun.end() :].lstrip(",，、") if begun else words
    if (length := _LENGTH.fullmatch(rest)) is not None:
        return now, now + _length(length)
    if (end := _UNTIL.sub("", rest)) != rest:
        return now, _ending(_moment(end, now), now.date(), now)
    moment = _moment(rest, now)
    if moment.clock is not None or moment.midnight or moment.day is None:
        raise UnreadableTimeError("没有写到什么时候为止")
    return _at(moment.day, time(), now), _at(moment.day + timedelta(days=1), time(), now)


def _between(first: str, last: str, now: datetime) -> tuple[datetime, datetime]:
    first = _FROM.sub("", _FROM.sub("", first)) if not _NOW.fullmatch(first) else first
    last = _UNTIL.sub("", last)
    if not first or _NOW.fullmatch(first):
        return now, _ending(_moment(last, now), now.date(), now)
    begins = _moment(first, now)
    day = begins.day or now.date()
    start = _at(day, begins.clock or time(), now)
    if begins.midnight:
        start += timedelta(days=1)
    finish = _moment(last, now, month_of=day)
    end = _ending(finish, day, now)
    if end <= start and finish.day is None and begins.clock is not None:
        # 下午2点至5点 goes on in the afternoon, 22:00 至 06:00 into the next day.
        half_day = timedelta(hours=12)
        same_part = _LATER.search(first) is not None and end + half_day > start
        end += half_day if same_part else timedelta(days=1)
    return start, end


def _ending(moment: _Moment, day: date, now: datetime) -> datetime:
    """The end: of a whole day where no hour is given."""
    day = moment.day or day
    if moment.clock is None:
        return _at(day + timedelta(days=1), time(), now)
    return _at(day, moment.clock, now)


def _moment(words: str, now: datetime, month_of: date | None = None) -> _Moment:
    rest = words
    day = None
    if (found := _DATE.match(rest)) is not None:
        day = _day(found, now, month_of)
        # 今晚8点, 明晚8点
        keeps_evening = found["near"] in ("今晚", "明晚")
        rest = ("晚" if keeps_evening else "") + rest[found.end() :]
    if not rest or rest == "晚":
        if day is None:
            raise UnreadableTimeError("看不懂时间")
        return _Moment(day, None)
    clock = _TIME.fullmatch(rest)
    if clock is None:
        raise UnreadableTimeError(f"看不懂“{rest}”")
    hour, minute = int(clock["hour"]), int(clock["minute"] or clock["minutes"] or 0)
    if clock["half"]:
        minute = 30
    afternoon = _PARTS.get(clock["part"] or "", 0)
    if afternoon and hour < 12 and not (clock["part"] == "中午" and hour >= 10):
        hour += 12
    if hour == 24 and minute == 0:
        return _Moment(day, None, midnight=True)
    second = int(clock["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise UnreadableTimeError(f"没有“{rest}”这个时刻")
    return _Moment(day, time(hour, minute, second))


def _day(found: re.Match[str], now: datetime, month_of: date | None) -> date:
    today = now.date()
    if found["near"]:
        return today + timedelta(days=_DAYS[found["near"]])
    if found["week"]:
        return _weekday(found, today)
    base = month_of or today
    try:
        if found["only_day"]:
            day = base.replace(day=int(found["only_day"]))
        elif found["year"]:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        else:
            day = base.replace(month=int(found["month"]), day=int(found["day"]))
            if day < base:
                day = day.replace(year=day.year + 1)
    except ValueError:
        raise UnreadableTimeError(f"没有“{found[0]}”这一天") from None
    if found["only_day"] and day < base:
        raise UnreadableTimeError(f"“{found[0]}”已经过去，请写上月份")
    return day


def _weekday(found: re.Match[str], today: date) -> date:
    wanted = _WEEKDAYS.index(found["weekday"].replace("天", "日"))
    monday = today - timedelta(days=today.weekday())
    if found["week"].startswith("下"):
        return monday + timedelta(days=7 + wanted)
    return monday + timedelta(days=wanted)


def _length(found: re.Match[str]) -> timedelta:
    count = found["count"]
    number = int(count) if count.isdigit() else _NUMERALS[count]
    return timedelta(**{_UNITS[found["unit"]]: number})


def _at(day: date, clock: time, now: datetime) -> datetime:
    return datetime.combine(day, clock, now.tzinfo)
