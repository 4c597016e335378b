"""Times as people give them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.moments import day, since, until
from bot.domain.errors import BadInputError

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 4, 2, 30, tzinfo=UTC)
"""A Wednesday, 10:30 local."""


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type,misc]  # year, month, day, …


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2026-11-01", local(2026, 11, 1), local(2026, 11, 2)),
        ("2026年11月1日", local(2026, 11, 1), local(2026, 11, 2)),
        ("今天", local(2026, 11, 4), local(2026, 11, 5)),
        ("昨天", local(2026, 11, 3), local(2026, 11, 4)),
        ("本周", local(2026, 11, 2), local(2026, 11, 5)),
        ("上周", local(2026, 10, 26), local(2026, 11, 2)),
        ("上月", local(2026, 10, 1), local(2026, 11, 1)),
        ("2026-11-01T08:00", local(2026, 11, 1, 8), local(2026, 11, 1, 8)),
        ("2026-11-01T08:00:00Z", local(2026, 11, 1, 16), local(2026, 11, 1, 16)),
        ("7d", NOW - timedelta(days=7), NOW - timedelta(days=7)),
        ("90分钟", NOW - timedelta(minutes=90), NOW - timedelta(minutes=90)),
    ],
)
def test_a_time_is_a_first_moment_and_an_end(text: str, first: datetime, end: datetime) -> None:
    assert since(text, "--since", ZONE, NOW) == first
    assert until(text, "--until", ZONE, NOW) == end


@pytest.mark.parametrize(
    "text", ["", "foo", "99999d", "2026-02-30", "2026-11", "11:00", "0001-01-01"]
)
def test_what_is_no_time_is_refused_with_its_option(text: str) -> None:
    with pytest.raises(BadInputError, match="--since"):
        since(text, "--since", ZONE, NOW)


def test_a_week_is_not_a_day() -> None:
    with pytest.raises(BadInputError, match="--date"):
        day("本周", "--date", ZONE, NOW)


@given(st.text())
def test_any_text_is_a_time_or_refused(text: str) -> None:
    with suppress(BadInputError):
        assert since(text, "--since", ZONE, NOW).tzinfo is not None


@given(st.integers(0, 4_000_000_000))
def test_what_we_print_can_be_given_back(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, ZONE)
    assert since(moment.isoformat(), "--since", ZONE, NOW) == moment
