"""Suspected state secrets: what is said to whom and when, how a case ends, and what is kept."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import RefusedError
from bot.domain.first_aid import AidStep
from bot.domain.groups import Role
from bot.domain.measures import MeasureKind
from bot.engine import decisions
from bot.engine.first_aid import FirstAidClock
from data import duties, first_aid
from tests.bot.engine.scene import (
    ADMIN,
    ADMINISTRATOR,
    GRAVE,
    GROUP,
    LI,
    OWNER,
    SUPERVISOR,
    said,
    scene,
)
from tests.bot.engine.stage import Stage, account, seat

_HOUR = timedelta(hours=1)


async def _pass(stage: Stage, duration: timedelta) -> None:
    """Time passes, and the clock of first aid is looked at."""
    stage.clock.pass_(duration)
    services = stage.engine.services
    lane = stage.engine.intake._enforcement.first_aid
    await FirstAidClock(services.register, services.scribe, lane, services.reload).run(
        stage.clock.now()
    )
    await stage.settle()


def _told(stage: Stage, who: object, *parts: str) -> list[str]:
    return [one.about for one in said(stage, *parts) if one.about.startswith(f"{who}|")]


async def _aid(stage: Stage, number: int) -> first_aid.FirstAid:
    async with stage.engine.services.database.reading() as connection:
        found = await first_aid.get(connection, number)
    assert found is not None
    return found


async def test_suspected_secret_is_recalled_and_put_to_owner_and_supervisor_with_a_checklist(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        message = await stage.posts(GROUP, LI, GRAVE)
        assert message not in stage.platform.groups_[GROUP].messages
        (case,) = await stage.cases()
        (task,) = _told(stage, OWNER, "涉密应急")
        (alarm,) = _told(stage, SUPERVISOR, "涉密应急")
        for step in AidStep:
            assert step.instruction in task
            assert step.instruction in alarm
        assert not [one for one in said(stage) if "机密星" in one.about]
        assert not said(stage, "国家秘密", "《管理办法》")
        aid = await _aid(stage, case.number)
        assert set(aid.done) == {AidStep.RECALL}
        assert (case.state.value, case.excerpt) == ("waiting", None)


async def test_recall_or_a_report_of_the_owner_does_not_end_first_aid(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await stage.posts(GROUP, LI, GRAVE)
        register = stage.engine.services.register
        scribe = stage.engine.services.scribe
        with pytest.raises(RefusedError, match="疑似涉密"):
            await scribe.write(
                lambda work: decisions.settle_case(
                    work, 1, OWNER, false_hit=True, note="", register=register
                )
            )
        with pytest.raises(RefusedError, match="疑似涉密"):
            await scribe.write(lambda work: decisions.undo(work, 1, OWNER, register))
        assert [one.state.value for one in await stage.cases()] == ["waiting"]


async def test_clock_goes_from_owner_to_deputies_to_supervisors_and_survives_a_restart(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.private |= {ADMIN}
        await stage.posts(GROUP, LI, GRAVE)
        await _pass(stage, _HOUR)
        assert not said(stage, "尚未完成")
        await _pass(stage, _HOUR)
        assert len(_told(stage, OWNER, "尚未完成")) == 1
        await stage.restart()
        await _pass(stage, _HOUR)
        assert len(_told(stage, OWNER, "尚未完成")) == 1
        await _pass(stage, 5 * _HOUR)
        assert len(_told(stage, ADMIN, "尚未完成")) == 1
        await _pass(stage, 12 * _HOUR)
        assert len(_told(stage, SUPERVISOR, "尚未完成")) == 1
        await _pass(stage, 4 * _HOUR)
        assert (
            len(_told(stage, SUPERVISOR, "超时")) == len(_told(stage, ADMINISTRATOR, "超时")) == 1
        )
        await _pass(stage, 48 * _HOUR)
        assert len(_told(stage, SUPERVISOR, "超时")) == 1


async def test_stages_missed_while_the_service_was_down_are_said_once(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await stage.posts(GROUP, LI, GRAVE)
        await _pass(stage, 30 * _HOUR)
        assert not said(stage, "尚未完成", "涉密应急 W1")
        assert len(_told(stage, SUPERVISOR, "超时")) == 1


async def test_owner_who_posts_it_himself_is_not_the_one_who_handles_it(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, seat(100, Role.OWNER)) as stage:
        stage.platform.private |= {ADMIN}
        await stage.posts(GROUP, account(100), GRAVE)
        assert not _told(stage, OWNER, "涉密应急")
        assert _told(stage, ADMIN, "涉密应急")
        assert _told(stage, SUPERVISOR, "涉密应急")


async def test_case_closes_with_its_last_step_and_its_duty_with_it(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await stage.posts(GROUP, LI, GRAVE)
        await stage.command(OWNER, "处置 W1 1 通知删除 4")
        assert [one.state.value for one in await stage.cases()] == ["waiting"]
        await stage.command(OWNER, "处置 W1 5 6")
        (case,) = await stage.cases()
        assert case.state.value == "closed"
        assert case.closed_because == "涉密应急处置各步骤均已完成"
        async with stage.engine.services.database.reading() as connection:
            (duty,) = await duties.list_duties(connection)
        assert (duty.kind, duty.state) == ("first-aid:W1", "done")
        await _pass(stage, 30 * _HOUR)
        assert not said(stage, "超时")


async def test_supervisor_ends_it_and_nobody_else_does(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.private |= {LI}
        await stage.posts(GROUP, LI, GRAVE)
        for who in (OWNER, ADMINISTRATOR, LI):
            await stage.command(who, "处置 W1 误报")
        assert [one.state.value for one in await stage.cases()] == ["waiting"]
        await stage.command(SUPERVISOR, "处置 W1 误报")
        assert [one.state.value for one in await stage.cases()] == ["dismissed"]


async def test_form_names_place_time_and_person_and_leaves_the_rest_to_people(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await stage.posts(GROUP, LI, GRAVE)
        before = len(stage.platform.log)
        await stage.command(SUPERVISOR, "处置 W1 报告表")
        form = stage.platform.log[before].about
        for part in ("泄密事件报告表", "W1", "教务群", GROUP.id, LI.id, "2. 撤回", "＿＿"):
            assert part in form
        assert "机密星" not in form


async def test_command_that_holds_a_suspected_secret_is_not_carried_out_nor_repeated(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        for words in ("试 机密星在此", "驳回 P1 机密星", "已处理 W1 机密星"):
            before = len(stage.platform.log)
            await stage.command(OWNER, words, GROUP if "试" in words else None)
            (answer,) = stage.platform.log[before:]
            assert "疑似涉及国家秘密" in answer.about
            assert "机密星" not in answer.about
        assert await stage.cases() == []


async def test_secret_beside_a_word_of_another_category_still_gets_first_aid(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await stage.posts(GROUP, LI, "网络赌博 清仓甩卖 机密星在此")
        (case,) = await stage.cases()
        assert (case.category, case.excerpt) == ("secret", None)
        assert (await _aid(stage, case.number)).left


async def test_observing_says_and_does_nothing_and_copies_nothing(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, mode="observe") as stage:
        await stage.posts(GROUP, LI, GRAVE)
        assert not stage.platform.log
        assert [one.state.value for one in await stage.cases()] == ["observed"]
        assert not any(one.measure.kind is MeasureKind.ASK for one in await stage.measures())
