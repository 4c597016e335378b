"""Where a day is played: fresh, apart from everything real, and by day."""

import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.cli.demo.cast import Cast, draw_cast
from bot.cli.demo.premises import daytime, prepare
from bot.domain.measures import Mode
from config.departments import load_departments
from config.policy import load_policy
from config.settings import load_settings
from data.lock import only_one


@pytest.fixture(scope="module")
def cast() -> Cast:
    return draw_cast(1)


def _aged(folder: Path) -> Path:
    folder.mkdir()
    (folder / "journal.jsonl").write_text("{}")
    long_ago = datetime.now(UTC).timestamp() - 3600
    os.utime(folder, (long_ago, long_ago))
    return folder


def test_folders_of_ended_days_go_and_those_in_use_or_just_made_stay(
    tmp_path: Path, cast: Cast
) -> None:
    ended, used = _aged(tmp_path / "day-1-ended"), _aged(tmp_path / "day-1-used")
    with only_one(used):
        long_ago = datetime.now(UTC).timestamp() - 3600
        os.utime(used, (long_ago, long_ago))
        first = prepare(tmp_path, 1, cast).folder
        second = prepare(tmp_path, 1, cast).folder
    assert not ended.exists()
    assert (used / "journal.jsonl").exists()
    assert first.exists()
    assert second.exists()
    assert first != second


def test_nothing_of_a_real_installation_reaches_the_service(
    tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", "the real one")
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN_FILE", "/real/token")
    monkeypatch.setenv("QUNGUI_DATABASE_URL", "postgresql://real/db")
    premises = prepare(tmp_path, 1, cast)
    environment = premises.environment(cast)
    assert "QUNGUI_DATABASE_URL" not in environment
    assert "ONEBOT_ACCESS_TOKEN_FILE" not in environment
    assert environment["ONEBOT_ACCESS_TOKEN"] == premises.token != "the real one"
    settings = load_settings(environment, premises.folder)
    assert settings.host == "127.0.0.1"
    assert settings.home.is_relative_to(tmp_path)
    assert settings.database_url == premises.database_url
    assert settings.mode is Mode.ENFORCE


def test_the_configuration_is_whole_and_knows_the_departments_of_the_college(
    tmp_path: Path, cast: Cast
) -> None:
    premises = prepare(tmp_path, 1, cast)
    departments = load_departments(premises.config)
    known = departments.including([one.name for one in cast.college.departments])
    assert known.canonical("信工学院") == "信息工程学院"


def test_the_report_falls_due_at_this_very_minute(tmp_path: Path, cast: Cast) -> None:
    premises = prepare(tmp_path, 1, cast)
    before = datetime.now(premises.zone)
    premises.report_now()
    times = load_policy(premises.config, mode=Mode.ENFORCE, zone=premises.zone).digest
    assert times.spread == timedelta()
    assert times.at in (
        before.time().replace(second=0, microsecond=0),
        datetime.now(premises.zone).time().replace(second=0, microsecond=0),
    )


@pytest.mark.parametrize("hour", range(24))
def test_it_is_morning_whenever_the_day_is_played(hour: int) -> None:
    now = datetime(2026, 11, 22, hour, 30, tzinfo=UTC)
    assert now.astimezone(daytime(now)).time() == time(10, 30)
