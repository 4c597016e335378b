"""A roster import is a plan first: what would change, and whether that may be (interlocks I3, I4).

A file is rejected if it cannot be the roster, held if what it says is too much to believe without
a person looking. Not being on it is no evidence by itself: somebody counts as gone only after
missing from two complete imports at least ``roster_absence_confirmed_after`` apart, or by an
explicit 离职.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import HeldError
from bot.domain.identifiers import Platform
from bot.domain.people import Staff, StaffStatus
from bot.domain.policy import InterlockLimits
from bot.domain.roster_reading import RosterField, RosterReading, RowProblem

_NEVER_A_MASS = 1
"""One person is never a mass, however small the organisation."""
_SHOWN = 5


class Verdict(StrEnum):
    """Whether a roster may be applied."""

    OK = "ok"
    HELD = "held"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A person on the roster as kept.

    ``absent_since`` is the first complete import the person was missing from, aware UTC, None for
    somebody who was on the last one.
    """

    staff: Staff
    absent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A person before and after an import; the staff number stays."""

    before: Staff
    after: Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPlan:
    """What an import would do.

    ``departed`` are those who count as gone by it: explicitly (they are in ``changed`` too), or
    ``absent_confirmed`` for the second time. ``missing`` are absent without that being proof yet.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    added: tuple[Staff, ...]
    changed: tuple[Change, ...]
    departed: tuple[Staff, ...]
    absent_confirmed: tuple[Staff, ...]
    missing: tuple[Staff, ...]
    returned: tuple[Staff, ...]
    total_rows: int
    valid_rows: int
    errors: tuple[RowProblem, ...]
    source_name: str
    sha256: str


def plan_import(
    current: Iterable[RosterEntry], reading: RosterReading, limits: InterlockLimits, now: datetime
) -> RosterPlan:
    """Compare a file with the roster as kept; ``now`` is aware UTC.

    The first import into an empty roster cannot be held: there is nobody to lose.
    """
    kept = {entry.staff.staff_id: entry for entry in current}
    changes = _changes(kept, reading)
    absent = [
        entry
        for staff_id, entry in kept.items()
        if entry.staff.active and staff_id not in reading.mentioned
    ]
    confirmed = tuple(entry.staff for entry in absent if _confirmed(entry, limits, now))
    missing = tuple(entry.staff for entry in absent if not _confirmed(entry, limits, now))
    leavers = tuple(one.after for one in changes if one.before.active and not one.after.active)
    reasons = _rejections(reading, limits)
    verdict = Verdict.REJECTED
    if not reasons:
        reasons = _doubts(kept, changes, [entry.staff for entry in absent], limits)
        verdict = Verdict.HELD if reasons else Verdict.OK
    return RosterPlan(
        verdict=verdict,
        reasons=tuple(reasons),
        added=tuple(one for one in reading.rows if one.staff_id not in kept),
        changed=tuple(changes),
        departed=(*leavers, *confirmed),
        absent_confirmed=confirmed,
        missing=missing,
        returned=tuple(
            entry.staff
            for staff_id, entry in kept.items()
            if entry.absent_since is not None and staff_id in reading.mentioned
        ),
        total_rows=reading.total_rows,
        valid_rows=len(reading.rows),
        errors=reading.errors,
        source_name=reading.source_name,
        sha256=reading.sha256,
    )


def next_roster(
    current: Iterable[RosterEntry], plan: RosterPlan, now: datetime
) -> tuple[RosterEntry, ...]:
    """The roster after carrying out a plan made from ``current``; nobody is ever dropped from it.

    Raises:
        HeldError: the plan is held or rejected; nothing may be applied.
    """
    if plan.verdict is not Verdict.OK:
        raise HeldError(f"花名册未导入：{';'.join(plan.reasons)}。")
    after = {change.after.staff_id: change.after for change in plan.changed}
    confirmed = {person.staff_id for person in plan.absent_confirmed}
    missing = {person.staff_id for person in plan.missing}

    def following(entry: RosterEntry) -> RosterEntry:
        staff_id = entry.staff.staff_id
        if staff_id in confirmed:
            return replace(entry, staff=replace(entry.staff, status=StaffStatus.DEPARTED))
        if staff_id in missing:
            return replace(entry, absent_since=entry.absent_since or now)
        if not entry.staff.active and staff_id not in after:
            return entry
        return RosterEntry(after.get(staff_id, entry.staff))

    return (*(following(entry) for entry in current), *(RosterEntry(one) for one in plan.added))


def _changes(kept: Mapping[str, RosterEntry], reading: RosterReading) -> list[Change]:
    columns = {field.platform for field in reading.columns if field.platform is not None}
    found = []
    for row in reading.rows:
        entry = kept.get(row.staff_id)
        if entry is None:
            continue
        after = _keeping_accounts(entry.staff, row, columns)
        if after != entry.staff:
            found.append(Change(entry.staff, after))
    return found


def _keeping_accounts(before: Staff, row: Staff, columns: set[Platform]) -> Staff:
    """A file without a column for a platform says nothing about the accounts there."""
    kept = [account for account in before.accounts if account.platform not in columns]
    return replace(row, accounts=tuple(sorted((*kept, *row.accounts))))


def _confirmed(entry: RosterEntry, limits: InterlockLimits, now: datetime) -> bool:
    if entry.absent_since is None:
        return False
    return now - entry.absent_since >= limits.roster_absence_confirmed_after


def _rejections(reading: RosterReading, limits: InterlockLimits) -> list[str]:
    """Why this file cannot be the roster."""
    if reading.missing_columns:
        return [_missing_columns(reading)]
    if reading.total_rows == 0:
        return ["表头下没有任何人员"]
    reasons = []
    if len(reading.rows) < reading.total_rows * limits.roster_min_valid_share:
        reasons.append(
            f"{reading.total_rows} 行中只有 {len(reading.rows)} 行可用，"
            f"低于 {limits.roster_min_valid_share:.0%}，请按错误清单改正后重试"
        )
    if reading.duplicate_ids:
        reasons.append(f"工号重复：{_some(reading.duplicate_ids)}，请每人只保留一行")
    present = {reading.total_rows, sum(one.active for one in reading.rows)}
    reasons += [
        f"文件写明共 {count} 人，实际读到 {reading.total_rows} 行，文件可能不完整"
        for count in reading.declared_counts
        if count not in present
    ]
    return reasons


def _missing_columns(reading: RosterReading) -> str:
    names = "、".join(field.value for field in reading.missing_columns)
    where = f"第 {reading.header_row} 行表头" if reading.header_row else "前几行"
    example: RosterField = reading.missing_columns[0]
    return f"{where}中找不到列：{names}；列名不同时请用 --map {example.value}=实际列名 指明"


def _doubts(
    kept: Mapping[str, RosterEntry],
    changes: list[Change],
    absent: list[Staff],
    limits: InterlockLimits,
) -> list[str]:
    """What is too much to believe without a person looking."""
    serving = [entry.staff for entry in kept.values() if entry.staff.active]
    gone = {one.staff_id: one for one in absent}
    gone.update(
        (one.before.staff_id, one.before)
        for one in changes
        if one.before.active and not one.after.active
    )
    reasons = []
    most = min(limits.roster_max_departed, len(serving) * limits.roster_max_departed_share)
    if len(gone) > max(_NEVER_A_MASS, most):
        reasons.append(
            f"在职 {len(serving)} 人中有 {len(gone)} 人将离职或不在新花名册上"
            f"({_some(one.name for one in gone.values())})"
        )
    reasons += _shrunk_departments(serving, gone, changes, limits)
    renamed = [one for one in changes if one.before.name != one.after.name]
    if len(renamed) > max(_NEVER_A_MASS, len(kept) * limits.roster_max_renamed_share):
        reasons.append(f"{len(renamed)} 人的姓名与原花名册不同，可能错列")
    return reasons


def _shrunk_departments(
    serving: list[Staff],
    gone: Mapping[str, Staff],
    changes: list[Change],
    limits: InterlockLimits,
) -> list[str]:
    after = {one.after.staff_id: set(one.after.departments) for one in changes}
    before: dict[str, int] = {}
    lost: dict[str, int] = {}
    for person in serving:
        staying = after.get(person.staff_id, set(person.departments))
        for department in person.departments:
            before[department] = before.get(department, 0) + 1
            if person.staff_id in gone or department not in staying:
                lost[department] = lost.get(department, 0) + 1
    return [
        f"{department}原有 {before[department]} 人，将减少 {count} 人"
        for department, count in lost.items()
        if before[department] >= limits.roster_department_floor
        and count > before[department] * limits.roster_max_department_share
    ]


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    shown = "、".join(listed[:_SHOWN])
    return shown if len(listed) <= _SHOWN else f"{shown} 等 {len(listed)} 个"
