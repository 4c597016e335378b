"""What the service has on record, read from its own database while it runs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, func, select

from data.database import Database
from data.ledger import ChainReport, verify_chain
from data.tables import (
    EventRow,
    FindingRow,
    JoinRequestRow,
    MeasureRow,
    PlanRow,
    ReceiptRow,
    RosterImportRow,
    StaffRow,
    ViolationRow,
)
from data.types import table_of

_events, _findings = table_of(EventRow), table_of(FindingRow)
_measures, _receipts = table_of(MeasureRow), table_of(ReceiptRow)
_staff = table_of(StaffRow)
_violations, _plans = table_of(ViolationRow), table_of(PlanRow)
_imports, _requests = table_of(RosterImportRow), table_of(JoinRequestRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCase:
    """A case as it stands."""

    number: int
    rule: str
    kind: str
    state: str
    group: int
    account: int
    message: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMeasure:
    """A measure as it stands; texts are empty where nothing is said."""

    id: int
    kind: str
    state: str
    rung: str
    withheld: str | None
    violation: int | None
    plan: int | None
    group: int
    account: int | None
    message: int | None
    request: str | None
    text: str
    public_text: str
    receipt: str | None

    @property
    def unfinished(self) -> bool:
        """Whether the bot itself still has to do it, or to learn what became of it."""
        return self.rung == "automatic" and self.state in ("intended", "unknown")


@dataclass(frozen=True, slots=True)
class Books:
    """What is held against the college's journal, as of one moment."""

    events: Collection[str]
    cases: Sequence[RecordedCase]
    measures: Sequence[RecordedMeasure]


class LedgerView:
    """Reads; never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def books(self) -> Books:
        """Everything the reckoning needs."""
        return Books(await self.event_ids(), await self.cases(), await self.measures())

    async def cases(self) -> list[RecordedCase]:
        """Every case, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(_violations).order_by(_violations.c.number))
            return [
                RecordedCase(
                    number=row.number,
                    rule=row.rule_id,
                    kind=row.kind,
                    state=row.state,
                    group=int(row.group_id),
                    account=int(row.account_id),
                    message=_number(row.message_id),
                )
                for row in rows
            ]

    async def measures(self) -> list[RecordedMeasure]:
        """Every measure, oldest first."""
        query = (
            select(_measures, _receipts.c.how)
            .outerjoin(_receipts, _receipts.c.measure == _measures.c.id)
            .order_by(_measures.c.id)
        )
        async with self._database.reading() as connection:
            return [
                RecordedMeasure(
                    id=row.id,
                    kind=row.kind,
                    state=row.state,
                    rung=row.rung,
                    withheld=row.withheld,
                    violation=row.violation,
                    plan=row.plan,
                    group=int(row.group_id),
                    account=_number(row.account_id),
                    message=_number(row.message_id),
                    request=row.request_id,
                    text=row.text or "",
                    public_text=row.public_text or "",
                    receipt=row.how,
                )
                for row in await connection.execute(query)
            ]

    async def event_ids(self) -> set[str]:
        """Every event that was handled."""
        async with self._database.reading() as connection:
            return set((await connection.execute(select(_events.c.event_id))).scalars())

    async def plan_states(self) -> dict[int, str]:
        """Every removal plan by its number."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(_plans.c.number, _plans.c.state))
            return {row.number: row.state for row in rows}

    async def staff(self) -> list[tuple[object, ...]]:
        """The roster, row by row."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(_staff).order_by(_staff.c.staff_id))
            return [tuple(row) for row in rows]

    async def held_imports(self) -> int:
        """Rosters that an interlock held back."""
        return await self._count(_imports, _imports.c.verdict == "held")

    async def held_joins(self) -> int:
        """Applications that were put to a person."""
        return await self._count(_requests)

    async def findings(self) -> int:
        """What the rules saw."""
        return await self._count(_findings)

    async def chain(self) -> ChainReport:
        """Whether the chain stands."""
        async with self._database.reading() as connection:
            return await verify_chain(connection)

    async def cases_about(self, messages: Collection[int]) -> list[RecordedCase]:
        """The cases these messages opened."""
        return [one for one in await self.cases() if one.message in messages]

    async def _count(self, table: Table, *where: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(table).where(*where)
        async with self._database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
