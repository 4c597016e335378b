"""Events are seen once, judged in order, and acknowledged only after the commit."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine.door import Outcome
from data.ledger import Work, verify_chain
from tests.bot.engine.scene import BAD, GROUP, LI, WANG, scene
from tests.bot.engine.stage import Stage


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


async def test_event_delivered_twice_in_one_batch_is_taken_once(
    home: Path, migrated_file: Path
) -> None:
    async with scene(home, migrated_file) as stage:
        event = stage.platform.message(GROUP, LI, BAD)
        again = replace(event, received_at=stage.clock.now())
        futures = [await stage.engine.gate.offer(one) for one in (event, again, event)]
        outcomes = await asyncio.gather(*futures)
        await stage.settle()
        assert outcomes == [Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.DUPLICATE]
        assert len(await stage.cases(rule="content")) == 1


async def test_event_delivered_again_after_a_restart_changes_nothing(
    home: Path, migrated_file: Path
) -> None:
    async with scene(home, migrated_file) as stage:
        event = stage.platform.message(GROUP, LI, BAD)
        assert await stage.engine.gate.submit(event) is Outcome.ACCEPTED
        await stage.restart()
        before = len(stage.platform.log)
        assert await stage.engine.gate.submit(event) is Outcome.DUPLICATE
        await stage.settle()
        assert len(stage.platform.log) == before
        assert len(await stage.cases(rule="content")) == 1


async def test_events_are_judged_in_the_order_they_came(home: Path, migrated_file: Path) -> None:
    async with scene(home, migrated_file) as stage:
        events = [
            replace(stage.platform.message(GROUP, who, f"{BAD}{number}"), sequence=number)
            for number, who in enumerate([LI, WANG] * 20, start=1)
        ]
        futures = [await stage.engine.gate.offer(one) for one in events]
        await asyncio.gather(*futures)
        found = sorted(await stage.cases(rule="content"), key=lambda case: case.number)
        assert [case.message_id for case in found] == [one.message_id for one in events]
        assert stage.engine.services.register.watermarks[GROUP][0] == len(events)


async def test_event_that_cannot_be_written_takes_no_other_with_it(
    home: Path, migrated_file: Path
) -> None:
    async with scene(home, migrated_file) as stage:
        first, poison, last = (stage.platform.message(GROUP, LI, BAD) for _ in range(3))
        # Half a character: no database can write it down.
        poison = replace(poison, message_id="\ud800")
        futures = [await stage.engine.gate.offer(one) for one in (first, poison, last)]
        outcomes = await asyncio.gather(*futures, return_exceptions=True)
        assert outcomes[0] is Outcome.ACCEPTED
        assert isinstance(outcomes[1], Exception)
        assert outcomes[2] is Outcome.ACCEPTED
        await stage.settle()
        judged = {case.message_id for case in await stage.cases(rule="content")}
        assert judged == {first.message_id, last.message_id}


async def test_nothing_is_acknowledged_while_another_process_holds_the_database(
    home: Path, migrated_file: Path
) -> None:
    async with scene(home, migrated_file) as stage:
        other = sqlite3.connect(stage.database_file, isolation_level=None)
        other.execute("begin immediate")
        event = stage.platform.message(GROUP, LI, BAD)
        future = await stage.engine.gate.offer(event)
        await asyncio.sleep(0.3)
        assert not future.done()
        other.execute("rollback")
        other.close()
        assert await asyncio.wait_for(future, 5) is Outcome.ACCEPTED
        await stage.settle()
        assert event.message_id not in stage.platform.groups_[GROUP].messages


@pytest.mark.slow
async def test_database_held_for_long_is_waited_for(home: Path, migrated_file: Path) -> None:
    async with scene(home, migrated_file) as stage:
        other = sqlite3.connect(stage.database_file, isolation_level=None)
        other.execute("begin immediate")
        events = [stage.platform.message(GROUP, LI, BAD) for _ in range(3)]
        futures = [await stage.engine.gate.offer(one) for one in events]
        await asyncio.sleep(12)
        assert not any(one.done() for one in futures)
        other.execute("rollback")
        other.close()
        outcomes = await asyncio.wait_for(asyncio.gather(*futures), 15)
        assert outcomes == [Outcome.ACCEPTED] * 3
        await stage.settle()
        assert not stage.platform.groups_[GROUP].messages


async def test_full_disk_holds_everything_back_and_loses_nothing(
    home: Path, migrated_file: Path
) -> None:
    async with scene(home, migrated_file) as stage:
        await _limit_pages(stage, 1)
        events = [stage.platform.message(GROUP, LI, f"{BAD}{n}" + "长" * 200) for n in range(60)]
        futures = [await stage.engine.gate.offer(one) for one in events]
        await asyncio.sleep(0.3)
        assert not all(one.done() for one in futures)
        taken = sum(one.done() for one in futures)
        assert _count(stage, "violations") == taken
        await _limit_pages(stage, 1_000_000)
        outcomes = await asyncio.wait_for(asyncio.gather(*futures), 10)
        assert set(outcomes) == {Outcome.ACCEPTED}
        await stage.settle()
        assert len(await stage.cases(rule="content")) == len(events)
        async with stage.engine.services.database.reading() as connection:
            assert (await verify_chain(connection)).ok


async def _limit_pages(stage: Stage, pages: int) -> None:
    """What a full disk does, for whoever may not fill one: SQLite says SQLITE_FULL."""

    async def limit(work: Work) -> None:
        await work.connection.exec_driver_sql(f"pragma max_page_count = {pages}")

    await stage.engine.services.scribe.write(limit)


def _count(stage: Stage, what: str) -> int:
    return int(stage._ask(f"select count(*) from {what}")[0][0])
