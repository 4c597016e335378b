"""Memory and database once told different stories, and people were sanctioned for it."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.errors import QunguiError, UnreachableError
from bot.domain.groups import Group, Member, Role
from bot.domain.identifiers import AccountKey
from bot.domain.measures import MeasureKind
from bot.domain.people import Staff
from bot.domain.violations import ViolationState
from data import switches, violations
from data.ledger import Work
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
MEMBERS = (100, 201, 202, 203, 204, 205, 206)
STAFF: list[Staff] = [person(one) for one in (*MEMBERS, 207)]


def a_group() -> list[tuple[Group, list[Member]]]:
    members = [bot_seat(), seat(100, Role.OWNER), *map(seat, MEMBERS[1:]), seat(207, card="小明")]
    return [(Group(key=GROUP, name="教务群"), members)]


async def test_a_case_another_process_closed_spoils_neither_its_batch_nor_itself(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.import_staff(STAFF)
        await stage.connect()
        # The switch that would tell of it is not looked at before the events come.
        async with stage.engine.services.database.transaction(stage.clock.now()) as work:
            await violations.move(work, 1, ViolationState.DISMISSED, "误报")
        stage.platform.change(GROUP, account(207), card=card_of(207))
        stage.clock.pass_(timedelta(seconds=1))
        posted = stage.platform.message(GROUP, account(201), "今晚网络赌博")
        judged = await stage.engine.gate.offer(posted)
        await stage.read(GROUP)
        await judged
        assert [one.number for one in await stage.cases()] == [1, 2]
        kinds = [one.measure.kind for one in await stage.measures()]
        # One message is one strike, however often it had to be written.
        assert MeasureKind.MUTE not in kinds
        assert kinds.count(MeasureKind.RECALL) == 1


async def test_memory_that_could_not_be_restored_is_restored_before_the_next_write(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.import_staff(STAFF)
        await stage.connect()
        scribe, register = stage.engine.services.scribe, stage.engine.services.register
        restore, failures = scribe.on_rollback, iter([UnreachableError("断开")])
        assert restore is not None

        async def restore_later() -> None:
            for failure in failures:
                raise failure
            await restore()

        async def spoil(_work: Work) -> None:
            strike(register.strikes, account(201), stage)
            raise OSError("断开")

        scribe.on_rollback = restore_later
        with pytest.raises(OSError, match="断开"):
            await scribe.write(spoil)
        assert register.strikes[account(201), None]
        await stage.posts(GROUP, account(201), "今晚网络赌博")
        assert MeasureKind.MUTE not in {one.measure.kind for one in await stage.measures()}


async def test_taking_up_decisions_hides_no_case_from_what_is_judged_meanwhile(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.import_staff(STAFF)
        await stage.connect()
        register, lost = stage.engine.services.register, 0
        taking_up = asyncio.ensure_future(stage.engine.services.reload())
        while not taking_up.done():
            await asyncio.sleep(0)
            lost += not register.by_number or not register.cases
        assert lost == 0


async def test_a_freeze_that_could_not_be_taken_up_at_once_is_not_forgotten(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.connect()
        engine = stage.engine
        async with engine.services.database.transaction(stage.clock.now()) as work:
            await switches.set(work, "frozen", "yes", "cli")
        engine.services.register.frozen = False
        engine.services.scribe.on_rollback, restore = None, engine.services.scribe.on_rollback
        clock, engine.services.scribe._clock = engine.services.scribe._clock, Broken()
        with suppress(QunguiError):
            await engine._watch.look()
        assert engine.services.register.frozen
        engine.services.register.frozen = False
        engine.services.scribe._clock, engine.services.scribe.on_rollback = clock, restore
        await engine._watch.look()
        assert engine.services.register.frozen


class Broken:
    """Stands for a database that is out of reach the moment a write begins."""

    def now(self) -> datetime:
        raise UnreachableError("断开")


def strike(
    strikes: dict[tuple[AccountKey, str | None], list[datetime]], who: AccountKey, stage: Stage
) -> None:
    strikes.setdefault((who, None), []).append(stage.clock.now())
