"""Stretches of time as people write them."""

from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chinese_times import UnreadableTimeError, read_span

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=ZONE)
"""A Wednesday."""


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


SPANS = [
    ("明天 08:00 至 18:00", "11-26 08:00", "11-26 18:00"),
    ("明天08：00到18：00", "11-26 08:00", "11-26 18:00"),
    ("明天 8点 至 后天 18点半", "11-26 08:00", "11-27 18:30"),
    ("今天 11:00-12:00", "11-25 11:00", "11-25 12:00"),
    ("现在 至 18:00", "11-25 10:30", "11-25 18:00"),
    ("即日起至12月1日", "11-25 10:30", "12-02 00:00"),
    ("即日起3天", "11-25 10:30", "11-28 10:30"),
    ("两小时内", "11-25 10:30", "11-25 12:30"),
    ("至 18:00", "11-25 10:30", "11-25 18:00"),
    ("18:00前", "11-25 10:30", "11-25 18:00"),
    ("明天", "11-26 00:00", "11-27 00:00"),
    ("今天", "11-25 10:30", "11-26 00:00"),
    ("12月1日至3日", "12-01 00:00", "12-04 00:00"),
    ("12月1日 08:00 至 12月3日 18:00", "12-01 08:00", "12-03 18:00"),
    ("2026-12-01 08:00 至 2026-12-01 18:00", "12-01 08:00", "12-01 18:00"),
    ("2026-12-01 08:00-18:00", "12-01 08:00", "12-01 18:00"),
    ("明天下午2点至5点", "11-26 14:00", "11-26 17:00"),
    ("今晚8点至10点", "11-25 20:00", "11-25 22:00"),
    ("今天 22:00 至 06:00", "11-25 22:00", "11-26 06:00"),
    ("周五 9:00 到 17:00", "11-27 09:00", "11-27 17:00"),
    ("下周一至下周五", "11-30 00:00", "12-05 00:00"),
    ("今天 08:00 至 24:00", "11-25 10:30", "11-26 00:00"),
]


@pytest.mark.parametrize(("words", "start", "end"), SPANS)
def test_span_is_read(words: str, start: str, end: str) -> None:
    assert read_span(words, NOW) == (at(start), at(end))


def test_seconds_may_be_given() -> None:
    _, end = read_span("现在 至 10:30:05", NOW)
    assert end == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", "没有写时间"),
        ("尽快", "看不懂"),
        ("明天 8:00", "到什么时候"),
        ("昨天", "看不懂"),
        ("今天 08:00 至 09:00", "已经过去"),
        ("2月30日", "没有“2月30日”这一天"),
        ("明天 25:00 至 26:00", "没有“25:00”"),
        ("明天至今天", "结束时间应在"),
        ("周一至周五至周日", "看不懂"),
    ],
)
def test_what_cannot_be_read_says_what_is_wrong(words: str, complaint: str) -> None:
    with pytest.raises(UnreadableTimeError, match=complaint):
        read_span(words, NOW)


@given(st.integers(0, 360 * 24 * 60), st.integers(1, 40 * 24 * 60))
def test_written_out_in_full_it_comes_back(ahead: int, minutes: int) -> None:
    start = NOW + timedelta(minutes=ahead)
    end = start + timedelta(minutes=minutes)
    words = f"{start:%Y-%m-%d %H:%M} 至 {end:%Y年%m月%d日 %H:%M}"
    assert read_span(words, NOW) == (max(start, NOW), end)


@given(st.text(alphabet="今明后天日月周一二下午点半至到-:：0123456789 起前年", max_size=20))
def test_any_words_are_read_or_refused(words: str) -> None:
    with suppress(UnreadableTimeError):
        start, end = read_span(words, NOW)
        assert NOW <= start < end
