"""What the platform shows, or a person does, ends what was open."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.events import JoinRequested, MessageRecalled
from bot.domain.groups import Role
from bot.domain.measures import MeasureKind
from bot.engine import plan_decisions
from data import joins
from tests.bot.engine.model_platform import ActFault, ListFault
from tests.bot.engine.scene import (
    BAD,
    GROUP,
    LI,
    OWNER,
    acts,
    of_kind,
    said,
    scene,
    states,
)
from tests.bot.engine.stage import Stage, account, card_of, seat

LEAVER, NEWCOMER = account(208), account(555)


async def _happens(stage: Stage, event: object) -> None:
    await stage.engine.gate.submit(event)  # type: ignore[arg-type]  # any event
    await stage.settle()


async def _apply(stage: Stage, who: int, answer: str) -> JoinRequested:
    request = JoinRequested(
        **stage.platform._happening(),
        group=GROUP,
        account=account(who),
        answer=answer,
        request_id=stage.platform.next_id(),
    )
    stage.platform.joins[request.request_id] = request
    await _happens(stage, request)
    return request


async def test_recalled_message_closes_its_case(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await stage.posts(GROUP, LI, BAD)
        (case,) = await stage.cases()
        assert (case.state.value, case.closed_because) == ("closed", "原消息已撤回")


async def test_message_the_owner_recalls_ends_his_task(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.change(GROUP, account(1), role=Role.MEMBER)
        await stage.read(GROUP)
        message = await stage.posts(GROUP, LI, BAD)
        assert not acts(stage, MeasureKind.RECALL)
        (recall,) = await of_kind(stage, MeasureKind.RECALL)
        assert (recall.measure.rung.value, recall.state.value) == ("assisted", "intended")
        del stage.platform.groups_[GROUP].messages[message]
        await _happens(
            stage,
            MessageRecalled(
                **stage.platform._happening(),
                group=GROUP,
                message_id=message,
                author=LI,
                operator=OWNER,
            ),
        )
        assert states(await of_kind(stage, MeasureKind.RECALL)) == ["done"]
        assert [one.state.value for one in await stage.cases()] == ["closed"]


async def test_member_who_leaves_ends_what_was_open_against_him(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, seat(201, card="小明"), departed=[208]) as stage:
        await _happens(stage, stage.platform.leave(GROUP, LI))
        stage.platform.leave(GROUP, LEAVER)
        await stage.read(GROUP)
        assert {one.state.value for one in await stage.cases()} == {"closed"}
        await stage.command(OWNER, "批准 P1")
        assert not acts(stage, MeasureKind.REMOVE)


async def test_absence_from_an_incomplete_list_closes_nothing(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        for fault in (ListFault.PARTIAL, ListFault.EMPTY, ListFault.SHRUNKEN):
            stage.platform.list_fault = fault
            await stage.read(GROUP)
            assert [one.state.value for one in await stage.cases()] == ["waiting"]


async def test_applicant_the_roster_knows_is_let_in(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.leave(GROUP, LEAVER)
        await stage.read(GROUP)
        await _apply(stage, 208, card_of(208))
        assert LEAVER in stage.platform.groups_[GROUP].members
        assert states(await of_kind(stage, MeasureKind.APPROVE_JOIN)) == ["done"]
        assert not await stage.cases()


@pytest.mark.parametrize("fault", [ActFault.REFUSED, ActFault.OK_BUT_NOT_DONE])
async def test_applicant_the_platform_did_not_let_in_is_put_to_the_owner(
    tmp_path: Path, migrated_file: Path, fault: ActFault
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        stage.platform.leave(GROUP, LEAVER)
        await stage.read(GROUP)
        stage.platform.act_fault = fault
        await _apply(stage, 208, card_of(208))
        assert LEAVER not in stage.platform.groups_[GROUP].members
        (asked,) = said(stage, "J1", card_of(208))
        assert asked
        stage.platform.act_fault = ActFault.NONE
        await stage.command(OWNER, "批准 J1")
        assert LEAVER in stage.platform.groups_[GROUP].members


async def test_what_the_owner_granted_in_vain_waits_for_him_again(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await _apply(stage, 555, "请通过")
        stage.platform.act_fault = ActFault.REFUSED
        await stage.command(OWNER, "批准 J1")
        async with stage.engine.services.database.reading() as connection:
            assert [one.number for one in await joins.waiting(connection)] == [1]
        assert len(said(stage, "【入群申请 J1】")) == 2


async def test_stranger_is_held_and_let_in_by_the_owner_only(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await _apply(stage, 555, "请通过")
        assert NEWCOMER not in stage.platform.groups_[GROUP].members
        assert said(stage, "J1")
        await stage.command(LI, "批准 J1")
        assert not acts(stage, MeasureKind.APPROVE_JOIN)
        await stage.command(OWNER, "批准 J1")
        assert NEWCOMER in stage.platform.groups_[GROUP].members


async def test_request_that_a_person_answered_elsewhere_waits_no_more(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        request = await _apply(stage, 555, "请通过")
        del stage.platform.joins[request.request_id]
        await _happens(stage, stage.platform.arrive(GROUP, seat(555, card="新人")))
        async with stage.engine.services.database.reading() as connection:
            assert await joins.waiting(connection) == []
        (held,) = await stage.cases(rule="join")
        assert held.state.value == "closed"


async def test_removal_beyond_the_bot_becomes_the_owners_task_without_a_call(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        stage.platform.change(GROUP, account(1), role=Role.MEMBER)
        await stage.read(GROUP)
        await stage.command(OWNER, "批准 P1")
        assert not acts(stage, MeasureKind.REMOVE)
        assert said(stage, "W1", "请您在群里移出")
        removals = await of_kind(stage, MeasureKind.REMOVE)
        assert [(one.measure.rung.value, one.state.value) for one in removals] == [
            ("assisted", "intended")
        ]
        assert not said(stage, "P1", "执行完毕")
        await _happens(stage, stage.platform.leave(GROUP, LEAVER))
        assert states(await of_kind(stage, MeasureKind.REMOVE)) == ["done"]
        (report,) = said(stage, "P1", "执行完毕")
        assert "已移出并核实 1 人，未完成 0 人" in report.about


async def test_what_the_owner_says_he_did_counts_at_the_end_of_the_plan(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        stage.platform.change(GROUP, account(1), role=Role.MEMBER)
        await stage.read(GROUP)
        await stage.command(OWNER, "批准 P1")
        await stage.command(OWNER, "已处理 W1")
        await stage.tick()
        (report,) = said(stage, "P1", "执行完毕")
        assert "核实 1 人" in report.about


async def test_a_removal_nobody_did_in_a_day_ends_the_plan_without_it(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        stage.platform.change(GROUP, account(1), role=Role.MEMBER)
        await stage.read(GROUP)
        await stage.command(OWNER, "批准 P1")
        await stage.elapse(timedelta(hours=23))
        assert not said(stage, "P1", "执行完毕")
        await stage.elapse(timedelta(hours=2))
        (report,) = said(stage, "P1", "执行完毕")
        assert "未完成 1 人" in report.about
        assert states(await of_kind(stage, MeasureKind.REMOVE)) == ["expired"]


async def test_an_approval_of_another_process_waits_for_a_fresh_list(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        stage.clock.pass_(timedelta(hours=1))
        services = stage.engine.services
        await services.scribe.write(
            lambda work: plan_decisions.record_approval(work, 1, OWNER, services.register)
        )
        stage.platform.list_fault = ListFault.PARTIAL
        await stage.tick()
        assert not acts(stage, MeasureKind.REMOVE)
        stage.platform.list_fault = ListFault.NONE
        await stage.read(GROUP)
        await stage.tick()
        assert len(acts(stage, MeasureKind.REMOVE)) == 1


async def test_finished_plan_is_reported_with_what_was_verified(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[207, 208]) as stage:
        stage.platform.change(GROUP, LEAVER, role=Role.ADMIN)
        await stage.command(OWNER, "批准 P1")
        (report,) = said(stage, "P1", "执行完毕")
        assert "1 人" in report.about
        assert len(acts(stage, MeasureKind.REMOVE)) == 1


async def test_member_withheld_from_one_plan_may_be_proposed_again(
    tmp_path: Path, migrated_file: Path
) -> None:
    departed = [206, 207, 208]
    async with scene(
        tmp_path, migrated_file, departed=departed, removals_per_hour=2, removals_per_day=4
    ) as stage:
        await stage.command(OWNER, "批准 P1")
        assert len(acts(stage, MeasureKind.REMOVE)) == 2
        await stage.elapse(timedelta(hours=24, minutes=5))
        await stage.elapse(timedelta(minutes=11))
        await stage.command(OWNER, "批准 P2")
        assert len(acts(stage, MeasureKind.REMOVE)) == 3
        assert not {account(one) for one in departed} & set(stage.platform.groups_[GROUP].members)
