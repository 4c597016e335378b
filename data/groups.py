"""Groups as last read, their members, and how far their messages were seen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.events import MembersRead
from bot.domain.groups import Group, MemberList, Role
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from data.ledger import Work
from data.member_packing import pack, unpack
from data.scope import account_of, account_or_none, group_of, in_group, within
from data.tables import GapRow, GroupRow, HoleRow, ManagerRow, MemberListRow, WatermarkRow
from data.types import table_of
from data.upsert import insert_new, upsert, upsert_rising

_groups = table_of(GroupRow)
_lists = table_of(MemberListRow)
_managers = table_of(ManagerRow)
_watermarks = table_of(WatermarkRow)
_holes = table_of(HoleRow)
_gaps = table_of(GapRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGroup:
    """A group with everything last read of it; ``reading`` is None until the first one."""

    group: Group
    owner: AccountKey | None
    bot_role: Role
    active: bool
    last_good_count: int | None
    reading: MemberList | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Messages nobody saw; ``missing`` is None where the platform gives no number."""

    group: GroupKey
    since: datetime | None
    until: datetime
    missing: int | None


async def save_reading(
    work: Work,
    event: MembersRead,
    bot_role: Role,
    owner: AccountKey | None,
    last_good_count: int | None,
) -> None:
    """Keep a reading of a group's members in place of the one before it."""
    key = {"platform": event.group.platform.value, "group_id": event.group.id}
    group = {
        **key,
        "name": event.about.name,
        "owner_account": owner.id if owner else None,
        "bot_role": bot_role.value,
        "active": True,
        "first_seen_at": work.now,
        "last_good_count": last_good_count,
    }
    reading = event.member_list
    packed = {
        **key,
        "read_at": reading.read_at,
        "complete": reading.complete,
        "declared_count": reading.declared_count,
        "packed": pack(reading.members),
    }
    await upsert(work.connection, _groups, [group], keep=["first_seen_at"])
    await upsert(work.connection, _lists, [packed])


async def save_group(work: Work, group: Group) -> None:
    """Keep a group the platform lists; what was read of it before stays."""
    row = {
        "platform": group.key.platform.value,
        "group_id": group.key.id,
        "name": group.name,
        "bot_role": Role.UNKNOWN.value,
        "active": True,
        "first_seen_at": work.now,
    }
    await upsert(work.connection, _groups, [row], keep=["first_seen_at", "bot_role"])


async def save_managers(work: Work, group: GroupKey, since: Mapping[AccountKey, datetime]) -> None:
    """Keep since when a group's newer managers are so, in place of what was kept before."""
    await work.connection.execute(delete(_managers).where(in_group(_managers, group)))
    rows = [
        {
            "platform": group.platform.value,
            "group_id": group.id,
            "account_id": account.id,
            "since": at,
        }
        for account, at in sorted(since.items())
    ]
    if rows:
        await work.connection.execute(insert(_managers), rows)
    work.record(
        "managers", str(group), {str(account): at.isoformat() for account, at in since.items()}
    )


async def load_managers(
    connection: AsyncConnection,
) -> dict[tuple[GroupKey, AccountKey], datetime]:
    """Since when the newer managers of all groups are so."""
    return {
        (group_of(row.platform, row.group_id), account_of(row.platform, row.account_id)): row.since
        for row in await connection.execute(select(_managers))
    }


async def rename(work: Work, group: GroupKey, name: str) -> None:
    """The group has another name."""
    await work.connection.execute(update(_groups).where(in_group(_groups, group)).values(name=name))


async def deactivate(work: Work, group: GroupKey) -> None:
    """The group is no more, or the bot is no longer in it; its record stays."""
    change = update(_groups).where(in_group(_groups, group), _groups.c.active).values(active=False)
    if (await work.connection.execute(change)).rowcount:
        work.record("group", str(group), {"active": False})


async def load_groups(connection: AsyncConnection) -> list[StoredGroup]:
    """Every group, with its members as last read."""
    return [_stored(row) for row in await connection.execute(_with_lists())]


async def find_groups(connection: AsyncConnection, text: str) -> list[StoredGroup]:
    """Groups of this id or exactly this name; more than one when it is ambiguous."""
    query = _with_lists().where(or_(_groups.c.group_id == text, _groups.c.name == text))
    return [_stored(row) for row in await connection.execute(query)]


async def save_watermarks(work: Work, marks: Mapping[GroupKey, tuple[int, datetime]]) -> None:
    """Note how far messages were seen; a lower number than the kept one changes nothing."""
    rows = [
        {"platform": group.platform.value, "group_id": group.id, "sequence": sequence, "at": at}
        for group, (sequence, at) in marks.items()
    ]
    await upsert_rising(work.connection, _watermarks, rows, "sequence")


async def load_watermarks(connection: AsyncConnection) -> dict[GroupKey, tuple[int, datetime]]:
    """How far each group's messages were seen."""
    rows = await connection.execute(select(_watermarks))
    return {group_of(row.platform, row.group_id): (row.sequence, row.at) for row in rows}


async def save_holes(work: Work, holes: Mapping[GroupKey, int]) -> None:
    """Note behind which numbers something was skipped, until it was looked for."""
    for group, after in holes.items():
        row = {"platform": group.platform.value, "group_id": group.id, "after": after}
        await insert_new(work.connection, _holes, row)


async def close_hole(work: Work, group: GroupKey, after: int) -> None:
    """What was skipped behind ``after`` was looked for."""
    await work.connection.execute(
        delete(_holes).where(in_group(_holes, group), _holes.c.after == after)
    )


async def open_holes(connection: AsyncConnection, platform: Platform) -> list[tuple[GroupKey, int]]:
    """The holes of a platform that were noted and not looked into, lowest first."""
    query = select(_holes).where(_holes.c.platform == platform.value).order_by(_holes.c.after)
    return [
        (group_of(row.platform, row.group_id), row.after) for row in await connection.execute(query)
    ]


async def add_gap(
    work: Work, group: GroupKey, since: datetime | None, until: datetime, missing: int | None
) -> None:
    """Note a stretch of messages that nobody saw; on the chain, for it limits what we may claim."""
    row = {
        "platform": group.platform.value,
        "group_id": group.id,
        "since": since,
        "until": until,
        "missing": missing,
    }
    await work.connection.execute(insert(_gaps), row)
    work.record(
        "gap",
        str(group),
        {
            "since": since.isoformat() if since else None,
            "until": until.isoformat(),
            "missing": missing,
        },
    )


async def gaps(
    connection: AsyncConnection,
    since: datetime,
    until: datetime,
    groups: Collection[GroupKey] | None,
) -> list[Gap]:
    """Gaps that ended in [since, until), oldest first."""
    query = (
        select(_gaps)
        .where(_gaps.c.until >= since, _gaps.c.until < until, within(_gaps, groups))
        .order_by(_gaps.c.until, _gaps.c.id)
    )
    return [
        Gap(
            group=group_of(row.platform, row.group_id),
            since=row.since,
            until=row.until,
            missing=row.missing,
        )
        for row in await connection.execute(query)
    ]


def _with_lists() -> Any:  # SQLAlchemy's Select over many columns has no useful type
    joined = _groups.outerjoin(
        _lists,
        (_groups.c.platform == _lists.c.platform) & (_groups.c.group_id == _lists.c.group_id),
    )
    columns = (_lists.c.read_at, _lists.c.complete, _lists.c.declared_count, _lists.c.packed)
    return (
        select(_groups, *columns)
        .select_from(joined)
        .order_by(_groups.c.platform, _groups.c.group_id)
    )


def _stored(row: Row[Any]) -> StoredGroup:
    key = group_of(row.platform, row.group_id)
    reading = None
    if row.packed is not None:
        reading = MemberList(
            members=unpack(key.platform, row.packed),
            declared_count=row.declared_count,
            complete=row.complete,
            read_at=row.read_at,
        )
    return StoredGroup(
        group=Group(key=key, name=row.name, member_count=len(reading.members) if reading else None),
        owner=account_or_none(row.platform, row.owner_account),
        bot_role=Role(row.bot_role),
        active=row.active,
        last_good_count=row.last_good_count,
        reading=reading,
    )
