from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.events import MemberLeft, PrivatePosted
from bot.domain.identifiers import Platform
from data import events
from data.database import Database
from tests.data.samples import HOUR, MEMBER, NOW, OWNER, STAFF, TEACHERS


def _left(event_id: str, platform: Platform = Platform.QQ) -> MemberLeft:
    return MemberLeft(
        platform=platform,
        event_id=event_id,
        occurred_at=NOW,
        received_at=NOW,
        group=TEACHERS,
        account=MEMBER,
        removed=False,
    )


async def test_event_is_seen_once_per_platform(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await events.record_events(work, [_left("a"), _left("b")])
        await events.record_events(work, [])
    async with database.transaction(NOW) as work:
        assert await events.unseen(work, Platform.QQ, ["a", "b", "c", "c"]) == {"c"}
        assert await events.unseen(work, Platform.WECOM, ["a"]) == {"a"}
        assert await events.unseen(work, Platform.QQ, []) == set()


async def test_event_written_twice_breaks_the_transaction(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await events.record_events(work, [_left("a")])
    with pytest.raises(IntegrityError):
        async with database.transaction(NOW) as work:
            await events.record_events(work, [_left("b"), _left("a")])
    async with database.transaction(NOW) as work:
        assert await events.unseen(work, Platform.QQ, ["b"]) == {"b"}


async def test_event_outside_groups_is_noted_too(database: Database) -> None:
    event = PrivatePosted(
        platform=Platform.QQ,
        event_id="up",
        occurred_at=NOW,
        received_at=NOW,
        message_id="m1",
        author=OWNER,
        text="帮助",
    )
    async with database.transaction(NOW) as work:
        await events.record_events(work, [event])
        assert await events.unseen(work, Platform.QQ, ["up"]) == set()


async def test_old_events_are_forgotten(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await events.record_events(work, [_left("a")])
        assert await events.forget_before(work, NOW) == 0
        assert await events.forget_before(work, NOW + timedelta(microseconds=1)) == 1


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
