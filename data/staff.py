"""The staff, the accounts bound to them, and the imports that changed the roster."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identifiers import AccountKey
from bot.domain.people import Roster, Staff, StaffStatus
from bot.domain.roster_plan import RosterEntry
from data import switches
from data.ledger import Json, Work
from data.scope import account_of, of_account
from data.tables import BindingRow, RosterImportRow, StaffRow
from data.types import table_of
from data.upsert import upsert

_staff = table_of(StaffRow)
_bindings = table_of(BindingRow)
_imports = table_of(RosterImportRow)

BY_CODE = "code"
"""How an account became somebody's who showed a one-time code."""
REVISION = "roster_revision"
"""The switch that counts up when the roster or a binding changes."""

FROM_ROSTER = "roster"
"""How an account in the roster file itself is bound; every other way is proof and outweighs it."""

_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterImport:
    """An import as it is put on record. ``id`` and ``at`` are set by the database."""

    source: str
    sha256: str
    verdict: str
    complete: bool
    by: str
    figures: Mapping[str, Json] = field(default_factory=dict)
    applied: bool = False
    id: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """An account belongs to a person; ``how`` it became known."""

    account: AccountKey
    staff_id: str
    how: str
    at: datetime


async def load_staff(connection: AsyncConnection) -> list[RosterEntry]:
    """Everybody on the roster in the order of staff numbers, with the roster's own accounts."""
    accounts: dict[str, list[AccountKey]] = {}
    for one in await bindings(connection):
        if one.how == FROM_ROSTER:
            accounts.setdefault(one.staff_id, []).append(one.account)
    rows = await connection.execute(select(_staff).order_by(_staff.c.staff_id))
    return [_stored(row, tuple(accounts.get(row.staff_id, ()))) for row in rows]


async def load_roster(connection: AsyncConnection) -> Roster:
    """The roster as the rules use it; accounts that were proven outweigh the roster's own."""
    staff = [entry.staff for entry in await load_staff(connection)]
    proven = {
        one.account: one.staff_id for one in await bindings(connection) if one.how != FROM_ROSTER
    }
    return Roster.of(staff, proven)


async def bindings(connection: AsyncConnection) -> list[Binding]:
    """Every account bound to somebody."""
    rows = await connection.execute(
        select(_bindings).order_by(_bindings.c.platform, _bindings.c.account_id)
    )
    return [
        Binding(
            account=account_of(row.platform, row.account_id),
            staff_id=row.staff_id,
            how=row.how,
            at=row.at,
        )
        for row in rows
    ]


async def apply_roster(work: Work, following: Iterable[RosterEntry], imported: RosterImport) -> int:
    """Make the roster exactly ``following``; the id of the import.

    Accounts of the roster file replace those of the one before; an account proven otherwise
    stays with the person who proved it.
    """
    wanted = {one.staff.staff_id: one for one in following}
    before = {one.staff.staff_id: one for one in await load_staff(work.connection)}
    gone = [staff_id for staff_id in before if staff_id not in wanted]
    changed = [one for staff_id, one in wanted.items() if before.get(staff_id) != one]
    await _delete_staff(work, gone)
    for start in range(0, len(changed), _CHUNK):
        rows = [_columns(one, imported.source) for one in changed[start : start + _CHUNK]]
        await upsert(work.connection, _staff, rows)
    await _bind_from_roster(work, wanted.values())
    number = await _write_import(work, replace(imported, applied=True))
    await switches.bump_revision(work, REVISION)
    return number


async def record_import_attempt(work: Work, imported: RosterImport) -> int:
    """Put an import on record that was held or rejected, so nothing was applied; its id."""
    return await _write_import(work, replace(imported, applied=False))


async def imports(connection: AsyncConnection, limit: int = 100) -> list[RosterImport]:
    """Imports that were tried, newest first."""
    rows = await connection.execute(select(_imports).order_by(_imports.c.id.desc()).limit(limit))
    return [
        RosterImport(
            id=row.id,
            at=row.at,
            source=row.source,
            sha256=row.sha256,
            verdict=row.verdict,
            applied=row.applied,
            complete=row.complete,
            figures=json.loads(row.figures),
            by=row.by,
        )
        for row in rows
    ]


async def bind(work: Work, account: AccountKey, staff_id: str, how: str) -> None:
    """An account belongs to a person from now on, whoever had it before."""
    await upsert(work.connection, _bindings, [_binding(account, staff_id, how, work.now)])
    work.record("binding", str(account), {"staff_id": staff_id, "how": how})
    await switches.bump_revision(work, REVISION)


async def unbind(work: Work, account: AccountKey) -> bool:
    """An account belongs to nobody any more; whether it belonged to somebody."""
    taken = delete(_bindings).where(of_account(_bindings, account))
    found = (await work.connection.execute(taken)).rowcount > 0
    if found:
        work.record("binding", str(account), {"staff_id": None, "how": None})
        await switches.bump_revision(work, REVISION)
    return found


async def _delete_staff(work: Work, staff_ids: list[str]) -> None:
    for start in range(0, len(staff_ids), _CHUNK):
        some = staff_ids[start : start + _CHUNK]
        await work.connection.execute(delete(_staff).where(_staff.c.staff_id.in_(some)))


async def _bind_from_roster(work: Work, following: Collection[RosterEntry]) -> None:
    proven = {one.account for one in await bindings(work.connection) if one.how != FROM_ROSTER}
    owners: dict[AccountKey, Staff] = {}
    for entry in following:
        for account in entry.staff.accounts:
            # Somebody who left and came back has two rows: the account is that of the active one.
            if account not in proven and (entry.staff.active or account not in owners):
                owners[account] = entry.staff
    await work.connection.execute(delete(_bindings).where(_bindings.c.how == FROM_ROSTER))
    rows = [
        _binding(account, person.staff_id, FROM_ROSTER, work.now)
        for account, person in owners.items()
    ]
    if rows:
        await work.connection.execute(insert(_bindings), rows)


async def _write_import(work: Work, imported: RosterImport) -> int:
    figures = dict(imported.figures)
    row = {
        "at": work.now,
        "source": imported.source,
        "sha256": imported.sha256,
        "verdict": imported.verdict,
        "applied": imported.applied,
        "complete": imported.complete,
        "figures": json.dumps(figures, ensure_ascii=False, sort_keys=True),
        "by": imported.by,
    }
    statement = insert(_imports).returning(_imports.c.id)
    number: int = (await work.connection.execute(statement, row)).scalar_one()
    work.record(
        "roster",
        f"R{number}",
        {
            "source": imported.source,
            "sha256": imported.sha256,
            "verdict": imported.verdict,
            "applied": imported.applied,
            "complete": imported.complete,
            "figures": figures,
            "by": imported.by,
        },
    )
    return number


def _columns(entry: RosterEntry, source: str) -> dict[str, Any]:
    person = entry.staff
    return {
        "staff_id": person.staff_id,
        "name": person.name,
        "departments": json.dumps(person.departments, ensure_ascii=False),
        "status": person.status.value,
        "absent_since": entry.absent_since,
        "source": source,
    }


def _binding(account: AccountKey, staff_id: str, how: str, at: datetime) -> dict[str, Any]:
    return {
        "platform": account.platform.value,
        "account_id": account.id,
        "staff_id": staff_id,
        "how": how,
        "at": at,
    }


def _stored(row: Row[Any], accounts: tuple[AccountKey, ...]) -> RosterEntry:
    person = Staff(
        staff_id=row.staff_id,
        name=row.name,
        departments=tuple(json.loads(row.departments)),
        status=StaffStatus(row.status),
        accounts=accounts,
    )
    return RosterEntry(person, row.absent_since)
