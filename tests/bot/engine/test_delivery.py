"""No message is said twice, and none is on record as said that was not."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.events import JoinRequested
from bot.domain.measures import MeasureKind
from tests.bot.engine.model_platform import ActFault, ListFault
from tests.bot.engine.scene import (
    GROUP,
    LI,
    MILD,
    OWNER,
    of_kind,
    said,
    scene,
    states,
)
from tests.bot.engine.stage import Stage, account

_AFTER = timedelta(seconds=11)


async def _told(stage: Stage) -> list[str]:
    return states(await of_kind(stage, MeasureKind.NOTIFY))


def _arrived(stage: Stage) -> int:
    return sum(one.applied for one in said(stage, "W1"))


async def test_message_that_arrived_without_an_answer_is_found_and_not_repeated(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.act_fault = ActFault.APPLIED_BUT_UNANSWERED
        await stage.posts(GROUP, LI, MILD)
        stage.platform.act_fault = ActFault.NONE
        await stage.elapse(_AFTER)
        assert _arrived(stage) == 1
        (notice,) = await of_kind(stage, MeasureKind.NOTIFY)
        assert notice.receipt is not None
        assert notice.receipt.how.value == "read_back"


async def test_message_that_did_not_arrive_is_said_once_more(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.act_fault = ActFault.LOST_AND_UNANSWERED
        await stage.posts(GROUP, LI, MILD)
        assert await _told(stage) == ["intended"]
        stage.platform.act_fault = ActFault.NONE
        await stage.elapse(_AFTER)
        assert _arrived(stage) == 1
        assert await _told(stage) == ["done"]


async def test_private_word_in_doubt_is_not_repeated(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.private.add(LI)
        stage.platform.act_fault = ActFault.APPLIED_BUT_UNANSWERED
        await stage.posts(GROUP, LI, MILD)
        stage.platform.act_fault = ActFault.NONE
        await stage.elapse(timedelta(hours=1))
        assert _arrived(stage) == 1
        assert await _told(stage) == ["unknown"]


async def test_task_in_doubt_is_put_to_the_group(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file, departed=[208], connect=False) as stage:
        stage.platform.act_fault = ActFault.LOST_AND_UNANSWERED
        await stage.connect()
        assert states(await of_kind(stage, MeasureKind.ASK)) == ["intended"]
        stage.platform.act_fault = ActFault.NONE
        await stage.elapse(_AFTER)
        (task,) = [one for one in said(stage, "P1") if one.applied]
        assert task.group == GROUP
        assert task.mentions == (OWNER,)
        assert states(await of_kind(stage, MeasureKind.ASK)) == ["done"]


async def test_busy_platform_is_tried_again_and_not_for_ever(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.act_fault = ActFault.BUSY
        await stage.posts(GROUP, LI, MILD)
        for _ in range(10):
            await stage.elapse(_AFTER)
        assert len(said(stage, "W1")) == 6
        assert await _told(stage) == ["failed"]


async def test_refused_message_stays_unsaid(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.act_fault = ActFault.REFUSED
        await stage.posts(GROUP, LI, MILD)
        await stage.elapse(_AFTER)
        assert len(said(stage, "W1")) == 1
        assert await _told(stage) == ["refused"]


async def test_look_that_fails_does_not_pass_for_nothing_found(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Frozen in the middle, cut before the look: what was said is looked for until it is known."""
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.act_fault = ActFault.APPLIED_BUT_UNANSWERED
        stage.platform.on_call = lambda _: setattr(stage.platform, "connected", False)
        await stage.posts(GROUP, LI, MILD)
        stage.platform.act_fault, stage.platform.on_call = ActFault.NONE, None
        stage.clock.pass_(_AFTER)
        await stage.connect()
        assert _arrived(stage) == 1
        assert await _told(stage) == ["done"]


@pytest.mark.parametrize("fault", [ActFault.NONE, ActFault.APPLIED_BUT_UNANSWERED])
async def test_restart_repeats_nothing(
    tmp_path: Path, migrated_file: Path, fault: ActFault
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.act_fault = fault
        await stage.posts(GROUP, LI, MILD)
        stage.platform.act_fault = ActFault.NONE
        await stage.restart()
        await stage.elapse(_AFTER)
        assert _arrived(stage) == 1


async def test_task_for_an_owner_not_known_yet_waits_for_the_reading(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, connect=False) as stage:
        stage.platform.list_fault = ListFault.FAILING
        stage.platform.act_fault = ActFault.NONE
        await stage.connect()
        await _apply(stage)
        assert not said(stage, "J1")
        stage.platform.list_fault = ListFault.NONE
        # In one and the same tick the task may come up before the reading that names the owner.
        await stage.elapse(_AFTER)
        await stage.elapse(_AFTER)
        assert len(said(stage, "J1")) == 1


async def _apply(stage: Stage) -> None:
    request = JoinRequested(
        **stage.platform._happening(),
        group=GROUP,
        account=account(555),
        answer="请通过",
        request_id=stage.platform.next_id(),
    )
    stage.platform.joins[request.request_id] = request
    await stage.engine.gate.submit(request)
    await stage.settle()
