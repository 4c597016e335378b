"""What a reading of the members was taken for, and should not have been."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.groups import Group, Member, MemberList, Role
from bot.domain.identifiers import GroupKey
from bot.domain.measures import MeasureKind
from data import staff
from tests.bot.engine.model_platform import ModelPlatform
from tests.bot.engine.stage import account, bot_seat, group_key, person, seat, staged

MEMBERS = tuple(range(201, 213))


def a_group(number: int = 1000) -> tuple[Group, list[Member]]:
    key = group_key(number)
    members = [bot_seat(), seat(100, Role.OWNER), *map(seat, MEMBERS), seat(300, card="小明")]
    return Group(key=key, name=f"群{number}"), members


async def test_the_first_roster_of_a_running_service_trips_no_breaker(
    tmp_path: Path, migrated_file: Path
) -> None:
    groups = [a_group(1000 + one) for one in range(21)]
    async with staged(tmp_path, migrated_file, groups) as stage:
        await stage.connect()
        await stage.import_staff([person(one) for one in (100, *MEMBERS)])
        assert not stage.engine.services.register.broken
        kinds = {one.measure.kind for one in await stage.measures()}
        assert kinds == {MeasureKind.REMIND}


async def test_binding_one_account_judges_only_the_groups_it_concerns(
    tmp_path: Path, migrated_file: Path
) -> None:
    first, second = a_group(1000), (Group(key=group_key(2000), name="群2000"), [bot_seat()])
    async with staged(tmp_path, migrated_file, [first, second]) as stage:
        await stage.connect()
        await stage.import_staff([person(one) for one in (100, *MEMBERS)])
        judged: list[str] = []
        stage.engine.intake.after_commit(
            lambda handled: judged.extend(one.group.id for one in handled.accepted)
        )
        await stage.engine.services.scribe.write(
            lambda work: staff.bind(work, account(300), "T201", staff.BY_CODE)
        )
        await stage.settle()
        assert judged == ["1000"]


async def test_a_round_begins_where_somebody_waits_for_it(
    tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [
        (Group(key=group_key(2000 + one), name="群"), [bot_seat(), seat(100, Role.OWNER)])
        for one in range(20)
    ]
    async with staged(tmp_path, migrated_file, [*others, a_group(9000)]) as stage:
        await stage.connect()
        await stage.import_staff([person(one) for one in (100, *MEMBERS)])
        read: list[GroupKey] = []
        honest = ModelPlatform.members

        async def noted(platform: ModelPlatform, group: GroupKey) -> MemberList:
            read.append(group)
            return await honest(platform, group)

        monkeypatch.setattr(ModelPlatform, "members", noted)
        await stage.elapse(timedelta(minutes=11))
        assert len(read) == 21
        assert read[0] == group_key(9000)


async def test_an_old_list_is_read_again_right_before_the_removal(
    tmp_path: Path, migrated_file: Path
) -> None:
    """A round through thousands of groups may take longer than a list stays fresh."""
    async with staged(tmp_path, migrated_file, [a_group()]) as stage:
        leaver = MEMBERS[-1]
        await stage.connect()
        everybody = (100, 300, *MEMBERS)
        await stage.import_staff([person(one, departed=one == leaver) for one in everybody])
        stage.clock.pass_(timedelta(minutes=40))
        await stage.command(account(100), "批准 P1")
        assert account(leaver) not in stage.platform.groups_[group_key(1000)].members


async def test_what_is_asked_for_does_not_wait_for_a_round(
    tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, migrated_file, [a_group(1000 + one) for one in range(9)]) as stage:
        await stage.connect()
        honest, gate = ModelPlatform.members, asyncio.Event()
        asked = group_key(1008)

        async def slow(platform: ModelPlatform, group: GroupKey) -> MemberList:
            if group != asked:
                await gate.wait()
            return await honest(platform, group)

        monkeypatch.setattr(ModelPlatform, "members", slow)
        stage.clock.pass_(timedelta(minutes=11))
        known = stage.engine.services.register.groups
        found = [state.group for key, state in known.items() if key != asked]
        going_round = asyncio.create_task(stage.engine.readings.read_all(found))
        await asyncio.sleep(0)
        await asyncio.wait_for(stage.engine.readings.read(asked), 5)
        gate.set()
        await going_round
