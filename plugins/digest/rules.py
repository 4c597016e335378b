"""Whose report is due when, and what it counts. Pure.

Source: Article 23 (the owner looks every day, registers and reports).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.policy import DigestTimes

DAILY_LOOK = "daily-look"
"""The duty that a read report fulfils."""
LEAST_DISTANCE = timedelta(hours=12)
"""No two reports of one owner lie closer together: a clock or zone that jumps back sends none."""
_LOOK_UNTIL = time(12, 0)
_LAST_MINUTE = timedelta(hours=23, minutes=59)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets one report: for the groups he answers for, for all of them, or both."""

    account: AccountKey
    groups: tuple[GroupKey, ...]
    supervises: bool = False


@dataclass(frozen=True, slots=True)
class Unseen:
    """A stretch of a group's messages that nobody saw."""

    since: datetime | None
    until: datetime
    missing: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDay:
    """One group since the report before.

    ``opened`` is by rule and leaves out what was only observed.
    """

    group: GroupKey
    name: str
    members: int
    opened: Mapping[str, int] = field(default_factory=dict)
    observed: int = 0
    closed: int = 0
    pending: int = 0
    unseen: tuple[Unseen, ...] = ()
    stale_since: datetime | None = None
    """When the members were last read, where that is too long ago."""

    @property
    def eventful(self) -> bool:
        """Whether there is anything to say of it."""
        return bool(
            self.opened
            or self.observed
            or self.closed
            or self.pending
            or self.unseen
            or self.stale_since
        )


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing that waits for the owner: its number, what it is with its answer, since when."""

    number: str
    what: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerDay:
    """Everything a report says. ``since`` is where the report before ended."""

    day: date
    since: datetime
    until: datetime
    groups: tuple[GroupDay, ...]
    awaited: tuple[Awaited, ...] = ()
    received: int = 0
    uninspected: Mapping[str, int] = field(default_factory=dict)
    measures: Mapping[str, int] = field(default_factory=dict)
    roster_at: datetime | None = None
    windows: tuple[str, ...] = ()
    """The sensitive periods that are open."""

    @property
    def opened(self) -> int:
        """New cases."""
        return sum(sum(one.opened.values()) for one in self.groups)

    @property
    def observed(self) -> int:
        """Cases that were only recorded."""
        return sum(one.observed for one in self.groups)

    @property
    def closed(self) -> int:
        """Cases that ended."""
        return sum(one.closed for one in self.groups)

    @property
    def pending(self) -> int:
        """Cases in which something must still happen."""
        return sum(one.pending for one in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorDay:
    """The whole organisation in sums; owners are named only where a duty is open."""

    day: date
    groups: int
    owners: int
    opened: int
    closed: int
    pending: int
    observed: int
    grave: int
    unseen: int
    ownerless: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    """(A group's name, its owner's name) where yesterday's report was not read."""
    first_aids: tuple[str, ...] = ()
    """The numbers of suspected state secrets whose first aid is not over."""
    first_aids_late: int = 0


def offset(account: AccountKey, times: DigestTimes) -> timedelta:
    """How long after the set time this owner's report goes out: the same every day, never next day.

    Spreading keeps the outbox from filling in one minute.
    """
    start = timedelta(hours=times.at.hour, minutes=times.at.minute)
    room = min(times.spread, max(timedelta(0), _LAST_MINUTE - start))
    digest = hashlib.sha256(str(account).encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:4]) % (int(room.total_seconds()) + 1))


def due_day(account: AccountKey, times: DigestTimes, now: datetime) -> date | None:
    """The local day whose report is due by now, if its hour has come.

    Wall-clock time is compared, so an hour that daylight saving leaves out is not waited for.
    """
    local = now.astimezone(times.zone)
    start = datetime.combine(local.date(), times.at) + offset(account, times)
    return local.date() if local.replace(tzinfo=None) >= start else None


def look_until(day: date, times: DigestTimes) -> datetime:
    """Until when the owner should have looked: noon of the next day."""
    return datetime.combine(day + timedelta(days=1), _LOOK_UNTIL, times.zone)


def recipients(
    owners: Iterable[tuple[GroupKey, AccountKey]],
    supervisors: Iterable[AccountKey],
    persons: Mapping[AccountKey, str],
) -> tuple[Recipient, ...]:
    """One recipient a person, whatever the platforms; ``persons`` gives the staff number, if known.

    Of several accounts of one person the first counts, so that it is the same every day.
    """
    groups: dict[str, list[GroupKey]] = {}
    accounts: dict[str, list[AccountKey]] = {}
    watching: set[str] = set()
    for group, account in owners:
        person = persons.get(account, str(account))
        groups.setdefault(person, []).append(group)
        accounts.setdefault(person, []).append(account)
    for account in supervisors:
        person = persons.get(account, str(account))
        watching.add(person)
        accounts.setdefault(person, []).append(account)
    found = (
        Recipient(min(mine), tuple(sorted(groups.get(person, ()))), supervises=person in watching)
        for person, mine in accounts.items()
    )
    return tuple(sorted(found, key=lambda one: one.account))
