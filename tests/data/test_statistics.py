from collections import Counter

from sqlalchemy import select

from bot.domain.events import JoinRequested
from bot.domain.findings import Severity
from bot.domain.identifiers import Platform
from bot.domain.measures import MeasureKind, MeasureState
from bot.domain.plans import Proposal
from bot.domain.violations import ViolationState
from data import events, groups, joins, measures, plans, statistics, violations
from data.database import Database
from data.measures import MeasureContext
from data.statistics import Figures, Waiting, Window
from data.tables import LedgerRow
from data.types import table_of
from tests.data.samples import (
    HOUR,
    MEMBER,
    NOW,
    OWNER,
    STAFF,
    TEACHERS,
    content_finding,
    finding,
    measure,
    new_violation,
    receipt,
)

DAY = "2026-11-02"
WINDOW = Window(NOW - HOUR, NOW + HOUR, (DAY, DAY))
_ledger = table_of(LedgerRow)


async def _fill(database: Database) -> None:
    request = JoinRequested(
        platform=Platform.QQ, event_id="j", occurred_at=NOW, received_at=NOW,
        group=TEACHERS, account=MEMBER, answer="", request_id="r1",
    )  # fmt: skip
    async with database.transaction(NOW) as work:
        await events.bump(work, {(DAY, "qq", TEACHERS.id, "message"): 5})
        await events.bump(work, {(DAY, "qq", STAFF.id, "message"): 7})
        await violations.open_violation(work, new_violation())
        closed = new_violation(content_finding(), state=ViolationState.CLOSED)
        await violations.open_violation(work, closed)
        await violations.open_violation(work, new_violation(finding(group=STAFF)))
        await violations.record_finding(
            work, finding(), event_id="e", platform=Platform.QQ,
            severity=Severity.MINOR, violation=None, skipped="规则出错",
        )  # fmt: skip
        asked = [measure(), measure(), measure(group=STAFF), measure(MeasureKind.MUTE)]
        ids = await measures.add(work, [(one, MeasureContext()) for one in asked])
        await measures.finish(work, ids[0], MeasureState.DONE, receipt=receipt())
        await measures.finish(work, ids[3], MeasureState.UNKNOWN, receipt=None)
        await joins.hold(work, request, "unknown", "不在花名册")
        people = [Proposal(TEACHERS, MEMBER, 1, "已离职", "李四")]
        await plans.create(work, OWNER, people, 1, NOW + HOUR)
        await groups.add_gap(work, STAFF, None, NOW, 3)
    async with database.transaction(NOW + HOUR) as work:
        await violations.open_violation(work, new_violation())


async def test_figures_of_one_owner_count_his_groups_in_the_window(database: Database) -> None:
    await _fill(database)
    mine = Window(WINDOW.since, WINDOW.until, WINDOW.days, [TEACHERS])
    async with database.reading() as connection:
        figures = await statistics.figures(connection, mine)
    assert figures == Figures(
        counted={"message": 5},
        violations={("real-name", "open"): 1, ("content", "closed"): 1},
        measures={("recall", "done"): 1, ("recall", "intended"): 1, ("mute", "unknown"): 1},
        skipped=1,
        waiting=Waiting(violations=2, plans=1, joins=1, measures=1, unknown=1),
        gaps=(),
    )


async def test_figures_of_no_group_are_empty(database: Database) -> None:
    await _fill(database)
    nobody = Window(WINDOW.since, WINDOW.until, WINDOW.days, [])
    async with database.reading() as connection:
        assert await statistics.figures(connection, nobody) == Figures()


async def test_sums_over_all_groups_agree_with_the_chain(database: Database) -> None:
    await _fill(database)
    everything = Window(NOW - HOUR, NOW + 2 * HOUR, (DAY, DAY))
    async with database.reading() as connection:
        figures = await statistics.figures(connection, everything)
        by_group = await statistics.violations_by_group(connection, everything)
        links = Counter((await connection.execute(select(_ledger.c.kind))).scalars())
    assert sum(figures.violations.values()) == sum(by_group.values()) == links["violation"] == 4
    assert sum(figures.measures.values()) == links["measure"] == 4
    assert figures.measures["recall", "done"] == links["receipt"] == 1
    assert len(figures.gaps) == links["gap"] == 1
    assert by_group[STAFF, "real-name", "open"] == 1
