"""A measure as a row, a link of the chain, and back."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, MessageKey
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
from data.ledger import Json
from data.scope import account_of, account_or_none, group_of
from data.tables import ApprovalRow, MeasureRow, PlanRow, ReceiptRow
from data.types import table_of

_measures = table_of(MeasureRow)
_receipts = table_of(ReceiptRow)
_plans = table_of(PlanRow)
_approvals = table_of(ApprovalRow)


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


def measure_query() -> Select[Any]:
    """Measures with their receipts, oldest first; narrow it with ``where``."""
    receipt = (
        _receipts.c.how.label("receipt_how"),
        _receipts.c.at.label("receipt_at"),
        _receipts.c.detail.label("receipt_detail"),
    )
    joined = _measures.outerjoin(_receipts, _receipts.c.measure == _measures.c.id)
    return select(_measures, *receipt).select_from(joined).order_by(_measures.c.id)


async def read_measures(connection: AsyncConnection, query: Select[Any]) -> list[StoredMeasure]:
    """Run a query made from ``measure_query``; the plans' approvals are read along."""
    found = [_stored(row) for row in await connection.execute(query)]
    plans = {one.plan for one in found if one.plan is not None}
    if not plans:
        return found
    needed, given = await _approvals_of(connection, plans)
    return [
        replace(
            one,
            measure=replace(
                one.measure,
                approvals=tuple(given.get(one.plan, ())),
                approvals_needed=needed[one.plan],
            ),
        )
        if one.plan is not None
        else one
        for one in found
    ]


async def _approvals_of(
    connection: AsyncConnection, plans: Collection[int]
) -> tuple[dict[int, int], dict[int, list[AccountKey]]]:
    asked = select(_plans.c.number, _plans.c.needed).where(_plans.c.number.in_(plans))
    needed = {row.number: row.needed for row in await connection.execute(asked)}
    query = select(_approvals).where(_approvals.c.plan.in_(plans)).order_by(_approvals.c.at)
    given: dict[int, list[AccountKey]] = {}
    for row in await connection.execute(query):
        given.setdefault(row.plan, []).append(account_of(row.platform, row.account_id))
    return needed, given


def measure_columns(measure: Measure, context: MeasureContext, now: datetime) -> dict[str, Any]:
    """The row of a new measure."""
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
        "public_text": measure.public_text,
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


def measure_link(measure: Measure, context: MeasureContext) -> dict[str, Json]:
    """What the chain holds of a new measure."""
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
        "public_text": fingerprint_or_none(measure.public_text),
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
        public_text=row.public_text,
        request_id=row.request_id,
        urgent=row.urgent,
        not_before=row.not_before,
        expires_at=row.expires_at,
        plan=row.plan,
        join_request=row.join_request,
    )
