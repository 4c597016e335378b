"""What waits to be looked into is kept without content, settled once, and forgotten in time."""

from datetime import timedelta

from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey, Platform
from bot.domain.inspection import Uninspected
from data import inspections
from data.database import Database
from data.inspections import StoredInspection
from tests.data.samples import NOW

GROUP, OTHER = GroupKey(Platform.QQ, "1"), GroupKey(Platform.QQ, "2")


def waiting(number: int, group: GroupKey = GROUP, place: int = 0) -> StoredInspection:
    return StoredInspection(
        message=MessageKey(group, str(number)), place=place, form="file", reference="r",
        author=AccountKey(Platform.QQ, "5"), author_role=Role.MEMBER, posted_at=NOW, late=False,
        noted_at=NOW,
    )  # fmt: skip


async def test_what_waits_is_read_back_as_it_was_noted(database: Database) -> None:
    async with database.transaction(NOW) as work:
        assert await inspections.note(work, waiting(1))
        assert not await inspections.note(work, waiting(1))
        assert await inspections.note(work, waiting(2, OTHER))
        assert await inspections.note(work, waiting(3), Uninspected.CROWDED)

    async with database.reading() as connection:
        assert await inspections.waiting(connection) == [waiting(1), waiting(2, OTHER)]
        assert await inspections.count_waiting(connection, GROUP) == (2, 1)
        assert await inspections.still_waits(connection, waiting(1))
        assert not await inspections.still_waits(connection, waiting(3))


async def test_an_inspection_is_settled_once(database: Database) -> None:
    one = waiting(1)
    async with database.transaction(NOW) as work:
        await inspections.note(work, one)
        assert await inspections.settle(work, one.message, 0, None)
        assert not await inspections.settle(work, one.message, 0, Uninspected.LOCKED)
        assert not await inspections.settle(work, one.message, 1, None)


async def test_a_recall_ends_the_waiting_of_its_message_only(database: Database) -> None:
    async with database.transaction(NOW) as work:
        for one in (waiting(1), waiting(1, place=1), waiting(2)):
            await inspections.note(work, one)
        await inspections.settle(work, waiting(1).message, 1, None)
        assert await inspections.message_gone(work, waiting(1).message) == ["file"]
        assert await inspections.waiting(work.connection) == [waiting(2)]


async def test_old_notes_are_forgotten(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await inspections.note(work, waiting(1))
    async with database.transaction(NOW + timedelta(days=3)) as work:
        await inspections.note(work, waiting(2))
        assert await inspections.forget_before(work, NOW + timedelta(days=1)) == 1
        assert [one.message.id for one in await inspections.waiting(work.connection)] == ["2"]
