from dataclasses import replace

from bot.domain.identifiers import AccountKey, Platform
from bot.domain.people import Staff, StaffStatus
from bot.domain.roster_plan import RosterEntry
from data import staff, switches
from data.database import Database
from data.staff import RosterImport
from tests.data.samples import MEMBER, NOW, OTHER, OWNER

IMPORT = RosterImport(
    source="花名册.xlsx", sha256="ab" * 32, verdict="ok", complete=True, by="qq:10001",
    figures={"rows": 2},
)  # fmt: skip
ZHANG = Staff("2001", "张三", ("教务处", "信息中心"), accounts=(MEMBER,))
LI = Staff("2002", "李四", ("学生处",))


async def _apply(database: Database, *people: Staff) -> int:
    async with database.transaction(NOW) as work:
        return await staff.apply_roster(work, [RosterEntry(one) for one in people], IMPORT)


async def _bound(database: Database) -> dict[AccountKey, tuple[str, str]]:
    async with database.reading() as connection:
        return {one.account: (one.staff_id, one.how) for one in await staff.bindings(connection)}


async def test_roster_is_exactly_what_was_applied(database: Database) -> None:
    await _apply(database, ZHANG, LI)
    absent = RosterEntry(replace(LI, status=StaffStatus.DEPARTED), absent_since=NOW)
    async with database.transaction(NOW) as work:
        await staff.apply_roster(work, [absent], IMPORT)
    async with database.reading() as connection:
        assert await staff.load_staff(connection) == [absent]
    assert await _bound(database) == {}


async def test_roster_comes_back_indexed(database: Database) -> None:
    await _apply(database, ZHANG, LI)
    async with database.reading() as connection:
        roster = await staff.load_roster(connection)
    assert list(roster) == [ZHANG, LI]
    assert roster.bound_to(MEMBER) == ZHANG


async def test_large_roster_is_applied_whole(database: Database) -> None:
    people = [
        Staff(f"{number:05d}", f"姓名{number}", ("教务处",),
              accounts=(AccountKey(Platform.QQ, str(number)),))
        for number in range(1234)
    ]  # fmt: skip
    await _apply(database, *people)
    async with database.reading() as connection:
        assert [entry.staff for entry in await staff.load_staff(connection)] == people


async def test_proven_account_outweighs_the_roster(database: Database) -> None:
    await _apply(database, ZHANG, LI)
    async with database.transaction(NOW) as work:
        await staff.bind(work, OTHER, "2001", "code")
        await staff.bind(work, MEMBER, "2002", "card")
    await _apply(database, ZHANG, LI)
    assert await _bound(database) == {OTHER: ("2001", "code"), MEMBER: ("2002", "card")}
    async with database.reading() as connection:
        roster = await staff.load_roster(connection)
    person = roster.bound_to(MEMBER)
    assert person is not None
    assert person.staff_id == "2002"


async def test_account_that_left_the_roster_is_unbound(database: Database) -> None:
    await _apply(database, ZHANG)
    await _apply(database, replace(ZHANG, accounts=(OTHER,)))
    assert await _bound(database) == {OTHER: ("2001", "roster")}


async def test_account_of_somebody_who_came_back_is_that_of_the_new_row(
    database: Database,
) -> None:
    before = replace(ZHANG, staff_id="1001", status=StaffStatus.DEPARTED)
    await _apply(database, ZHANG, before)
    assert await _bound(database) == {MEMBER: ("2001", "roster")}
    await _apply(database, before, ZHANG)
    assert await _bound(database) == {MEMBER: ("2001", "roster")}


async def test_every_change_counts_the_revision_up(database: Database) -> None:
    await _apply(database, ZHANG)
    async with database.transaction(NOW) as work:
        await staff.bind(work, OTHER, "2002", "card")
        assert await staff.unbind(work, OTHER)
        assert not await staff.unbind(work, OWNER)
        assert [kind for kind, _, _ in work.links] == ["binding", "binding"]
    async with database.reading() as connection:
        assert (await switches.get_all(connection))[staff.REVISION] == "3"


async def test_import_that_was_held_changes_nothing_and_is_on_record(database: Database) -> None:
    first = await _apply(database, ZHANG)
    async with database.transaction(NOW) as work:
        held = replace(IMPORT, verdict="held", applied=True)
        second = await staff.record_import_attempt(work, held)
        assert [kind for kind, _, _ in work.links] == ["roster"]
    async with database.reading() as connection:
        newest, oldest = await staff.imports(connection)
        assert [entry.staff for entry in await staff.load_staff(connection)] == [ZHANG]
    assert oldest == replace(IMPORT, id=first, at=NOW, applied=True)
    assert newest == replace(IMPORT, id=second, at=NOW, verdict="held", applied=False)
