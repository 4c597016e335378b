"""Named values every process watches: frozen, breaker, revisions."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.ledger import Work
from data.tables import SwitchRow
from data.types import table_of
from data.upsert import upsert

_switches = table_of(SwitchRow)


async def get_all(connection: AsyncConnection) -> dict[str, str]:
    """Every switch that was ever set."""
    rows = await connection.execute(select(_switches.c.name, _switches.c.value))
    return {row.name: row.value for row in rows}


async def set(work: Work, name: str, value: str, by: str) -> None:  # noqa: A001  # reads as switches.set
    """Put a switch to a value, on the chain with who did it."""
    await _write(work, name, value, by)
    work.record("switch", name, {"value": value, "by": by})


async def bump_revision(work: Work, name: str) -> int:
    """Count a revision up, so that every process reads again what it stands for; its number."""
    query = select(_switches.c.value).where(_switches.c.name == name)
    now = (await work.connection.execute(query)).scalar_one_or_none()
    revision = int(now or 0) + 1
    await _write(work, name, str(revision), "")
    return revision


async def _write(work: Work, name: str, value: str, by: str) -> None:
    row = {"name": name, "value": value, "by": by, "at": work.now}
    await upsert(work.connection, _switches, [row])
