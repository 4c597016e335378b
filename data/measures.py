"""Effects asked for: the row is there before anything is done, and only proof makes it done."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from bot.domain.identifiers import GroupKey, Platform
from bot.domain.interlocks import Tally
from bot.domain.measures import Measure, MeasureKind, MeasureState, Receipt
from data.fingerprint import fingerprint_or_none
from data.ledger import Json, Work
from data.measure_rows import (
    MeasureContext,
    StoredMeasure,
    measure_columns,
    measure_link,
    measure_query,
    read_measures,
)
from data.tables import MeasureRow, ReceiptRow
from data.types import table_of

__all__ = [
    "MeasureContext",
    "StoredMeasure",
    "add",
    "attempt",
    "finish",
    "for_plan",
    "for_violation",
    "for_violations",
    "get",
    "postpone",
    "put_back",
    "tally",
    "unsettled",
    "waiting",
]

_measures = table_of(MeasureRow)
_receipts = table_of(ReceiptRow)

_UNFINISHED = (MeasureState.INTENDED, MeasureState.UNKNOWN)
_LONGEST_WAIT = timedelta(days=1)
"""No act is tried longer after it was intended; it keeps the counting on its index."""
_COUNTED = (MeasureState.INTENDED, MeasureState.DONE, MeasureState.UNKNOWN)


def _tally_query() -> Select[int, int, int]:
    moment = func.coalesce(_measures.c.attempted_at, _measures.c.created_at)
    lately = moment > bindparam("hour_ago", type_=_measures.c.created_at.type)
    here = lately & (_measures.c.group_id == bindparam("group", type_=String()))
    return select(
        func.count().label("day"),
        func.count(case((lately, 1))).label("hour"),
        func.count(case((here, 1))).label("group_hour"),
    ).where(
        _measures.c.platform == bindparam("platform"),
        _measures.c.kind == bindparam("kind"),
        _measures.c.created_at > bindparam("created_since"),
        moment > bindparam("day_ago", type_=_measures.c.created_at.type),
        _measures.c.id != bindparam("besides"),
        _measures.c.state.in_([state.value for state in _COUNTED]),
    )


_TALLY = _tally_query()
"""Asked before every act, and building a statement costs more than running it."""


async def add(work: Work, measures: Sequence[tuple[Measure, MeasureContext]]) -> list[int]:
    """Write measures as intended, or as withheld where they say why; their ids in order."""
    if not measures:
        return []
    rows = [measure_columns(measure, context, work.now) for measure, context in measures]
    statement = insert(_measures).returning(_measures.c.id, sort_by_parameter_order=True)
    ids = list((await work.connection.execute(statement, rows)).scalars())
    for identifier, (measure, context) in zip(ids, measures, strict=True):
        work.record("measure", f"M{identifier}", measure_link(measure, context))
    return ids


async def waiting(connection: AsyncConnection, after_id: int = 0) -> list[StoredMeasure]:
    """Measures still to be done with an id above ``after_id``, oldest first."""
    return await read_measures(
        connection,
        measure_query().where(
            _measures.c.state == MeasureState.INTENDED.value, _measures.c.id > after_id
        ),
    )


async def unsettled(connection: AsyncConnection) -> list[StoredMeasure]:
    """Measures of which nobody knows yet whether they were done."""
    return await read_measures(
        connection, measure_query().where(_measures.c.state == MeasureState.UNKNOWN.value)
    )


async def for_violations(
    connection: AsyncConnection, numbers: Collection[int]
) -> dict[int, list[StoredMeasure]]:
    """The measures of some cases, oldest first; every number is a key."""
    found: dict[int, list[StoredMeasure]] = {number: [] for number in numbers}
    if found:
        query = measure_query().where(_measures.c.violation.in_(list(found)))
        for one in await read_measures(connection, query):
            if one.violation is not None:
                found[one.violation].append(one)
    return found


async def for_violation(connection: AsyncConnection, number: int) -> list[StoredMeasure]:
    """The measures of one case, oldest first."""
    return (await for_violations(connection, [number]))[number]


async def for_plan(connection: AsyncConnection, number: int) -> list[StoredMeasure]:
    """The measures of one removal plan, oldest first."""
    return await read_measures(connection, measure_query().where(_measures.c.plan == number))


async def get(connection: AsyncConnection, measure_id: int) -> StoredMeasure | None:
    """One measure."""
    found = await read_measures(connection, measure_query().where(_measures.c.id == measure_id))
    return found[0] if found else None


async def attempt(work: Work, ids: Sequence[int]) -> None:
    """Note that these are about to be tried; written before the platform is called.

    Raises:
        RefusedError: one of them is no longer waiting.
    """
    if not ids:
        return
    change = (
        update(_measures)
        .where(_measures.c.id.in_(ids), _measures.c.state == MeasureState.INTENDED.value)
        .values(attempted_at=work.now, attempts=_measures.c.attempts + 1)
    )
    if (await work.connection.execute(change)).rowcount != len(set(ids)):
        raise RefusedError("部分处置已有结果，不再执行。")
    for identifier in ids:
        work.record("attempt", f"M{identifier}", {})


async def finish(
    work: Work, measure_id: int, state: MeasureState, *, receipt: Receipt | None, detail: str = ""
) -> None:
    """Write what became of a measure. What is finished stays as it is.

    An unknown result may still be settled. Finishing again with the same state changes nothing.

    Raises:
        ValueError: done without a receipt, a receipt without being done, or back to intended.
        RefusedError: it was finished otherwise before.
    """
    if (state is MeasureState.DONE) != (receipt is not None):
        raise ValueError("a measure carries a receipt when it is done, and only then")
    if state is MeasureState.INTENDED:
        raise ValueError("a finished measure is not intended any more")
    now = await _state(work, measure_id)
    if now is state:
        return
    if now not in _UNFINISHED:
        raise RefusedError(f"处置 M{measure_id} 已记为“{now.label}”，不能再改为“{state.label}”。")
    values: dict[str, Any] = {"state": state.value, "finished_at": work.now, "detail": detail}
    if state is MeasureState.WITHHELD:
        values["withheld"] = detail
    await work.connection.execute(
        update(_measures).where(_measures.c.id == measure_id).values(values)
    )
    content: dict[str, Json] = {"state": state.value, "detail": fingerprint_or_none(detail)}
    if receipt is None:
        work.record("outcome", f"M{measure_id}", content)
        return
    await work.connection.execute(
        insert(_receipts),
        {
            "measure": measure_id,
            "how": receipt.how.value,
            "at": receipt.at,
            "detail": receipt.detail,
        },
    )
    work.record(
        "receipt",
        f"M{measure_id}",
        {**content, "how": receipt.how.value, "at": receipt.at.isoformat(),
         "proof": fingerprint_or_none(receipt.detail)},
    )  # fmt: skip


async def put_back(work: Work, measure_id: int, detail: str) -> None:
    """A read-back showed that an unknown measure was not done: it may be tried again.

    Raises:
        RefusedError: its result is not unknown.
    """
    now = await _state(work, measure_id)
    if now is not MeasureState.UNKNOWN:
        raise RefusedError(f"处置 M{measure_id} 已记为“{now.label}”，无需重新执行。")
    values = {"state": MeasureState.INTENDED.value, "finished_at": None, "detail": detail}
    await work.connection.execute(
        update(_measures).where(_measures.c.id == measure_id).values(values)
    )
    work.record("outcome", f"M{measure_id}", {"state": MeasureState.INTENDED.value})


async def postpone(work: Work, measure_id: int, until: datetime, detail: str) -> None:
    """Not before ``until``; ``detail`` says why."""
    await work.connection.execute(
        update(_measures)
        .where(_measures.c.id == measure_id)
        .values(not_before=until, detail=detail)
    )


async def tally(
    connection: AsyncConnection,
    platform: Platform,
    kind: MeasureKind,
    group: GroupKey | None,
    now: datetime,
    *,
    besides: int | None = None,
) -> Tally:
    """How many of a kind were intended or may have been done lately: what the caps count (I7).

    What was tried counts from then on, however long it had waited; ``besides`` is left out.
    """
    row = (
        await connection.execute(
            _TALLY,
            {
                "platform": platform.value,
                "kind": kind.value,
                "group": group.id if group else "",
                "hour_ago": now - timedelta(hours=1),
                "day_ago": now - timedelta(days=1),
                "created_since": now - _LONGEST_WAIT - timedelta(days=1),
                "besides": besides or 0,
            },
        )
    ).one()
    return Tally(hour=row.hour, day=row.day, group_hour=row.group_hour)


async def _state(work: Work, measure_id: int) -> MeasureState:
    query = select(_measures.c.state).where(_measures.c.id == measure_id)
    state = (await work.connection.execute(query)).scalar_one_or_none()
    if state is None:
        raise RefusedError(f"没有编号为 M{measure_id} 的处置。")
    return MeasureState(state)
