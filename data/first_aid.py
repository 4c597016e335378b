"""Cases in first aid, with the steps that were ticked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.first_aid import AidStep, FirstAid, StepDone
from data.ledger import Work
from data.tables import FirstAidRow, FirstAidStepRow
from data.types import table_of
from data.upsert import insert_new

_aids = table_of(FirstAidRow)
_steps = table_of(FirstAidStepRow)


async def begin(work: Work, aid: FirstAid, duty: int | None) -> None:
    """Start the clock of a case; ``duty`` is what its owner owes by then."""
    row = {
        "violation": aid.violation,
        "found_at": aid.found_at,
        "posted_at": aid.posted_at,
        "fingerprint": aid.fingerprint,
        "told": 0,
        "duty": duty,
    }
    await work.connection.execute(insert(_aids), row)
    work.record(
        "first_aid",
        f"W{aid.violation}",
        {"due_at": aid.due_at.isoformat(), "fingerprint": aid.fingerprint},
    )


async def tick(work: Work, aid: FirstAid, step: AidStep, by: str) -> FirstAid:
    """Note that a step was done; a second tick changes nothing."""
    row = {"violation": aid.violation, "step": step.value, "by": by, "at": work.now}
    if not await insert_new(work.connection, _steps, row):
        return aid
    work.record("first_aid_step", f"W{aid.violation}", {"step": step.value, "by": by})
    return replace(aid, done={**aid.done, step: StepDone(by, work.now)})


async def note_told(work: Work, aid: FirstAid, told: int) -> FirstAid:
    """Note how many stages were said."""
    await _change(work, aid.violation, {"told": told})
    work.record("first_aid_told", f"W{aid.violation}", {"stage": told})
    return replace(aid, told=told)


async def end(work: Work, violation: int) -> int | None:
    """Stop the clock of a case; the duty that ends with it."""
    await _change(work, violation, {"closed_at": work.now})
    query = select(_aids.c.duty).where(_aids.c.violation == violation)
    duty: int | None = (await work.connection.execute(query)).scalar_one_or_none()
    return duty


async def get(connection: AsyncConnection, violation: int) -> FirstAid | None:
    """The first aid of a case, if it got any."""
    found = await _read(connection, _aids.c.violation == violation)
    return found[0] if found else None


async def under_way(connection: AsyncConnection) -> Sequence[FirstAid]:
    """Every case whose first aid is not over, oldest first."""
    return await _read(connection, _aids.c.closed_at.is_(None))


async def _change(work: Work, violation: int, values: dict[str, int | datetime]) -> None:
    change = update(_aids).where(_aids.c.violation == violation).values(values)
    await work.connection.execute(change)


async def _read(connection: AsyncConnection, condition: object) -> list[FirstAid]:
    rows = (
        await connection.execute(
            select(_aids).where(condition).order_by(_aids.c.violation)  # type: ignore[arg-type]  # a column expression
        )
    ).all()
    numbers = [row.violation for row in rows]
    done: dict[int, dict[AidStep, StepDone]] = defaultdict(dict)
    for row in await connection.execute(select(_steps).where(_steps.c.violation.in_(numbers))):
        done[row.violation][AidStep(row.step)] = StepDone(row.by, row.at)
    return [
        FirstAid(
            violation=row.violation,
            found_at=row.found_at,
            posted_at=row.posted_at,
            fingerprint=row.fingerprint,
            told=row.told,
            done=done[row.violation],
            closed_at=row.closed_at,
        )
        for row in rows
    ]
