"""When a report is due, and whose."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.policy import DigestTimes
from plugins.digest.rules import due_day, look_until, offset, recipients

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = DigestTimes(at=time(18, 0), spread=timedelta(minutes=20), zone=SHANGHAI)
accounts = st.integers(1, 10**10).map(lambda one: AccountKey(Platform.QQ, str(one)))


@given(accounts, st.times(), st.integers(0, 3 * 3600))
def test_a_report_goes_out_within_the_spread_and_on_its_own_day(
    account: AccountKey, at: time, spread: int
) -> None:
    at = at.replace(second=0, microsecond=0)
    times = DigestTimes(at=at, spread=timedelta(seconds=spread), zone=SHANGHAI)
    late = offset(account, times)
    assert timedelta(0) <= late <= timedelta(seconds=spread)
    assert offset(account, times) == late
    day = date(2026, 11, 2)
    moment = datetime.combine(day, at, SHANGHAI) + late
    assert moment.date() == day
    assert due_day(account, times, moment.astimezone(UTC)) == day
    assert due_day(account, times, moment.astimezone(UTC) - timedelta(seconds=1)) != day


def test_reports_are_spread() -> None:
    found = {offset(AccountKey(Platform.QQ, str(one)), EVENING) for one in range(200)}
    assert len(found) > 100


ZONES = ("America/New_York", "Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe")


@given(accounts, st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.sampled_from(ZONES), st.times())
def test_every_local_day_has_its_moment_even_where_an_hour_is_left_out(
    account: AccountKey, day: date, zone: str, at: time
) -> None:
    at = at.replace(second=0, microsecond=0)
    times = DigestTimes(at=at, spread=timedelta(minutes=20), zone=ZoneInfo(zone))
    end = datetime.combine(day, time(23, 59, 30), times.zone)
    assert due_day(account, times, end.astimezone(UTC)) == day


def test_the_look_is_owed_until_noon_of_the_next_day() -> None:
    assert look_until(date(2026, 11, 2), EVENING) == datetime(2026, 11, 3, 4, 0, tzinfo=UTC)


A, B, C = (AccountKey(Platform.QQ, one) for one in "123")
D = AccountKey(Platform.DINGTALK, "x")
G, H = GroupKey(Platform.QQ, "1"), GroupKey(Platform.DINGTALK, "2")


@pytest.mark.parametrize(
    ("owners", "supervisors", "persons", "expected"),
    [
        ([(G, A), (H, D)], [], {A: "T1", D: "T1"}, [(D, (H, G), False)]),
        ([(G, A), (H, D)], [], {A: "T1"}, [(D, (H,), False), (A, (G,), False)]),
        ([(G, A)], [A], {}, [(A, (G,), True)]),
        ([(G, A)], [B], {}, [(A, (G,), False), (B, (), True)]),
        ([(G, C)], [B], {B: "T1", C: "T1"}, [(B, (G,), True)]),
        ([], [], {}, []),
    ],
)
def test_a_person_gets_one_report_for_everything(
    owners: list[tuple[GroupKey, AccountKey]],
    supervisors: list[AccountKey],
    persons: dict[AccountKey, str],
    expected: list[tuple[AccountKey, tuple[GroupKey, ...], bool]],
) -> None:
    found = recipients(owners, supervisors, persons)
    assert [(one.account, one.groups, one.supervises) for one in found] == expected
