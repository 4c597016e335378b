"""Settings changed by command: every change is kept, the newest of a key is in force."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.ledger import Work
from data.tables import SettingChangeRow
from data.types import table_of

_changes = table_of(SettingChangeRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """One change; None stands for "as the files say"."""

    key: str
    before: str | None
    after: str | None
    by: str
    at: datetime


async def current(connection: AsyncConnection) -> dict[str, str]:
    """What commands have set and not taken back."""
    newest = select(func.max(_changes.c.id)).group_by(_changes.c.key)
    query = select(_changes).where(_changes.c.id.in_(newest), _changes.c.after.is_not(None))
    return {row.key: row.after for row in await connection.execute(query)}


async def change(work: Work, key: str, after: str | None, by: str) -> SettingChange:
    """Set a key, or give it back to the files with None."""
    newest = (
        select(_changes.c.after)
        .where(_changes.c.key == key)
        .order_by(_changes.c.id.desc())
        .limit(1)
    )
    before = (await work.connection.execute(newest)).scalar_one_or_none()
    made = SettingChange(key=key, before=before, after=after, by=by, at=work.now)
    row = {"key": key, "before": before, "after": after, "by": by, "at": work.now}
    await work.connection.execute(insert(_changes), row)
    work.record("setting", key, {"before": before, "after": after, "by": by})
    return made


async def history(
    connection: AsyncConnection, key: str | None = None, limit: int = 50
) -> list[SettingChange]:
    """Changes of one key or of all, newest first."""
    query = select(_changes).order_by(_changes.c.id.desc()).limit(limit)
    if key is not None:
        query = query.where(_changes.c.key == key)
    return [
        SettingChange(key=row.key, before=row.before, after=row.after, by=row.by, at=row.at)
        for row in await connection.execute(query)
    ]
