import pytest

from bot.domain.errors import RefusedError
from data import digests, duties
from data.database import Database
from tests.data.samples import HOUR, MEMBER, NOW, OWNER, STAFF, TEACHERS

DAY = "2026-11-02"


async def test_owner_gets_one_report_a_day(database: Database) -> None:
    async with database.transaction(NOW) as work:
        assert await digests.add(work, OWNER, DAY, "今日无异常", {"messages": 3})
        assert not await digests.add(work, OWNER, DAY, "另一份", {})
        assert await digests.add(work, MEMBER, DAY, "另一人", {})
        assert [kind for kind, _, _ in work.links] == ["digest", "digest"]
    async with database.reading() as connection:
        stored = await digests.get(connection, OWNER, DAY)
        assert await digests.get(connection, OWNER, "2026-11-03") is None
    assert stored == digests.StoredDigest(
        owner=OWNER, day=DAY, text="今日无异常", figures={"messages": 3},
        composed_at=NOW, measure=None, read_at=None,
    )  # fmt: skip


async def test_report_is_read_once(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await digests.add(work, OWNER, DAY, "一", {})
        await digests.add(work, OWNER, "2026-11-01", "二", {})
        await digests.mark_sent(work, OWNER, DAY, 17)
    async with database.transaction(NOW + HOUR) as work:
        assert await digests.mark_read(work, OWNER, DAY)
        assert not await digests.mark_read(work, OWNER, DAY)
        assert not await digests.mark_read(work, MEMBER, DAY)
        assert len(work.links) == 1
    async with database.reading() as connection:
        stored = await digests.get(connection, OWNER, DAY)
        unread = await digests.unread(connection, OWNER)
        assert await digests.unread(connection, OWNER, since=DAY) == []
        assert await digests.unread(connection, MEMBER) == []
    assert stored is not None
    assert (stored.measure, stored.read_at) == (17, NOW + HOUR)
    assert [one.day for one in unread] == ["2026-11-01"]


async def _open(database: Database, day: str = DAY) -> int:
    async with database.transaction(NOW) as work:
        return await duties.open_duty(
            work, "daily_look", OWNER, [STAFF, TEACHERS], day=day, due_at=NOW + HOUR
        )


async def test_duty_of_a_day_is_owed_once(database: Database) -> None:
    number = await _open(database)
    assert await _open(database) == number
    assert await _open(database, "2026-11-03") != number
    async with database.reading() as connection:
        first, _ = await duties.list_duties(connection, owner=OWNER, state="open")
        assert await duties.list_duties(connection, owner=MEMBER) == []
    assert (first.groups, first.due_at) == ((TEACHERS, STAFF), NOW + HOUR)


async def test_duty_ends_only_with_proof_and_once(database: Database) -> None:
    number = await _open(database)
    with pytest.raises(ValueError, match="proof"):
        async with database.transaction(NOW) as work:
            await duties.finish_duty(work, number, "")
    async with database.transaction(NOW) as work:
        await duties.finish_duty(work, number, "已阅")
    with pytest.raises(RefusedError, match=f"D{number}"):
        async with database.transaction(NOW) as work:
            await duties.finish_duty(work, number, "再次")


async def test_duty_not_done_in_time_is_overdue_and_may_still_be_done(
    database: Database,
) -> None:
    number = await _open(database)
    async with database.reading() as connection:
        assert await duties.overdue(connection, NOW) == []
    async with database.transaction(NOW + HOUR) as work:
        assert [duty.number for duty in await duties.mark_overdue(work)] == [number]
        assert await duties.mark_overdue(work) == []
        assert len(work.links) == 1
    async with database.reading() as connection:
        [late] = await duties.overdue(connection, NOW + HOUR)
    assert (late.number, late.state) == (number, "overdue")
    async with database.transaction(NOW + 2 * HOUR) as work:
        await duties.finish_duty(work, number, "已阅")
    async with database.reading() as connection:
        [done] = await duties.list_duties(connection, state="done")
        assert await duties.overdue(connection, NOW + 3 * HOUR) == []
    assert (done.proof, done.done_at) == ("已阅", NOW + 2 * HOUR)
