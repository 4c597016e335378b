"""Effects asked for: the row is there before anything is done, and only proof makes it done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey, Platform
from bot.domain.interlocks import Tally
from bot.domain.measures import (
    Measure,
    MeasureKind,
    MeasureState,
    Mode,
    Receipt,
    ReceiptHow,
    Rung,
)
from data.fingerprint import fingerprint_or_none
from data.ledger import Json, Work
from data.scope import account_of, account_or_none, group_of
from data.tables import ApprovalRow, MeasureRow, ReceiptRow
from data.types import table_of

_measures = table_of(MeasureRow)
_receipts = table_of(ReceiptRow)
_approvals = table_of(ApprovalRow)

_UNFINISHED = (MeasureState.INTENDED, MeasureState.UNKNOWN)
_COUNTED = (MeasureState.INTENDED, MeasureState.DONE, MeasureState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureContext:
    """Why a measure is asked for: its case, how grave, and whether the finding was certain."""

    violation: int | None = None
    severity: Severity | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMeasure:
    """A measure with its row. ``measure.approvals`` are those given to its plan so far."""

    id: int
    violation: int | None
    plan: int | None
    join_request: int | None
    measure: Measure
    state: MeasureState
    severity: Severity | None
    certain: bool
    created_at: datetime
    attempted_at: datetime | None
    attempts: int
    finished_at: datetime | None
    detail: str
    receipt: Receipt | None


async def add(work: Work, measures: Sequence[tuple[Measure, MeasureContext]]) -> list[int]:
    """Write measures as intended, or as withheld where they say why; their ids in order."""
    if not measures:
        return []
    rows = [_columns(measure, context, work.now) for measure, context in measures]
    statement = insert(_measures).returning(_measures.c.id, sort_by_parameter_order=True)
    ids = list((await work.connection.execute(statement, rows)).scalars())
    for identifier, (measure, context) in zip(ids, measures, strict=True):
        work.record("measure", f"M{identifier}", _link(measure, context))
    return ids


async def waiting(connection: AsyncConnection, after_id: int = 0) -> list[StoredMeasure]:
    """Measures still to be done with an id above ``after_id``, oldest first."""
    return await _load(
        connection,
        _query().where(_measures.c.state == MeasureState.INTENDED.value, _measures.c.id > after_id),
    )


async def unsettled(connection: AsyncConnection) -> list[StoredMeasure]:
    """Measures of which nobody knows yet whether they were done."""
    return await _load(connection, _query().where(_measures.c.state == MeasureState.UNKNOWN.value))


async def for_violations(
    connection: AsyncConnection, numbers: Collection[int]
) -> dict[int, list[StoredMeasure]]:
    """The measures of some cases, oldest first; every number is a key."""
    found: dict[int, list[StoredMeasure]] = {number: [] for number in numbers}
    if found:
        query = _query().where(_measures.c.violation.in_(list(found)))
        for one in await _load(connection, query):
            if one.violation is not None:
                found[one.violation].append(one)
    return found


async def for_violation(connection: AsyncConnection, number: int) -> list[StoredMeasure]:
    """The measures of one case, oldest first."""
    return (await for_violations(connection, [number]))[number]


async def for_plan(connection: AsyncConnection, number: int) -> list[StoredMeasure]:
    """The measures of one removal plan, oldest first."""
    return await _load(connection, _query().where(_measures.c.plan == number))


async def get(connection: AsyncConnection, measure_id: int) -> StoredMeasure | None:
    """One measure."""
    found = await _load(connection, _query().where(_measures.c.id == measure_id))
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
        raise RefusedError("部分处置已有结果,不再执行。")
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
        raise RefusedError(f"处置 M{measure_id} 已记为“{now.label}”,不能再改为“{state.label}”。")
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
        raise RefusedError(f"处置 M{measure_id} 已记为“{now.label}”,无需重新执行。")
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


async def set_rung(work: Work, measure_id: int, rung: Rung) -> None:
    """Somebody else carries it out from now on."""
    await work.connection.execute(
        update(_measures).where(_measures.c.id == measure_id).values(rung=rung.value)
    )
    work.record("rung", f"M{measure_id}", {"rung": rung.value})


async def tally(
    connection: AsyncConnection,
    platform: Platform,
    kind: MeasureKind,
    group: GroupKey | None,
    now: datetime,
) -> Tally:
    """How many of a kind were intended or may have been done lately: what the caps count (I7)."""
    hour = now - timedelta(hours=1)
    lately = _measures.c.created_at > hour
    here = lately & (_measures.c.group_id == (group.id if group else ""))
    query = select(
        func.count().label("day"),
        func.count(case((lately, 1))).label("hour"),
        func.count(case((here, 1))).label("group_hour"),
    ).where(
        _measures.c.platform == platform.value,
        _measures.c.kind == kind.value,
        _measures.c.created_at > now - timedelta(days=1),
        _measures.c.state.in_([state.value for state in _COUNTED]),
    )
    row = (await connection.execute(query)).one()
    return Tally(hour=row.hour, day=row.day, group_hour=row.group_hour)


async def _state(work: Work, measure_id: int) -> MeasureState:
    query = select(_measures.c.state).where(_measures.c.id == measure_id)
    state = (await work.connection.execute(query)).scalar_one_or_none()
    if state is None:
        raise RefusedError(f"没有编号为 M{measure_id} 的处置。")
    return MeasureState(state)


def _query() -> Select[Any]:
    receipt = (
        _receipts.c.how.label("receipt_how"),
        _receipts.c.at.label("receipt_at"),
        _receipts.c.detail.label("receipt_detail"),
    )
    joined = _measures.outerjoin(_receipts, _receipts.c.measure == _measures.c.id)
    return select(_measures, *receipt).select_from(joined).order_by(_measures.c.id)


async def _load(connection: AsyncConnection, query: Select[Any]) -> list[StoredMeasure]:
    found = [_stored(row) for row in await connection.execute(query)]
    plans = {one.plan for one in found if one.plan is not None}
    if not plans:
        return found
    approvals: dict[int, list[AccountKey]] = {}
    given = select(_approvals).where(_approvals.c.plan.in_(plans)).order_by(_approvals.c.at)
    for row in await connection.execute(given):
        approvals.setdefault(row.plan, []).append(account_of(row.platform, row.account_id))
    return [
        replace(one, measure=replace(one.measure, approvals=tuple(approvals.get(one.plan, ()))))
        if one.plan is not None
        else one
        for one in found
    ]


def _columns(measure: Measure, context: MeasureContext, now: datetime) -> dict[str, Any]:
    state = MeasureState.WITHHELD if measure.withheld else MeasureState.INTENDED
    return {
        "violation": context.violation,
        "plan": measure.plan,
        "join_request": measure.join_request,
        "platform": measure.group.platform.value,
        "group_id": measure.group.id,
        "account_id": measure.account.id if measure.account else None,
        "kind": measure.kind.value,
        "mode": measure.mode.value,
        "rung": measure.rung.value,
        "state": state.value,
        "withheld": measure.withheld,
        "message_id": measure.message.id if measure.message else None,
        "seconds": measure.seconds,
        "card": measure.card,
        "text": measure.text,
        "request_id": measure.request_id,
        "urgent": measure.urgent,
        "severity": context.severity.value if context.severity else None,
        "certain": context.certain,
        "created_at": now,
        "not_before": measure.not_before,
        "expires_at": measure.expires_at,
        "attempts": 0,
        "detail": "",
    }


def _link(measure: Measure, context: MeasureContext) -> dict[str, Json]:
    # Words may name people; the chain can never forget, so it holds only their fingerprint.
    return {
        "violation": context.violation,
        "plan": measure.plan,
        "join_request": measure.join_request,
        "group": str(measure.group),
        "account": str(measure.account) if measure.account else None,
        "kind": measure.kind.value,
        "mode": measure.mode.value,
        "rung": measure.rung.value,
        "withheld": measure.withheld,
        "message": measure.message.id if measure.message else None,
        "seconds": measure.seconds,
        "card": fingerprint_or_none(measure.card),
        "text": fingerprint_or_none(measure.text),
        "approvals": [str(account) for account in measure.approvals],
    }


def _stored(row: Row[Any]) -> StoredMeasure:
    return StoredMeasure(
        id=row.id,
        violation=row.violation,
        plan=row.plan,
        join_request=row.join_request,
        measure=_measure(row),
        state=MeasureState(row.state),
        severity=Severity(row.severity) if row.severity else None,
        certain=row.certain,
        created_at=row.created_at,
        attempted_at=row.attempted_at,
        attempts=row.attempts,
        finished_at=row.finished_at,
        detail=row.detail,
        receipt=Receipt(ReceiptHow(row.receipt_how), row.receipt_at, row.receipt_detail)
        if row.receipt_how
        else None,
    )


def _measure(row: Row[Any]) -> Measure:
    group = group_of(row.platform, row.group_id)
    return Measure(
        kind=MeasureKind(row.kind),
        group=group,
        account=account_or_none(row.platform, row.account_id),
        mode=Mode(row.mode),
        rung=Rung(row.rung),
        withheld=row.withheld,
        message=MessageKey(group, row.message_id) if row.message_id is not None else None,
        seconds=row.seconds,
        card=row.card,
        text=row.text,
        request_id=row.request_id,
        urgent=row.urgent,
        not_before=row.not_before,
        expires_at=row.expires_at,
        plan=row.plan,
        join_request=row.join_request,
    )
