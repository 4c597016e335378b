from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.identifiers import Platform
from data import events
from data.database import Database
from tests.data.samples import HOUR, NOW, STAFF, TEACHERS


async def test_event_is_seen_once_per_platform(database: Database) -> None:
    async with database.transaction(NOW) as work:
        assert await events.take_unseen(work, Platform.QQ, ["a", "b", "b"]) == {"a", "b"}
        assert await events.take_unseen(work, Platform.QQ, []) == set()
    async with database.transaction(NOW) as work:
        assert await events.take_unseen(work, Platform.QQ, ["a", "b", "c", "c"]) == {"c"}
        assert await events.take_unseen(work, Platform.WECOM, ["a"]) == {"a"}


async def test_event_of_a_batch_that_failed_is_still_unseen(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction(NOW) as work:
            await events.take_unseen(work, Platform.QQ, ["a"])
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        await fail()
    async with database.transaction(NOW) as work:
        assert await events.take_unseen(work, Platform.QQ, ["a"]) == {"a"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=8), max_size=40))
async def test_any_event_id_is_told_apart(database: Database, ids: list[str]) -> None:
    storable = [one for one in ids if _storable(one)]
    async with database.transaction(NOW) as work:
        await events.take_unseen(work, Platform.QQ, storable)
        assert await events.take_unseen(work, Platform.QQ, storable) == set()


def _storable(event_id: str) -> bool:
    """Platforms send neither NUL nor halves of surrogate pairs in their ids."""
    return "\0" not in event_id and event_id.isprintable()


async def test_old_events_are_forgotten(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await events.take_unseen(work, Platform.QQ, ["a"])
        assert await events.forget_before(work, NOW) == 0
        assert await events.forget_before(work, NOW + timedelta(hours=1)) == 1


async def test_counters_add_up_by_day_and_group(database: Database) -> None:
    for count in (2, 3):
        async with database.transaction(NOW) as work:
            await events.bump(
                work,
                {
                    ("2026-11-02", "qq", TEACHERS.id, "message"): count,
                    ("2026-11-02", "qq", STAFF.id, "message"): 1,
                    ("2026-11-01", "qq", TEACHERS.id, "message"): 9,
                },
            )
    async with database.transaction(NOW + HOUR) as work:
        await events.bump(work, {})
    async with database.reading() as connection:
        everything = await events.counters(connection, "2026-11-02", None)
        one = await events.counters(connection, "2026-11-02", [TEACHERS])
        none = await events.counters(connection, "2026-11-02", [])
    assert everything == {(TEACHERS, "message"): 5, (STAFF, "message"): 2}
    assert one == {(TEACHERS, "message"): 5}
    assert none == {}
