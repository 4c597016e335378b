"""What policy makes of a finding: modes, repetitions, false hits, plans and the breaker."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.groups import Group, Role
from bot.domain.measures import MeasureKind
from data import plans
from tests.bot.engine.scene import (
    ADMINISTRATOR,
    BAD,
    GROUP,
    LI,
    OWNER,
    WANG,
    acts,
    of_kind,
    said,
    scene,
    states,
)
from tests.bot.engine.stage import Stage, account, bot_seat, group_key, person, seat, staged

LEAVER = account(208)
_REMINDER = "【群规提醒】"
_DAY = timedelta(hours=24, minutes=1)


async def _plans(stage: Stage) -> list[str]:
    async with stage.engine.services.database.reading() as connection:
        return [one.state.value for one in await plans.list_plans(connection)]


async def test_observing_records_what_would_have_been_done_and_does_nothing(
    tmp_path: Path, migrated_file: Path
) -> None:
    misnamed = seat(201, card="小明")
    async with scene(tmp_path, migrated_file, misnamed, departed=[208], mode="observe") as stage:
        message = await stage.posts(GROUP, WANG, BAD)
        assert not stage.platform.log
        assert message in stage.platform.groups_[GROUP].messages
        found = await stage.measures()
        assert {one.measure.kind for one in found} >= {MeasureKind.REMIND, MeasureKind.RECALL}
        assert set(states(found)) == {"withheld"}
        assert {one.state.value for one in await stage.cases()} == {"observed"}
        assert await _plans(stage) == []


async def test_reminding_speaks_and_touches_nobody(tmp_path: Path, migrated_file: Path) -> None:
    misnamed = seat(201, card="小明")
    async with scene(tmp_path, migrated_file, misnamed, departed=[208], mode="remind") as stage:
        message = await stage.posts(GROUP, WANG, BAD)
        assert len(said(stage, _REMINDER)) == 1
        assert not [one for one in stage.platform.log if one.kind is not MeasureKind.NOTIFY]
        assert message in stage.platform.groups_[GROUP].messages
        assert states(await of_kind(stage, MeasureKind.RECALL)) == ["withheld"]
        assert await _plans(stage) == []


async def test_one_group_may_be_observed_while_the_others_are_not(
    tmp_path: Path, migrated_file: Path
) -> None:
    calm = '\n[groups."qq:1000"]\nmode = "observe"\nrules = { content = "enforce" }\n'
    misnamed = seat(201, card="小明")
    async with scene(tmp_path, migrated_file, misnamed, append=calm) as stage:
        assert not said(stage, _REMINDER)
        await stage.posts(GROUP, WANG, BAD)
        assert len(acts(stage, MeasureKind.RECALL)) == 1


async def test_observed_case_is_taken_up_when_the_mode_is_raised(
    tmp_path: Path, migrated_file: Path
) -> None:
    misnamed = seat(201, card="小明")
    async with scene(tmp_path, migrated_file, misnamed, mode="observe") as stage:
        (before,) = await stage.cases()
        stage.environment["QUNGUI_MODE"] = "enforce"
        stage.clock.pass_(timedelta(minutes=11))
        await stage.restart()
        (after,) = await stage.cases()
        assert (before.number, before.state.value) == (after.number, "observed")
        assert after.state.value == "open"
        assert len(said(stage, _REMINDER)) == 1


async def test_person_is_reminded_again_only_after_the_interval(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, seat(201, card="小明")) as stage:
        await stage.elapse(timedelta(hours=23))
        assert len(said(stage, _REMINDER)) == 1
        await stage.elapse(timedelta(hours=1, minutes=15))
        assert len(said(stage, _REMINDER)) == 2
        assert len(await stage.cases()) == 1


async def test_wrong_card_becomes_a_proposal_only_when_it_is_due(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, seat(201, card="小明")) as stage:
        await stage.elapse(timedelta(days=6))
        assert await _plans(stage) == []
        await stage.elapse(timedelta(days=1, minutes=11))
        assert await _plans(stage) == ["waiting"]
        assert LI in stage.platform.groups_[GROUP].members


async def test_mended_card_closes_its_case(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file, seat(201, card="小明")) as stage:
        stage.platform.change(GROUP, LI, card=seat(201).card)
        await stage.elapse(timedelta(minutes=11))
        (case,) = await stage.cases()
        assert case.state.value == "closed"
        await stage.elapse(_DAY)
        assert len(said(stage, _REMINDER)) == 1


async def test_state_called_a_false_hit_is_not_found_again(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, seat(201, card="小明")) as stage:
        await stage.command(OWNER, "误报 W1")
        await stage.elapse(_DAY)
        await stage.restart()
        await stage.elapse(timedelta(minutes=11))
        assert [one.state.value for one in await stage.cases()] == ["dismissed"]
        assert len(said(stage, _REMINDER)) == 1


async def test_plan_nobody_answers_expires_and_is_put_again(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        assert await _plans(stage) == ["waiting"]
        await stage.elapse(_DAY)
        await stage.elapse(timedelta(minutes=11))
        assert await _plans(stage) == ["expired", "waiting"]
        await stage.command(OWNER, "批准 P1")
        assert LEAVER in stage.platform.groups_[GROUP].members
        await stage.command(OWNER, "批准 P2")
        assert LEAVER not in stage.platform.groups_[GROUP].members


async def test_plan_turned_down_is_not_put_again(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        await stage.command(OWNER, "驳回 P1 返聘")
        for _ in range(3):
            await stage.elapse(_DAY)
        await stage.restart()
        assert await _plans(stage) == ["rejected"]


async def test_more_than_three_need_two_different_people(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, departed=[205, 206, 207, 208]) as stage:
        await stage.command(OWNER, "批准 P1")
        await stage.command(OWNER, "批准 P1")
        assert not acts(stage, MeasureKind.REMOVE)
        await stage.command(ADMINISTRATOR, "批准 P1")
        assert len(acts(stage, MeasureKind.REMOVE)) == 4
        assert await _plans(stage) == ["done"]


async def test_rule_that_fails_sanctions_nobody_and_is_on_record(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:

        def fail(*_: object) -> None:
            raise RuntimeError("planted")

        (content,) = [
            rule for rule in stage.engine.services.catalogue.rules if rule.rule_id == "content"
        ]
        stage.engine.intake._judge._by_type.clear()
        broken = type("Broken", (), {"rule_id": content.rule_id, "judge": fail})()
        event = stage.platform.message(GROUP, LI, BAD)
        stage.engine.intake._judge._by_type[type(event)].append(broken)
        await stage.engine.gate.submit(event)
        await stage.settle()
        assert not stage.platform.log
        (link,) = stage._ask("select content from ledger where kind = 'skipped'")
        assert "RuntimeError" in link[0]


@pytest.mark.parametrize(
    ("groups", "hit", "trips"), [(20, 6, True), (20, 5, False), (19, 19, False)]
)
async def test_breaker_trips_when_many_groups_fall_at_once(
    tmp_path: Path, migrated_file: Path, groups: int, hit: int, trips: bool
) -> None:
    keys = [group_key(5000 + number) for number in range(groups)]
    seats = [bot_seat(), seat(100, Role.OWNER), *map(seat, range(201, 205))]
    listed = [(Group(key=key, name=f"群{key.id}"), seats) for key in keys]
    environment = {"QUNGUI_ADMINISTRATORS": "qq:400,qq:401"}
    async with staged(tmp_path, migrated_file, listed, environment=environment) as stage:
        stage.platform.private = {ADMINISTRATOR, account(401), OWNER}
        await stage.import_staff([person(one) for one in (100, *range(201, 205))])
        await stage.connect()
        for key in keys[:hit]:
            await stage.posts(key, LI, BAD)
        recalled = len(acts(stage, MeasureKind.RECALL))
        assert stage.engine.services.register.broken is trips
        await stage.posts(keys[0], WANG, BAD)
        assert len(acts(stage, MeasureKind.RECALL)) == recalled + (not trips)
        await stage.restart()
        assert stage.engine.services.register.broken is trips
