"""An act is done when it is proven, and not because the platform said so."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.groups import Role
from bot.domain.measures import MeasureKind, ReceiptHow
from tests.bot.engine.model_platform import ActFault, ListFault
from tests.bot.engine.scene import (
    ADMINISTRATOR,
    BAD,
    GRAVE,
    GROUP,
    LI,
    OWNER,
    acts,
    of_kind,
    said,
    scene,
    states,
)
from tests.bot.engine.stage import PAUSES, Stage, account

LEAVER = account(208)
_LATER = timedelta(seconds=40)


async def _receipt(stage: Stage, kind: MeasureKind) -> ReceiptHow | None:
    (measure,) = await of_kind(stage, kind)
    return measure.receipt.how if measure.receipt else None


async def test_platforms_own_notice_proves_a_recall(tmp_path: Path, migrated_file: Path) -> None:
    patient = replace(PAUSES, notice=5.0)
    async with scene(tmp_path, migrated_file, pauses=patient) as stage:
        await stage.posts(GROUP, LI, BAD)
        assert await _receipt(stage, MeasureKind.RECALL) is ReceiptHow.PLATFORM_NOTICE


async def test_reading_back_proves_where_no_notice_comes(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        stage.platform.notices = False
        await stage.posts(GROUP, LI, BAD)
        await stage.command(OWNER, "批准 P1")
        assert await _receipt(stage, MeasureKind.RECALL) is ReceiptHow.READ_BACK
        assert await _receipt(stage, MeasureKind.REMOVE) is ReceiptHow.READ_BACK


async def test_claim_without_effect_is_no_receipt(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.act_fault = ActFault.OK_BUT_NOT_DONE
        message = await stage.posts(GROUP, LI, BAD)
        recall = (await of_kind(stage, MeasureKind.RECALL))[0]
        assert (recall.state.value, recall.receipt) == ("refused", None)
        (case,) = await stage.cases(rule="content")
        assert case.state.value == "waiting"
        assert [one for one in said(stage, "W1") if f"{OWNER}|" in one.about]
        assert message in stage.platform.groups_[GROUP].messages


@pytest.mark.parametrize("kind", [MeasureKind.RECALL, MeasureKind.REMOVE])
async def test_act_without_an_answer_is_unknown_until_it_is_seen(
    tmp_path: Path, migrated_file: Path, kind: MeasureKind
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        stage.platform.notices = False
        if kind is MeasureKind.RECALL:
            stage.platform.act_fault = ActFault.APPLIED_BUT_UNANSWERED
            await stage.posts(GROUP, LI, BAD)
        else:
            stage.platform.on_call = lambda one: setattr(
                stage.platform,
                "act_fault",
                ActFault.APPLIED_BUT_UNANSWERED if one is kind else ActFault.NONE,
            )
            await stage.command(OWNER, "批准 P1")
        assert states(await of_kind(stage, kind)) == ["unknown"]
        stage.platform.act_fault, stage.platform.on_call = ActFault.NONE, None
        await stage.elapse(_LATER)
        assert states(await of_kind(stage, kind)) == ["done"]
        assert len(acts(stage, kind)) == 1


async def test_busy_platform_is_waited_for(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.act_fault = ActFault.BUSY
        message = await stage.posts(GROUP, LI, BAD)
        stage.platform.act_fault = ActFault.NONE
        await stage.elapse(timedelta(seconds=10))
        assert message not in stage.platform.groups_[GROUP].messages
        assert states(await of_kind(stage, MeasureKind.RECALL)) == ["done"]


async def test_member_made_admin_after_the_approval_stays(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        stage.platform.change(GROUP, LEAVER, role=Role.ADMIN)
        await stage.command(OWNER, "批准 P1")
        assert LEAVER in stage.platform.groups_[GROUP].members
        assert not acts(stage, MeasureKind.REMOVE)
        assert states(await of_kind(stage, MeasureKind.REMOVE)) == ["withheld"]


async def test_plan_that_cannot_be_carried_out_now_goes_on_waiting(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        stage.platform.list_fault = ListFault.PARTIAL
        await stage.read(GROUP)
        await stage.command(OWNER, "批准 P1")
        assert said(stage, "P1", "暂不能执行")
        assert not await of_kind(stage, MeasureKind.REMOVE)
        stage.platform.list_fault = ListFault.NONE
        await stage.read(GROUP)
        await stage.command(OWNER, "批准 P1")
        assert LEAVER not in stage.platform.groups_[GROUP].members
        assert said(stage, "P1", "执行完毕")


async def test_list_that_suddenly_shrank_removes_nobody_until_a_later_one_agrees(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[201]) as stage:
        stage.platform.list_fault = ListFault.SHRUNKEN
        await stage.read(GROUP)
        await stage.command(OWNER, "批准 P1")
        assert not acts(stage, MeasureKind.REMOVE)
        await stage.elapse(timedelta(minutes=11))
        await stage.command(OWNER, "批准 P1")
        assert len(acts(stage, MeasureKind.REMOVE)) == 1


async def test_person_the_case_is_closed_for_is_not_removed(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        (case,) = await stage.cases(rule="membership")
        await stage.command(OWNER, f"误报 W{case.number}")
        await stage.command(ADMINISTRATOR, "批准 P1")
        assert LEAVER in stage.platform.groups_[GROUP].members


async def test_second_grave_message_mutes_and_the_author_learns_it_when_it_is_true(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await stage.posts(GROUP, LI, BAD)
        assert not acts(stage, MeasureKind.MUTE)
        stage.platform.on_call = lambda one: setattr(
            stage.platform,
            "act_fault",
            ActFault.REFUSED if one is MeasureKind.MUTE else ActFault.NONE,
        )
        await stage.posts(GROUP, LI, BAD)
        assert states(await of_kind(stage, MeasureKind.MUTE)) == ["refused"]
        assert not said(stage, "已按规定禁言")
        stage.platform.on_call, stage.platform.act_fault = None, ActFault.NONE
        await stage.posts(GROUP, LI, GRAVE)
        assert states(await of_kind(stage, MeasureKind.MUTE)) == ["refused", "done"]
        assert len(said(stage, "已按规定禁言")) == 1


async def test_recalls_in_one_group_stop_at_the_cap_but_for_the_critical(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, recalls_per_group_per_hour=2) as stage:
        for number in range(201, 205):
            await stage.posts(GROUP, account(number), BAD)
        assert len(acts(stage, MeasureKind.RECALL)) == 2
        await stage.posts(GROUP, account(205), GRAVE)
        assert len(acts(stage, MeasureKind.RECALL)) == 3
        await stage.elapse(timedelta(hours=1, seconds=1))
        await stage.posts(GROUP, account(206), BAD)
        assert len(acts(stage, MeasureKind.RECALL)) == 4


async def test_message_that_overtakes_the_greeting_of_its_connection_is_recalled(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, connect=False) as stage:
        posted = stage.platform.message(GROUP, LI, BAD)
        await stage.engine.gate.submit(posted)
        await stage.connect()
        assert posted.message_id not in stage.platform.groups_[GROUP].messages
        assert states(await of_kind(stage, MeasureKind.RECALL)) == ["done"]
