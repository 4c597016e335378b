from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.findings import Severity
from bot.domain.groups import Group
from bot.domain.identifiers import AccountKey, Platform
from bot.domain.measures import MeasureState, Mode
from bot.domain.violations import ViolationState
from data import groups, measures, violations
from data.database import Database
from data.measures import MeasureContext
from data.migrate import copy_sqlite
from data.violations import NewViolation, ViolationQuery, ViolationRecord
from tests.data.samples import (
    HOUR,
    MEMBER,
    NOW,
    OTHER,
    STAFF,
    TEACHERS,
    content_finding,
    finding,
    measure,
    new_violation,
    opened,
    receipt,
)


async def _open(database: Database, *new: NewViolation, at: datetime = NOW) -> list[int]:
    async with database.transaction(at) as work:
        return [await violations.open_violation(work, one) for one in new]


async def _found(database: Database, **query: Any) -> list[int]:
    async with database.reading() as connection:
        page = await violations.find(connection, ViolationQuery(**query))
    return [one.number for one in page.items]


async def _get(database: Database, number: int) -> ViolationRecord:
    async with database.reading() as connection:
        record = await violations.get(connection, number)
    assert record is not None
    return record


async def test_case_is_on_the_log_with_its_measures_and_receipts(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await groups.save_group(work, Group(key=TEACHERS, name="教师群"))
        number = await violations.open_violation(work, new_violation(content_finding()))
        [done, _] = await measures.add(work, [(measure(), MeasureContext(violation=number))] * 2)
        await measures.finish(work, done, MeasureState.DONE, receipt=receipt())
    record = await _get(database, number)
    assert (record.group_name, record.person_name, record.department) == (
        "教师群",
        "张三",
        "教务处",
    )
    assert (record.rule_id, record.clause, record.category) == ("content", "11.1", "custom")
    assert (record.state, record.opened_at, record.excerpt) == (ViolationState.OPEN, NOW, None)
    assert [one.state for one in record.measures] == [MeasureState.DONE, MeasureState.INTENDED]
    assert [one.receipt for one in record.measures] == [receipt(), None]


async def test_unknown_number_is_nothing(database: Database) -> None:
    async with database.reading() as connection:
        assert await violations.get(connection, 1) is None


async def test_closing_notes_when_and_why(database: Database) -> None:
    [number] = await _open(database, new_violation())
    async with database.transaction(NOW + HOUR) as work:
        await violations.move(work, number, ViolationState.CLOSED, "名片已改正")
    record = await _get(database, number)
    assert (record.closed_at, record.closed_because) == (NOW + HOUR, "名片已改正")


async def test_appealed_case_is_not_closed_any_more(database: Database) -> None:
    [number] = await _open(database, new_violation())
    async with database.transaction(NOW) as work:
        await violations.move(work, number, ViolationState.CLOSED, "已处理")
        await violations.move(work, number, ViolationState.APPEALED, "本人申诉")
    record = await _get(database, number)
    assert (record.state, record.closed_at) == (ViolationState.APPEALED, None)


async def test_case_that_is_over_does_not_move(database: Database) -> None:
    [number] = await _open(database, new_violation(state=ViolationState.DISMISSED))
    with pytest.raises(RefusedError, match=f"W{number}"):
        async with database.transaction(NOW) as work:
            await violations.move(work, number, ViolationState.OPEN, "")
    with pytest.raises(RefusedError, match="W404"):
        async with database.transaction(NOW) as work:
            await violations.move(work, 404, ViolationState.OPEN, "")


async def test_live_cases_are_those_that_want_something(database: Database) -> None:
    every = [new_violation(state=state, due_at=NOW + HOUR) for state in ViolationState]
    numbers = await _open(database, *every)
    async with database.reading() as connection:
        live = await violations.live_cases(connection)
    # A single happening that was only observed wants nothing.
    expected = [
        number
        for number, state in zip(numbers, ViolationState, strict=True)
        if state.live and state is not ViolationState.OBSERVED
    ]
    assert [case.number for case in live] == expected
    assert {case.due_at for case in live} == {NOW + HOUR}


async def test_schedule_changes_only_what_is_given(database: Database) -> None:
    due = NOW + HOUR
    [number] = await _open(database, new_violation(next_action_at=NOW, due_at=due))
    async with database.transaction(NOW) as work:
        await violations.schedule_case(work, number, next_action_at=None, reminders=2)
        await violations.schedule_case(work, number)
    record = await _get(database, number)
    assert (record.next_action_at, record.reminders) == (None, 2)
    assert (record.due_at, record.due_done) == (due, False)


async def test_strikes_leave_out_false_hits_observations_and_upheld_appeals(
    database: Database,
) -> None:
    grave = new_violation(content_finding(), severity=Severity.SERIOUS)
    every = [replace(grave, state=state) for state in ViolationState]
    numbers = await _open(database, *every, new_violation(severity=Severity.SERIOUS))
    suspected = new_violation(
        replace(content_finding(), kind="suspected"), severity=Severity.SERIOUS
    )
    await _open(database, new_violation(content_finding()), suspected)
    # Only observed, and then confirmed by whoever reviewed it.
    confirmed = replace(grave, mode=Mode.OBSERVE, state=ViolationState.CLOSED)
    await _open(database, confirmed)
    await _open(database, grave, at=NOW - HOUR)
    async with database.reading() as connection:
        strikes = await violations.content_strikes(connection, NOW)
    counted = {ViolationState.OPEN, ViolationState.WAITING, ViolationState.CLOSED,
               ViolationState.APPEALED}  # fmt: skip
    assert len(numbers) == len(ViolationState) + 1
    assert strikes == [(MEMBER, NOW, "custom")] * len(counted)


QUERIES: list[tuple[dict[str, Any], bool]] = [
    ({"group": TEACHERS}, True),
    ({"group": STAFF}, False),
    ({"groups": [TEACHERS, STAFF]}, True),
    ({"groups": []}, False),
    ({"person": "2001"}, True),
    ({"person": "10002"}, True),
    ({"person": "张三"}, True),
    ({"person": MEMBER}, True),
    ({"person": "张"}, False),
    ({"person": OTHER}, False),
    ({"person": AccountKey(Platform.WECOM, "10002")}, False),
    ({"rule": "content"}, True),
    ({"rule": "real-name"}, False),
    ({"clause": "11.1"}, True),
    ({"clause": "11"}, True),
    ({"clause": "1"}, False),
    ({"category": "custom"}, True),
    ({"severity": Severity.MINOR}, True),
    ({"severity": Severity.CRITICAL}, False),
    ({"state": ViolationState.OPEN}, True),
    ({"state": ViolationState.CLOSED}, False),
    ({"since": NOW}, True),
    ({"until": NOW}, False),
    ({"since": NOW - HOUR, "until": NOW + timedelta(microseconds=1)}, True),
]


@pytest.mark.parametrize(("query", "matches"), QUERIES)
async def test_log_is_searched_by(database: Database, query: dict[str, Any], matches: bool) -> None:
    numbers = await _open(database, new_violation(content_finding(staff_id="2001")))
    assert await _found(database, **query) == (numbers if matches else [])


@pytest.mark.parametrize("cursor", ["", "x", "2026-11-02_3", "2026-11-02T10:00:00_x", "_1"])
async def test_foreign_cursor_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(BadInputError, match="翻页标记"):
        await _found(database, after=cursor)


async def test_page_without_room_is_refused(database: Database) -> None:
    with pytest.raises(BadInputError, match="limit"):
        await _found(database, limit=0)


async def _pages(database: Database, limit: int, newcomers: Sequence[int]) -> list[int]:
    """Every number, page by page, while new cases are opened between the pages."""
    seen: list[int] = []
    after: str | None = None
    arriving = iter(newcomers)
    while True:
        async with database.reading() as connection:
            query = ViolationQuery(limit=limit, after=after)
            page = await violations.find(connection, query)
        assert len(page.items) <= limit
        seen.extend(one.number for one in page.items)
        if page.next is None:
            return seen
        assert len(page.items) == limit
        after = page.next
        for _ in range(next(arriving, 0)):
            await _open(database, new_violation(), at=NOW + HOUR)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    moments=st.lists(st.integers(0, 3), max_size=14),
    limit=st.integers(1, 5),
    newcomers=st.lists(st.integers(0, 2), max_size=4),
)
async def test_paging_skips_and_doubles_nothing(
    migrated_file: Path, moments: list[int], limit: int, newcomers: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "qungui.db"
        copy_sqlite(migrated_file, path)
        async with opened(path) as database:
            numbers: list[tuple[datetime, int]] = []
            for moment in moments:
                at = NOW + timedelta(microseconds=moment)
                numbers.extend((at, one) for one in await _open(database, new_violation(), at=at))
            expected = [number for _, number in sorted(numbers, reverse=True)]
            assert await _pages(database, limit, newcomers) == expected


async def test_finding_without_consequence_is_kept_too(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await violations.record_finding(
            work,
            finding(),
            event_id="e1",
            platform=Platform.QQ,
            severity=Severity.NOTICE,
            violation=None,
            skipped="规则出错",
        )
        assert [kind for kind, _, _ in work.links] == ["finding"]
