from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import MembersRead
from bot.domain.groups import Group, Member, MemberList, Role
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from data import groups
from data.database import Database
from data.ledger import Work
from data.member_packing import pack, unpack
from tests.data.samples import HOUR, MEMBER, NOW, OWNER, STAFF, TEACHERS


def _reading(*members: Member, name: str = "教师群", complete: bool = True) -> MembersRead:
    return MembersRead(
        platform=Platform.QQ,
        event_id="r1",
        occurred_at=NOW,
        received_at=NOW,
        group=TEACHERS,
        about=Group(key=TEACHERS, name=name, member_count=len(members)),
        member_list=MemberList(
            members=members, declared_count=len(members), complete=complete, read_at=NOW
        ),
    )


async def _save(work: Work, event: MembersRead) -> None:
    await groups.save_reading(work, event, Role.ADMIN, OWNER, len(event.member_list.members))


async def _one(database: Database) -> groups.StoredGroup:
    async with database.reading() as connection:
        [stored] = await groups.load_groups(connection)
    return stored


TWO = (
    Member(account=OWNER, card="教务处-王五", role=Role.OWNER, joined_at=NOW),
    Member(account=MEMBER, card="张三", role=Role.MEMBER, muted_until=NOW + HOUR, is_bot=True),
)


async def test_reading_comes_back_whole(database: Database) -> None:
    event = _reading(*TWO)
    async with database.transaction(NOW) as work:
        await _save(work, event)
    stored = await _one(database)
    assert (stored.group, stored.reading) == (event.about, event.member_list)
    assert (stored.owner, stored.bot_role, stored.last_good_count) == (OWNER, Role.ADMIN, 2)


async def test_newer_reading_replaces_the_one_before(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await _save(work, _reading(*TWO))
        await _save(work, _reading(TWO[0], name="教职工群", complete=False))
    stored = await _one(database)
    assert stored.group.name == "教职工群"
    assert stored.reading is not None
    assert (stored.reading.members, stored.reading.complete) == (TWO[:1], False)


async def test_listed_group_keeps_what_was_read(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await _save(work, _reading(*TWO))
        await groups.deactivate(work, TEACHERS)
        await groups.save_group(work, Group(key=TEACHERS, name="新名"))
    stored = await _one(database)
    assert (stored.group.name, stored.active, stored.owner) == ("新名", True, OWNER)
    assert (stored.bot_role, stored.last_good_count) == (Role.ADMIN, 2)
    assert stored.reading is not None


async def test_group_never_read_has_no_members(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await groups.save_group(work, Group(key=TEACHERS, name="教师群"))
    stored = await _one(database)
    assert (stored.reading, stored.bot_role) == (None, Role.UNKNOWN)


async def test_group_that_is_gone_is_recorded_once(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await groups.save_group(work, Group(key=TEACHERS, name="教师群"))
        await groups.deactivate(work, TEACHERS)
        await groups.deactivate(work, TEACHERS)
        assert [kind for kind, _, _ in work.links] == ["group"]
    assert not (await _one(database)).active


async def test_group_is_found_by_id_or_exact_name(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await groups.save_group(work, Group(key=TEACHERS, name="教师群"))
        await groups.save_group(work, Group(key=STAFF, name="教师"))
        await groups.rename(work, STAFF, "教师群")
    async with database.reading() as connection:
        assert len(await groups.find_groups(connection, "教师群")) == 2
        assert len(await groups.find_groups(connection, STAFF.id)) == 1
        assert await groups.find_groups(connection, "教师") == []


async def test_watermark_never_sinks(database: Database) -> None:
    far = 2**40
    for sequence, at in ((far, NOW), (7, NOW + HOUR), (far + 1, NOW + 2 * HOUR)):
        async with database.transaction(NOW) as work:
            await groups.save_watermarks(work, {TEACHERS: (sequence, at)})
        if sequence == 7:
            async with database.reading() as connection:
                assert await groups.load_watermarks(connection) == {TEACHERS: (far, NOW)}
    async with database.reading() as connection:
        marks = await groups.load_watermarks(connection)
    assert marks == {TEACHERS: (far + 1, NOW + 2 * HOUR)}


async def test_gap_is_found_by_its_end_and_recorded(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await groups.add_gap(work, TEACHERS, NOW - HOUR, NOW, 12)
        await groups.add_gap(work, STAFF, None, NOW + HOUR, None)
        assert [kind for kind, _, _ in work.links] == ["gap", "gap"]
    async with database.reading() as connection:
        ended = await groups.gaps(connection, NOW, NOW + HOUR, None)
        here = await groups.gaps(connection, NOW, NOW + 2 * HOUR, [STAFF])
    assert ended == [groups.Gap(group=TEACHERS, since=NOW - HOUR, until=NOW, missing=12)]
    assert here == [groups.Gap(group=STAFF, since=None, until=NOW + HOUR, missing=None)]


async def test_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="time zone"):
        async with database.transaction(NOW) as work:
            await groups.save_watermarks(work, {TEACHERS: (1, NOW.replace(tzinfo=None))})


async def test_moment_of_another_zone_comes_back_as_the_same_utc(database: Database) -> None:
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    async with database.transaction(NOW) as work:
        await groups.save_watermarks(work, {TEACHERS: (1, shanghai)})
    async with database.reading() as connection:
        _, at = (await groups.load_watermarks(connection))[TEACHERS]
    assert at == NOW
    assert at.tzinfo is UTC


EPOCH = datetime.fromtimestamp(0, UTC).replace(tzinfo=None)
MOMENTS = st.none() | st.datetimes(
    min_value=EPOCH, max_value=EPOCH.replace(year=2200), timezones=st.just(UTC)
)
MEMBERS = st.builds(
    Member,
    account=st.builds(AccountKey, st.just(Platform.WECOM), st.text(min_size=1)),
    card=st.text(),
    role=st.sampled_from(Role),
    is_bot=st.booleans(),
    joined_at=MOMENTS,
    last_spoke_at=MOMENTS,
    muted_until=MOMENTS,
)


@given(st.lists(MEMBERS))
def test_packed_members_come_back_as_they_were(members: list[Member]) -> None:
    assert unpack(Platform.WECOM, pack(members)) == tuple(members)


async def test_groups_of_one_id_on_two_platforms_stay_apart(database: Database) -> None:
    twin = GroupKey(Platform.DINGTALK, TEACHERS.id)
    async with database.transaction(NOW) as work:
        await _save(work, _reading(*TWO))
        await groups.save_group(work, Group(key=twin, name="钉钉群"))
    async with database.reading() as connection:
        stored = {one.group.key: one for one in await groups.load_groups(connection)}
    assert stored[twin].reading is None
    assert stored[TEACHERS].reading is not None
