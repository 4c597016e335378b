import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.domain.errors import RefusedError
from bot.domain.findings import Severity
from bot.domain.identifiers import MessageKey, Platform
from bot.domain.measures import Measure, MeasureKind, MeasureState, Mode, Rung
from bot.domain.plans import Approval, Proposal
from data import measures, plans
from data.database import Database
from data.ledger import Work
from data.measures import MeasureContext
from data.migrate import copy_sqlite
from data.tables import LedgerRow, ReceiptRow
from data.types import table_of
from tests.data.samples import (
    HOUR,
    MEMBER,
    NOW,
    OTHER,
    OWNER,
    STAFF,
    TEACHERS,
    measure,
    opened,
    receipt,
)

_ledger = table_of(LedgerRow)
OUTCOMES = [state for state in MeasureState if state is not MeasureState.INTENDED]
TERMINAL = [state for state in OUTCOMES if state is not MeasureState.UNKNOWN]


async def _add(
    database: Database, *asked: Measure, context: MeasureContext | None = None
) -> list[int]:
    async with database.transaction(NOW) as work:
        return await measures.add(work, [(one, context or MeasureContext()) for one in asked])


async def _state(database: Database, number: int) -> MeasureState:
    async with database.reading() as connection:
        stored = await measures.get(connection, number)
    assert stored is not None
    return stored.state


async def _finish(database: Database, number: int, state: MeasureState, detail: str = "") -> None:
    proof = receipt() if state is MeasureState.DONE else None
    async with database.transaction(NOW + HOUR) as work:
        await measures.finish(work, number, state, receipt=proof, detail=detail)


async def test_measure_comes_back_as_it_was_asked_for(database: Database) -> None:
    asked = measure(
        MeasureKind.MUTE,
        rung=Rung.ASSISTED,
        message=MessageKey(TEACHERS, "m1"),
        seconds=600,
        card="教务处-张三",
        text="请修改",
        public_text="@您 请修改",
        request_id="r1",
        urgent=True,
        not_before=NOW + HOUR,
        expires_at=NOW + 2 * HOUR,
        join_request=7,
    )
    context = MeasureContext(violation=3, severity=Severity.SERIOUS, certain=False)
    [number] = await _add(database, asked, context=context)
    async with database.reading() as connection:
        [stored] = await measures.waiting(connection)
    assert stored.measure == asked
    assert (stored.id, stored.violation, stored.join_request) == (number, 3, 7)
    assert (stored.severity, stored.certain) == (Severity.SERIOUS, False)
    assert (stored.state, stored.attempts, stored.receipt) == (MeasureState.INTENDED, 0, None)
    assert stored.created_at == NOW


async def test_many_measures_get_ids_in_their_order(database: Database) -> None:
    asked = [measure(seconds=number) for number in range(300)]
    ids = await _add(database, *asked)
    async with database.reading() as connection:
        stored = await measures.waiting(connection)
        later = await measures.waiting(connection, after_id=ids[249])
    assert [one.id for one in stored] == ids == sorted(set(ids))
    assert [one.measure.seconds for one in stored] == list(range(300))
    assert [one.id for one in later] == ids[250:]


async def test_withheld_measure_never_waits(database: Database) -> None:
    [number] = await _add(database, measure(mode=Mode.OBSERVE, withheld="生效方式为“观察”"))
    assert await _state(database, number) is MeasureState.WITHHELD
    async with database.reading() as connection:
        assert await measures.waiting(connection) == []
    with pytest.raises(RefusedError, match="未执行"):
        await _finish(database, number, MeasureState.DONE)


async def test_attempt_is_written_before_the_call(database: Database) -> None:
    ids = await _add(database, measure(), measure())
    async with database.transaction(NOW + HOUR) as work:
        await measures.attempt(work, ids)
    async with database.reading() as connection:
        stored = await measures.waiting(connection)
    assert [(one.attempts, one.attempted_at) for one in stored] == [(1, NOW + HOUR)] * 2


async def test_finished_measure_is_not_tried_again(database: Database) -> None:
    ids = await _add(database, measure(), measure())
    await _finish(database, ids[0], MeasureState.DONE)
    with pytest.raises(RefusedError):
        async with database.transaction(NOW) as work:
            await measures.attempt(work, ids)
    async with database.reading() as connection:
        assert [one.attempts for one in await measures.waiting(connection)] == [0]


@pytest.mark.parametrize("state", [one for one in MeasureState if one is not MeasureState.DONE])
async def test_only_done_carries_a_receipt(database: Database, state: MeasureState) -> None:
    [number] = await _add(database, measure())
    with pytest.raises(ValueError, match="receipt"):
        async with database.transaction(NOW) as work:
            await measures.finish(work, number, state, receipt=receipt())
    assert await _state(database, number) is MeasureState.INTENDED


async def test_done_without_a_receipt_is_refused(database: Database) -> None:
    [number] = await _add(database, measure())
    with pytest.raises(ValueError, match="receipt"):
        async with database.transaction(NOW) as work:
            await measures.finish(work, number, MeasureState.DONE, receipt=None)
    assert await _state(database, number) is MeasureState.INTENDED


async def test_receipt_comes_back_with_the_measure(database: Database) -> None:
    [number] = await _add(database, measure(), context=MeasureContext(violation=5))
    await _finish(database, number, MeasureState.DONE)
    async with database.reading() as connection:
        [stored] = await measures.for_violation(connection, 5)
    assert (stored.receipt, stored.finished_at) == (receipt(), NOW + HOUR)


async def test_measure_held_back_at_the_last_moment_says_why(database: Database) -> None:
    [number] = await _add(database, measure())
    await _finish(database, number, MeasureState.WITHHELD, "已冻结")
    async with database.reading() as connection:
        stored = await measures.get(connection, number)
    assert stored is not None
    assert stored.measure.withheld == "已冻结"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(states=st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=6))
async def test_what_is_finished_stays_finished(
    migrated_file: Path, states: list[MeasureState]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "qungui.db"
        copy_sqlite(migrated_file, path)
        async with opened(path) as database:
            [number] = await _add(database, measure())
            expected = MeasureState.INTENDED
            for state in states:
                if expected in TERMINAL and state is not expected:
                    with pytest.raises(RefusedError):
                        await _finish(database, number, state)
                else:
                    await _finish(database, number, state)
                    expected = state
                assert await _state(database, number) is expected
            async with database.reading() as connection:
                receipts = await connection.scalar(
                    select(func.count()).select_from(table_of(ReceiptRow))
                )
            assert receipts == (expected is MeasureState.DONE)


async def test_unknown_measure_waits_for_settlement_not_for_repetition(database: Database) -> None:
    [number] = await _add(database, measure())
    await _finish(database, number, MeasureState.UNKNOWN)
    async with database.reading() as connection:
        assert await measures.waiting(connection) == []
        assert [one.id for one in await measures.unsettled(connection)] == [number]
    async with database.transaction(NOW) as work:
        await measures.put_back(work, number, "读回未生效")
    async with database.reading() as connection:
        [stored] = await measures.waiting(connection)
    assert (stored.detail, stored.finished_at) == ("读回未生效", None)


async def test_only_an_unknown_measure_is_put_back(database: Database) -> None:
    [number] = await _add(database, measure())
    await _finish(database, number, MeasureState.REFUSED)
    with pytest.raises(RefusedError, match="平台拒绝"):
        async with database.transaction(NOW) as work:
            await measures.put_back(work, number, "")


async def test_unknown_number_is_refused(database: Database) -> None:
    with pytest.raises(RefusedError, match="M404"):
        await _finish(database, 404, MeasureState.FAILED)


async def test_what_is_postponed_says_until_when_and_why(database: Database) -> None:
    [number] = await _add(database, measure())
    async with database.transaction(NOW) as work:
        await measures.postpone(work, number, NOW + HOUR, "平台繁忙")
    async with database.reading() as connection:
        [stored] = await measures.waiting(connection)
    assert stored.measure.not_before == NOW + HOUR
    assert stored.detail == "平台繁忙"


async def _asked_at(database: Database, ago: timedelta, one: Measure) -> int:
    async with database.transaction(NOW - ago) as work:
        [number] = await measures.add(work, [(one, MeasureContext())])
    return number


async def test_tally_counts_what_was_or_may_have_been_done(database: Database) -> None:
    minute = timedelta(minutes=1)
    await _asked_at(database, minute, measure())
    await _asked_at(database, minute, measure(group=STAFF))
    unknown = await _asked_at(database, minute, measure())
    await _finish(database, unknown, MeasureState.UNKNOWN)
    done = await _asked_at(database, 2 * HOUR, measure())
    await _finish(database, done, MeasureState.DONE)
    refused = await _asked_at(database, minute, measure())
    await _finish(database, refused, MeasureState.REFUSED)
    await _asked_at(database, minute, measure(withheld="已冻结"))
    await _asked_at(database, minute, measure(MeasureKind.MUTE))
    await _asked_at(database, 25 * HOUR, measure())
    async with database.reading() as connection:
        here = await measures.tally(connection, Platform.QQ, MeasureKind.RECALL, TEACHERS, NOW)
        nowhere = await measures.tally(connection, Platform.QQ, MeasureKind.RECALL, None, NOW)
    assert (here.hour, here.day, here.group_hour) == (3, 4, 2)
    assert (nowhere.hour, nowhere.day, nowhere.group_hour) == (3, 4, 0)


async def test_tally_counts_from_when_it_was_tried(database: Database) -> None:
    """What waited for a connection for hours and is done now counts now: else the cap would not."""
    waited = [await _asked_at(database, 3 * HOUR, measure()) for _ in range(3)]
    async with database.transaction(NOW - timedelta(minutes=1)) as work:
        await measures.attempt(work, waited[:2])
    await _finish(database, waited[0], MeasureState.DONE)
    async with database.reading() as connection:
        tried = await measures.tally(connection, Platform.QQ, MeasureKind.RECALL, TEACHERS, NOW)
        besides = await measures.tally(
            connection, Platform.QQ, MeasureKind.RECALL, TEACHERS, NOW, besides=waited[1]
        )
    assert (tried.hour, tried.day, tried.group_hour) == (2, 3, 2)
    assert (besides.hour, besides.day, besides.group_hour) == (1, 2, 1)


async def test_removal_carries_the_approvals_of_its_plan(database: Database) -> None:
    async with database.transaction(NOW) as work:
        people = [Proposal(TEACHERS, MEMBER, 1, "已离职", "李四")]
        plan = await plans.create(work, OWNER, people, 2, NOW + HOUR)
        for account in (OWNER, OTHER):
            await plans.approve(work, plan.number, Approval(account, work.now, plan.fingerprint))
        await measures.add(
            work, [(measure(MeasureKind.REMOVE, plan=plan.number), MeasureContext(violation=1))]
        )
    async with database.reading() as connection:
        [stored] = await measures.for_plan(connection, plan.number)
    assert set(stored.measure.approvals) == {OWNER, OTHER}
    assert stored.measure.approvals_needed == 2


async def _links(work: Work) -> list[tuple[str, dict[str, object]]]:
    rows = await work.connection.execute(select(_ledger).order_by(_ledger.c.sequence))
    return [(row.kind, json.loads(row.content)) for row in rows]


async def test_every_step_is_a_link_and_no_link_holds_words(database: Database) -> None:
    [number] = await _add(database, measure(text="张三请修改名片", card="教务处-张三"))
    async with database.transaction(NOW) as work:
        await measures.attempt(work, [number])
    await _finish(database, number, MeasureState.DONE, "张三的消息")
    async with database.transaction(NOW) as work:
        links = await _links(work)
    assert [kind for kind, _ in links] == ["measure", "attempt", "receipt"]
    assert "张三" not in json.dumps(links, ensure_ascii=False)
