"""What once was done, or said, that should not have been."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.domain.errors import HeldError
from bot.domain.groups import Group, Member, Role
from bot.domain.measures import MeasureKind, MeasureState, Rung
from bot.domain.people import Staff
from bot.domain.plans import PlanState
from bot.engine import decisions, plan_decisions
from data import plans, setting_changes, switches
from data.ledger import Work
from data.measures import StoredMeasure
from tests.bot.engine.model_platform import ActFault
from tests.bot.engine.stage import (
    Stage,
    account,
    bot_seat,
    card_of,
    group_key,
    person,
    seat,
    staged,
)

GROUP = group_key(1000)
OWNER = account(100)
MEMBERS = (100, 201, 202, 203, 204, 205, 206)


def a_group(*others: Member) -> list[tuple[Group, list[Member]]]:
    members = [bot_seat(), seat(100, Role.OWNER), *map(seat, MEMBERS[1:]), *others]
    return [(Group(key=GROUP, name="教务群"), members)]


def staff(*others: Staff) -> list[Staff]:
    known = {one.staff_id: one for one in (*map(person, MEMBERS), *others)}
    return list(known.values())


async def test_nothing_is_said_in_observe_mode(tmp_path: Path, migrated_file: Path) -> None:
    misnamed = a_group(seat(207, card="小明"))
    observe = {"QUNGUI_MODE": "observe"}
    async with staged(tmp_path, migrated_file, misnamed, environment=observe) as stage:
        await stage.import_staff(staff(person(207)))
        await stage.connect()
        await stage.posts(GROUP, account(201), "今晚网络赌博")
        assert stage.platform.log == []
        assert {one.state for one in await stage.measures()} == {MeasureState.WITHHELD}


async def test_a_plan_that_nothing_may_come_of_now_goes_on_waiting(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.import_staff(staff(person(206, departed=True)))
        await stage.connect()
        services, owner = stage.engine.services, account(100)
        register, write, texts = services.register, services.scribe.write, stage.settlement.texts
        await write(lambda work: decisions.freeze(work, owner, register))
        with pytest.raises(HeldError, match="已冻结"):
            await write(lambda work: plan_decisions.approve_plan(work, 1, owner, register, texts))
        assert await plan_state(stage, 1) is PlanState.WAITING

        for administrator in (account(400), account(401)):
            await write(partial(decisions.unfreeze, by=administrator, register=register))
        await stage.command(owner, "批准 P1")
        assert await plan_state(stage, 1) is PlanState.DONE


@pytest.mark.parametrize("command", ["误报 W1", "撤销 W1"])
async def test_what_a_person_called_off_is_not_done_when_the_line_is_back(
    tmp_path: Path, migrated_file: Path, command: str
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.import_staff(staff())
        await stage.connect()
        stage.platform.connected = False
        await stage.posts(GROUP, account(201), "今晚网络赌博")
        await call_off(stage, command)
        stage.platform.connected = True
        await asyncio.sleep(10 * stage.pauses.idle)
        await stage.settle()
        assert MeasureKind.RECALL not in {act.kind for act in stage.platform.log}
        (recall,) = [one for one in await stage.measures() if one.measure.message is not None]
        assert recall.state is MeasureState.EXPIRED


async def test_a_rule_put_back_to_observing_does_nothing_that_still_waits(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.import_staff(staff())
        await stage.connect()
        stage.platform.connected = False
        await stage.posts(GROUP, account(201), "今晚网络赌博")

        async def observe(work: Work) -> None:
            await setting_changes.change(work, "rules.content.mode", "observe", "test")
            await switches.bump_revision(work, decisions.REVISION)

        await stage.engine.services.scribe.write(observe)
        await stage.engine.services.reload()
        stage.platform.connected = True
        await asyncio.sleep(10 * stage.pauses.idle)
        await stage.settle()
        assert MeasureKind.RECALL not in {act.kind for act in stage.platform.log}


async def test_a_card_mended_since_the_last_reading_saves_its_member(
    tmp_path: Path, migrated_file: Path
) -> None:
    groups = a_group(seat(207, card="小明"), seat(208, card="小红"))
    async with staged(tmp_path, migrated_file, groups) as stage:
        await stage.import_staff(staff(person(207), person(208)))
        await stage.connect()
        await stage.elapse(timedelta(days=8))
        stage.platform.change(GROUP, account(207), card=card_of(207))
        await stage.command(account(100), "批准 P1")
        members = stage.platform.groups_[GROUP].members
        assert account(207) in members
        assert account(208) not in members


async def test_a_removal_whose_proof_was_cut_off_is_proven_later(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.import_staff(staff(person(206, departed=True)))
        await stage.connect()
        stage.platform.notices = False

        def cut(kind: MeasureKind) -> None:
            if kind is MeasureKind.REMOVE:
                asyncio.get_running_loop().call_soon(
                    lambda: setattr(stage.platform, "connected", False)
                )

        stage.platform.on_call = cut
        await stage.command(account(100), "批准 P1")
        await asyncio.sleep(0.1)
        assert removal_states(await stage.measures()) == [MeasureState.UNKNOWN]
        stage.platform.connected = True
        await stage.elapse(timedelta(minutes=1))
        assert removal_states(await stage.measures()) == [MeasureState.DONE]


async def test_a_recall_without_an_answer_is_tried_again_and_then_put_to_the_owner(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        stage.platform.private = {account(100)}
        await stage.import_staff(staff())
        await stage.connect()
        stage.platform.act_fault = ActFault.LOST_AND_UNANSWERED
        await stage.posts(GROUP, account(201), "今晚网络赌博")
        for _ in range(4):
            await stage.elapse(timedelta(minutes=1))
        (first, *_, last) = [one for one in await stage.measures() if one.measure.message]
        assert first.state is MeasureState.REFUSED
        assert last.measure.rung is Rung.ASSISTED
        calls = stage.platform.calls["recall"]
        await stage.elapse(timedelta(minutes=5))
        assert stage.platform.calls["recall"] == calls


async def test_a_mute_without_an_answer_is_not_repeated_once_it_is_over(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.import_staff(staff())
        await stage.connect()
        await stage.posts(GROUP, account(201), "今晚网络赌博")
        stage.platform.notices = False
        stage.platform.act_fault = ActFault.APPLIED_BUT_UNANSWERED
        await stage.posts(GROUP, account(201), "今晚网络赌博")
        stage.platform.act_fault = ActFault.NONE
        # Nobody could look for the result until the owner had lifted the mute.
        stage.platform.change(GROUP, account(201), muted_until=None)
        await stage.elapse(timedelta(minutes=1))
        await stage.elapse(timedelta(minutes=1))
        assert stage.platform.calls["mute"] == 1


def removal_states(found: list[StoredMeasure]) -> list[MeasureState]:
    return [one.state for one in found if one.measure.kind is MeasureKind.REMOVE]


async def call_off(stage: Stage, command: str) -> None:
    """What the command does, without the answer that needs the line."""
    services, owner = stage.engine.services, account(100)
    register = services.register
    if command.startswith("撤销"):
        await services.scribe.write(lambda work: decisions.undo(work, 1, owner, register))
    else:
        await services.scribe.write(
            lambda work: decisions.settle_case(
                work, 1, owner, false_hit=True, note="", register=register
            )
        )
    assert register.by_number == {}


async def plan_state(stage: Stage, number: int) -> PlanState | None:
    async with stage.engine.services.database.reading() as connection:
        plan = await plans.get(connection, number)
    return plan.state if plan else None
