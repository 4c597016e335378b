"""Reads what a report counts, in one view of the database."""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.violations import ViolationState
from bot.engine.register import Register
from bot.engine.services import Services
from data import daily_figures, duties, groups, joins, plans, staff, violations
from data.ledger import Json
from plugins.digest.rules import (
    DAILY_LOOK,
    Awaited,
    GroupDay,
    OwnerDay,
    SupervisorDay,
    Unseen,
)

_LONGEST_REACH = timedelta(days=7)
_STALE_AFTER = timedelta(hours=2)
_MOST_CASES = 20
_UNINSPECTED = "uninspected:"
_MESSAGES = "message"


@dataclass(frozen=True, slots=True)
class Since:
    """Where a report begins: the end of the one before, and what had been counted by then."""

    at: datetime
    first_day: str
    counted: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Counts for one owner, or for everybody."""

    services: Services

    async def since(
        self, connection: AsyncConnection, owner: AccountKey, day: date, now: datetime
    ) -> Since:
        """The end of the owner's report before ``day``, else the beginning of the day."""
        zone = self.services.register.policy.digest.zone
        last = await daily_figures.last_report(connection, owner, day.isoformat())
        if last is None or not timedelta(0) <= now - last[1] <= _LONGEST_REACH:
            return Since(datetime.combine(day, time(), zone), day.isoformat(), {})
        counted = json.loads(last[2]).get("counted", {})
        return Since(last[1], last[0], counted)

    async def owner_day(
        self,
        connection: AsyncConnection,
        wanted: Collection[GroupKey],
        since: Since,
        until: datetime,
    ) -> tuple[OwnerDay, dict[str, Json]]:
        """The figures of some groups, and what to keep of them beside the report."""
        zone = self.services.register.policy.digest.zone
        day = until.astimezone(zone).date()
        counters = await daily_figures.counters(
            connection, (since.first_day, day.isoformat()), wanted
        )
        new = _new_counts(counters, since)
        uninspected = {
            name.removeprefix(_UNINSPECTED): count
            for name, count in sorted(new.items())
            if name.startswith(_UNINSPECTED) and count
        }
        moments = (since.at, until)
        imported = [one for one in await staff.imports(connection, 20) if one.applied]
        figures = OwnerDay(
            day=day,
            since=since.at,
            until=until,
            groups=await self._groups(connection, wanted, moments),
            awaited=await self._awaited(connection, wanted),
            received=new[_MESSAGES],
            uninspected=uninspected,
            measures=await daily_figures.measures_taken(connection, moments, wanted),
            roster_at=imported[0].at if imported else None,
            windows=tuple(one.name for one in self.services.register.windows.open_at(until)),
        )
        return figures, _kept(figures, counters)

    async def supervisor_day(
        self, connection: AsyncConnection, since: Since, until: datetime
    ) -> SupervisorDay:
        """The figures of all groups together."""
        register = self.services.register
        day = until.astimezone(register.policy.digest.zone).date()
        moments = (since.at, until)
        opened = await daily_figures.opened(connection, moments, None)
        observed = sum(
            count for (_, _, state), count in opened.items() if state == ViolationState.OBSERVED
        )
        active = list(register.active_groups())
        yesterday = (day - timedelta(days=1)).isoformat()
        unread = await daily_figures.unread_owners(connection, yesterday)
        return SupervisorDay(
            day=day,
            groups=len(active),
            owners=len({owner for one in active if (owner := one.owner)}),
            opened=sum(opened.values()) - observed,
            closed=sum((await daily_figures.closed(connection, moments, None)).values()),
            pending=sum((await daily_figures.pending(connection, None)).values()),
            observed=observed,
            grave=await daily_figures.grave(connection, moments, None),
            unseen=len(await groups.gaps(connection, since.at, until, None)),
            ownerless=tuple(sorted(one.group.name for one in active if one.owner is None)),
            unread=tuple(named for one in unread if (named := _owned(register, one))),
            first_aids=tuple(f"W{number}" for number in sorted(register.first_aids)),
            first_aids_late=sum(one.overdue(until) for one in register.first_aids.values()),
        )

    async def _groups(
        self,
        connection: AsyncConnection,
        wanted: Collection[GroupKey],
        moments: daily_figures.Moments,
    ) -> tuple[GroupDay, ...]:
        register = self.services.register
        opened = await daily_figures.opened(connection, moments, wanted)
        closed = await daily_figures.closed(connection, moments, wanted)
        pending = await daily_figures.pending(connection, wanted)
        gaps = await groups.gaps(connection, *moments, wanted)
        found = []
        for key in sorted(key for key in wanted if key in register.groups):
            state = register.groups[key]
            by_rule: Counter[str] = Counter()
            observed = 0
            for (group, rule_id, now), count in opened.items():
                if group != key:
                    continue
                if now == ViolationState.OBSERVED:
                    observed += count
                else:
                    by_rule[self.services.catalogue.title(rule_id)] += count
            reading = state.reading
            stale = reading is not None and moments[1] - reading.read_at > _STALE_AFTER
            found.append(
                GroupDay(
                    group=key,
                    name=state.group.name,
                    members=sum(not one.is_bot for one in state.members.values()),
                    opened=dict(by_rule),
                    observed=observed,
                    closed=closed.get(key, 0),
                    pending=pending.get(key, 0),
                    unseen=tuple(
                        Unseen(one.since, one.until, one.missing)
                        for one in gaps
                        if one.group == key
                    ),
                    stale_since=reading.read_at if reading is not None and stale else None,
                )
            )
        return tuple(found)

    async def _awaited(
        self, connection: AsyncConnection, wanted: Collection[GroupKey]
    ) -> tuple[Awaited, ...]:
        """What waits for the owner, each with the words that settle it; the gravest first."""
        text = self.services.wording.text
        found = [
            Awaited(
                f"P{one.number}",
                text("digest.awaits_plan", count=len(one.people), number=f"P{one.number}"),
                one.created_at,
            )
            for one in await plans.waiting(connection, groups=wanted)
        ]
        found += [
            Awaited(f"J{one.number}", text("digest.awaits_join", number=f"J{one.number}"),
                    one.opened_at)
            for one in await joins.waiting(connection, wanted)
        ]  # fmt: skip
        query = violations.ViolationQuery(
            state=ViolationState.WAITING, groups=wanted, limit=_MOST_CASES
        )
        cases = (await violations.find(connection, query)).items
        aids = self.services.register.first_aids
        for case in sorted(cases, key=lambda one: (-Severity(one.severity).rank, one.number)):
            number = f"W{case.number}"
            title = self.services.catalogue.title(case.rule_id)
            key = "first_aid.awaits" if case.number in aids else "digest.awaits_case"
            fields = {} if case.number in aids else {"rule": title}
            what = text(key, number=number, **fields)
            found.append(Awaited(number, what, case.opened_at))
        return tuple(found)


async def close_look(
    connection: AsyncConnection, owner: AccountKey, day: str
) -> tuple[duties.Duty, ...]:
    """The duty of looking that a report of that day fulfils, if it is still owed."""
    owed = await duties.list_duties(connection, owner=owner)
    return tuple(
        one
        for one in owed
        if one.kind == DAILY_LOOK and one.day == day and one.state in ("open", "overdue")
    )


def _new_counts(counters: Mapping[tuple[str, GroupKey, str], int], since: Since) -> Counter[str]:
    """What was counted since the report before: its own day began before it was made."""
    new: Counter[str] = Counter()
    for (day, group, name), count in counters.items():
        before = since.counted.get(str(group), {}).get(name, 0) if day == since.first_day else 0
        new[name] += max(0, count - before)
    return new


def _kept(figures: OwnerDay, counters: Mapping[tuple[str, GroupKey, str], int]) -> dict[str, Json]:
    today = figures.day.isoformat()
    counted: dict[str, Json] = {}
    for group in figures.groups:
        counts: dict[str, Json] = {
            name: count
            for (day, key, name), count in counters.items()
            if day == today
            and key == group.group
            and (name == _MESSAGES or name.startswith(_UNINSPECTED))
        }
        counted[str(group.group)] = counts
    return {
        "since": figures.since.isoformat(),
        "until": figures.until.isoformat(),
        "opened": figures.opened,
        "observed": figures.observed,
        "closed": figures.closed,
        "pending": figures.pending,
        "received": figures.received,
        "uninspected": dict(figures.uninspected),
        "measures": dict(figures.measures),
        "awaited": len(figures.awaited),
        "counted": counted,
    }


def _owned(register: Register, owner: AccountKey) -> tuple[str, str] | None:
    for state in register.active_groups():
        if state.owner == owner:
            member = state.members.get(owner)
            return state.group.name, member.card if member and member.card else owner.id
    return None
