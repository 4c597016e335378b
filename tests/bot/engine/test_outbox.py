"""What is said, when, in which order, and what is never said."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.measures import MeasureKind
from bot.engine import decisions
from bot.engine.outbox import MOST_NAMES
from bot.engine.platform import Pace
from tests.bot.engine.scene import (
    ADMINISTRATOR,
    BAD,
    GRAVE,
    GROUP,
    LI,
    MILD,
    SECOND,
    WANG,
    of_kind,
    said,
    scene,
    states,
)
from tests.bot.engine.stage import seat

_REMINDER = "【群规提醒】"
_PAUSE = timedelta(seconds=3)
_QUIET: dict[str, Any] = {"start": '"11:00"', "end": '"13:00"'}


async def test_reminders_of_one_group_are_merged_twenty_at_a_time(
    tmp_path: Path, migrated_file: Path
) -> None:
    crowd = [seat(number, card="小明") for number in range(501, 546)]
    async with scene(tmp_path, migrated_file, *crowd) as stage:
        reminders = said(stage, _REMINDER)
        assert [len(one.mentions) for one in reminders] == [MOST_NAMES, MOST_NAMES, 5]
        everybody = [account for one in reminders for account in one.mentions]
        assert sorted(everybody) == sorted(one.account for one in crowd)


async def test_tasks_go_before_notices_and_notices_before_reminders(
    tmp_path: Path, migrated_file: Path
) -> None:
    misnamed = seat(201, card="小明")
    async with scene(tmp_path, migrated_file, misnamed, departed=[208]) as stage:
        stage.platform.log.clear()
        await stage.elapse(timedelta(hours=24, minutes=1))
        stage.platform.connected = False
        stage.platform.change(GROUP, WANG, card="小红")
        mild = stage.platform.message(GROUP, seat(203).account, MILD)
        await stage.engine.gate.submit(mild)
        await stage.settle()
        stage.platform.log.clear()
        await stage.connect()
        order = [one.about for one in said(stage)]
        notice = next(n for n, text in enumerate(order) if "未撤回" in text or "W" in text)
        reminder = next(n for n, text in enumerate(order) if _REMINDER in text)
        assert notice < reminder


async def test_message_that_waited_too_long_is_never_said(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.connected = False
        await stage.engine.gate.submit(stage.platform.message(GROUP, LI, MILD))
        await stage.settle()
        await stage.elapse(timedelta(hours=3))
        await stage.connect()
        assert not said(stage, "W1")
        assert states(await of_kind(stage, MeasureKind.NOTIFY)) == ["expired"]


async def test_nothing_is_said_while_frozen_and_it_is_said_afterwards(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        register, scribe = stage.engine.services.register, stage.engine.services.scribe
        await scribe.write(lambda work: decisions.freeze(work, ADMINISTRATOR, register))
        await stage.settle()
        await stage.posts(GROUP, LI, MILD)
        assert not stage.platform.log
        for one in (ADMINISTRATOR, SECOND):
            await scribe.write(lambda work, who=one: decisions.unfreeze(work, who, register))
        await stage.settle()
        assert len(said(stage, "W1")) == 1


async def test_quiet_hours_hold_back_everything_but_the_critical(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, seat(201, card="小明"), **_QUIET) as stage:
        assert not said(stage, _REMINDER)
        await stage.posts(GROUP, WANG, BAD)
        assert stage.platform.calls["recall"] == 1
        assert not said(stage, "W2")
        await stage.posts(GROUP, seat(203).account, GRAVE)
        assert said(stage, "W3")
        await stage.elapse(timedelta(hours=1, seconds=1))
        assert len(said(stage, _REMINDER)) == 1
        assert len(said(stage, "W2")) == 1


async def test_one_group_hears_no_two_messages_within_its_pause(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        none = timedelta()
        stage.platform.pace = Pace(none, none, _PAUSE, none)
        await stage.posts(GROUP, LI, MILD)
        await stage.posts(GROUP, WANG, MILD)
        assert len(said(stage)) == 1
        await stage.elapse(_PAUSE)
        assert len(said(stage)) == 2
        assert said(stage)[1].at - said(stage)[0].at >= _PAUSE


async def test_clock_put_back_does_not_silence_a_group(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        none = timedelta()
        stage.platform.pace = Pace(none, none, _PAUSE, none)
        await stage.posts(GROUP, LI, MILD)
        await stage.elapse(-timedelta(hours=2))
        await stage.posts(GROUP, WANG, MILD)
        assert len(said(stage)) == 2


async def test_reminder_is_not_said_when_the_card_was_mended_meanwhile(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, seat(201, card="小明"), **_QUIET) as stage:
        stage.platform.change(GROUP, LI, card=seat(201).card)
        await stage.read(GROUP)
        await stage.elapse(timedelta(hours=1, seconds=1))
        assert not said(stage, _REMINDER)
        assert states(await of_kind(stage, MeasureKind.REMIND)) == ["expired"]


@pytest.mark.parametrize("text", [MILD, BAD])
async def test_sender_in_private_is_told_there(
    tmp_path: Path, migrated_file: Path, text: str
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.private.add(LI)
        await stage.posts(GROUP, LI, text)
        (told,) = said(stage, "W1")
        assert told.group is None
        assert text not in told.about
