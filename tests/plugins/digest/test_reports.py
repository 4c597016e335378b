"""Daily reports against a real database: neither skipped nor doubled, and equal to the tables."""

import asyncio
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.domain.findings import Finding, Severity
from bot.domain.identifiers import GroupKey
from bot.domain.measures import Measure, MeasureKind, MeasureState, Mode, Receipt, ReceiptHow
from bot.domain.policy import DigestTimes
from bot.domain.violations import ViolationState
from data import digests, duties, events, measures, violations
from data.groups import add_gap
from data.ledger import Work
from data.measures import MeasureContext
from data.violations import NewViolation
from plugins.digest import contribute
from plugins.digest.figures import Reader
from plugins.digest.jobs import DailyReports
from tests.commanding import (
    ADMIN,
    GROUP,
    MEMBER,
    OTHER_GROUP,
    OTHER_OWNER,
    OWNER,
    SECOND_GROUP,
    SUPERVISOR,
    Desk,
    open_desk,
)

EVENING = datetime(2026, 11, 2, 10, 21, tzinfo=UTC)
"""18:21 in Shanghai: everybody's report is due."""


def reports(desk: Desk) -> DailyReports:
    return DailyReports(desk.services, Reader(desk.services))


async def run(desk: Desk, at: datetime, job: DailyReports | None = None) -> None:
    desk.clock.at = at
    await (job or reports(desk)).run(at)


async def rows(desk: Desk, query: str) -> list[tuple[object, ...]]:
    async with desk.database.reading() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def sent(desk: Desk) -> list[tuple[object, ...]]:
    return await rows(desk, "SELECT owner_account, day FROM digests ORDER BY day, owner_account")


def finding(group: GroupKey = GROUP, rule: str = "content") -> Finding:
    return Finding(
        rule_id=rule, kind="serious", clause="21.3", group=group, account=MEMBER, reason="测试"
    )


async def open_case(
    work: Work, state: ViolationState = ViolationState.OPEN, group: GroupKey = GROUP
) -> int:
    severity, mode = Severity.SERIOUS, Mode.ENFORCE
    return await violations.open_violation(
        work,
        NewViolation(
            finding=finding(group), severity=severity, mode=mode, state=state, person_name="王五"
        ),
    )


async def test_every_owner_and_supervisor_gets_one_report_and_one_message(desk: Desk) -> None:
    await run(desk, EVENING)
    owners = ["100", "200", "301", "302"]
    assert await sent(desk) == [(owner, "2026-11-02") for owner in owners]
    messages = await rows(
        desk, "SELECT account_id, group_id, kind, state, public_text FROM measures ORDER BY id"
    )
    assert [one[0] for one in messages] == owners
    assert {one[2] for one in messages} == {"notify"}
    assert {one[3] for one in messages} == {"intended"}
    assert [bool(one[4]) for one in messages] == [True, True, False, False]
    owed = await rows(desk, "SELECT owner_account, kind, due_at FROM duties ORDER BY number")
    assert owed == [(owner, "daily-look", "2026-11-03 04:00:00.000000") for owner in ("100", "200")]
    assert len(desk.reloads) == 1


async def test_nothing_is_sent_before_its_time(desk: Desk) -> None:
    await run(desk, datetime(2026, 11, 2, 9, 59, 59, tzinfo=UTC))
    assert await sent(desk) == []
    assert desk.reloads == []


async def test_a_restart_and_a_second_process_send_nothing_twice(desk: Desk) -> None:
    job = reports(desk)
    await run(desk, EVENING, job)
    await run(desk, EVENING + timedelta(seconds=30), job)
    await asyncio.gather(*(reports(desk).run(EVENING) for _ in range(3)))
    assert len(await sent(desk)) == 4
    assert len(await rows(desk, "SELECT id FROM measures")) == 4


async def test_a_late_start_still_sends_the_same_day_and_waits_for_the_morning(
    desk: Desk,
) -> None:
    await run(desk, datetime(2026, 11, 2, 15, 30, tzinfo=UTC))
    assert len(await sent(desk)) == 4
    held = await rows(desk, "SELECT DISTINCT not_before FROM measures")
    assert held == [("2026-11-02 23:00:00.000000",)]


async def test_a_quiet_day_is_short_and_still_says_what_was_seen(desk: Desk) -> None:
    for state in desk.register.groups.values():
        assert state.reading is not None
        state.reading = replace(state.reading, read_at=EVENING)
    await run(desk, EVENING)
    async with desk.database.reading() as connection:
        found = await digests.get(connection, OWNER, "2026-11-02")
    assert found is not None
    assert len(found.text.splitlines()) <= 4
    assert "一切正常" in found.text
    assert "收到消息 0 条" in found.text


async def test_a_report_is_one_for_all_groups_with_exceptions_only(desk: Desk) -> None:
    async def write(work: Work) -> None:
        await open_case(work)
        await open_case(work, ViolationState.WAITING)
        await open_case(work, ViolationState.OBSERVED, SECOND_GROUP)
        await open_case(work, group=OTHER_GROUP)
        await add_gap(work, GROUP, work.now - timedelta(minutes=30), work.now, 7)
        await events.bump(
            work,
            {
                ("2026-11-02", "qq", GROUP.id, "message"): 12,
                ("2026-11-02", "qq", GROUP.id, "uninspected:picture:no_ocr"): 3,
                ("2026-11-02", "qq", GROUP.id, "uninspected:picture:too_large"): 1,
                ("2026-11-02", "qq", GROUP.id, "uninspected:file:locked"): 2,
                ("2026-11-02", "qq", OTHER_GROUP.id, "message"): 99,
            },
        )

    await desk.services.scribe.write(write)
    await run(desk, EVENING)
    async with desk.database.reading() as connection:
        found = await digests.get(connection, OWNER, "2026-11-02")
    assert found is not None
    assert "教务工作群：3 人；新增 2 件，办结 0 件，待办 2 件" in found.text
    assert "考务群" in found.text
    assert "学生工作群" not in found.text
    assert "已处理 W2" in found.text
    assert "收到消息 12 条" in found.text
    assert "6 件（文件 2：设有密码；图片 4：未装图片文字识别 3、过大 1）" in found.text
    assert "30 分钟" in found.text
    assert "王五" not in found.text


async def test_what_happens_in_the_evening_is_in_the_next_report(desk: Desk) -> None:
    async def busy(work: Work) -> None:
        await open_case(work)
        await events.bump(work, {("2026-11-02", "qq", GROUP.id, "message"): 5})

    await desk.services.scribe.write(busy)
    await run(desk, EVENING)
    desk.clock.at = EVENING + timedelta(hours=2)
    await desk.services.scribe.write(busy)
    desk.clock.at = EVENING + timedelta(hours=20)

    async def next_day(work: Work) -> None:
        await events.bump(work, {("2026-11-03", "qq", GROUP.id, "message"): 3})

    await desk.services.scribe.write(next_day)
    await run(desk, EVENING + timedelta(days=1))
    async with desk.database.reading() as connection:
        found = await digests.get(connection, OWNER, "2026-11-03")
    assert found is not None
    assert found.figures["opened"] == 1
    assert found.figures["received"] == 8


async def test_read_by_one_word_closes_the_duty_with_proof(desk: Desk) -> None:
    given = contribute(desk.services)
    router = desk.router(given.commands)
    (said,) = await desk.say(router, OWNER, "已阅")
    assert "还没有" in said.text
    await run(desk, EVENING)
    (said,) = await desk.say(router, OWNER, "已阅", GROUP)
    assert "11月2日" in said.text
    async with desk.database.reading() as connection:
        (mine,) = await duties.list_duties(connection, owner=OWNER)
        others = await duties.list_duties(connection, owner=OTHER_OWNER)
    assert mine.state == "done"
    assert str(OWNER) in mine.proof
    assert [one.state for one in others] == ["open"]
    (said,) = await desk.say(router, OWNER, "已阅")
    assert "此前" in said.text


async def test_an_unread_report_becomes_overdue_and_may_still_be_read(desk: Desk) -> None:
    await run(desk, EVENING)
    await run(desk, EVENING + timedelta(hours=18))
    async with desk.database.reading() as connection:
        assert {one.state for one in await duties.list_duties(connection)} == {"overdue"}
    router = desk.router(contribute(desk.services).commands)
    await desk.say(router, OWNER, "已阅")
    async with desk.database.reading() as connection:
        (mine,) = await duties.list_duties(connection, owner=OWNER)
    assert mine.state == "done"


async def test_the_report_on_demand_follows_place_and_role(desk: Desk) -> None:
    router = desk.router(contribute(desk.services).commands)
    await desk.services.scribe.write(open_case)
    desk.clock.pass_(timedelta(minutes=1))
    (said,) = await desk.say(router, OWNER, "日报", SECOND_GROUP)
    assert said.group == SECOND_GROUP
    assert "教务工作群" not in said.text
    (said,) = await desk.say(router, OWNER, "日报")
    assert said.group is None
    assert "教务工作群" in said.text
    assert "2 个群" in said.text
    (said,) = await desk.say(router, ADMIN, "日报")
    assert "1 个群" in said.text
    (said,) = await desk.say(router, SUPERVISOR, "日报")
    assert "监督日报" in said.text
    assert "新增 1 件" in said.text
    (said,) = await desk.say(router, MEMBER, "日报", GROUP)
    assert said.group is None
    assert "限" in said.text


@dataclass(frozen=True)
class Happening:
    state: ViolationState
    group: GroupKey
    hours_ago: int
    measured: MeasureState | None
    messages: int


happenings = st.lists(
    st.builds(
        Happening,
        state=st.sampled_from(list(ViolationState)),
        group=st.sampled_from([GROUP, SECOND_GROUP, OTHER_GROUP]),
        hours_ago=st.integers(0, 40),
        measured=st.none() | st.sampled_from([MeasureState.DONE, MeasureState.FAILED]),
        messages=st.integers(0, 5),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happenings)
def test_the_figures_equal_what_anybody_counts_in_the_tables(history: list[Happening]) -> None:
    async def check() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_desk(Path(folder)) as desk:
                await _play(desk, history)
                await run(desk, EVENING)
                await _compare(desk)

    asyncio.run(check())


async def _play(desk: Desk, history: list[Happening]) -> None:
    over = (ViolationState.CLOSED, ViolationState.DISMISSED)
    for one in sorted(history, key=lambda each: -each.hours_ago):
        at = desk.clock.at = EVENING - timedelta(hours=one.hours_ago, minutes=1)

        async def write(work: Work, one: Happening = one, at: datetime = at) -> None:
            start = ViolationState.OPEN if one.state in over else one.state
            number = await open_case(work, start, one.group)
            if one.state in over:
                await violations.move(work, number, one.state, "测试")
            day = at.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
            await events.bump(work, {(day, "qq", one.group.id, "message"): one.messages})
            if one.measured:
                measure = Measure(kind=MeasureKind.RECALL, group=one.group, mode=Mode.ENFORCE)
                context = MeasureContext(violation=number)
                (identifier,) = await measures.add(work, [(measure, context)])
                receipt = Receipt(ReceiptHow.READ_BACK, at)
                done = one.measured is MeasureState.DONE
                await measures.finish(
                    work, identifier, one.measured, receipt=receipt if done else None
                )

        await desk.services.scribe.write(write)


async def _compare(desk: Desk) -> None:
    midnight, now = "2026-11-01 16:00:00", "2026-11-02 10:21:00"
    for owner, groups in ((OWNER, "'1000','1001'"), (OTHER_OWNER, "'2000'")):
        async with desk.database.reading() as connection:
            found = await digests.get(connection, owner, "2026-11-02")
        assert found is not None

        async def count(where: str, table: str = "violations", groups: str = groups) -> object:
            query = f"SELECT count(*) FROM {table} WHERE group_id IN ({groups}) AND {where}"
            return (await rows(desk, query))[0][0]

        opened = f"opened_at >= '{midnight}' AND opened_at < '{now}'"
        closed = f"closed_at >= '{midnight}' AND closed_at < '{now}'"
        made = f"created_at >= '{midnight}' AND created_at < '{now}' AND violation IS NOT NULL"
        assert found.figures["opened"] == await count(f"{opened} AND state <> 'observed'")
        assert found.figures["observed"] == await count(f"{opened} AND state = 'observed'")
        assert found.figures["closed"] == await count(closed)
        assert found.figures["pending"] == await count("state IN ('open', 'waiting')")
        taken = found.figures["measures"]
        assert isinstance(taken, dict)
        assert sum(int(str(one)) for one in taken.values()) == await count(made, "measures")
        total = await rows(
            desk,
            "SELECT coalesce(sum(value), 0) FROM counters WHERE day = '2026-11-02' "
            f"AND name = 'message' AND group_id IN ({groups})",
        )
        assert found.figures["received"] == total[0][0]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.integers(1, 36 * 60)),
        st.tuples(st.just("back"), st.integers(1, 11 * 60)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("zone"), st.integers(0, 2)),
    ),
    min_size=1,
    max_size=12,
)
ZONES = ("Asia/Shanghai", "America/New_York", "Pacific/Auckland")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_reports_are_neither_doubled_nor_skipped_whatever_the_clock_does(
    steps: list[tuple[str, int]],
) -> None:
    async def check() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_desk(Path(folder)) as desk:
                await _live(desk, steps)

    asyncio.run(check())


async def _live(desk: Desk, steps: list[tuple[str, int]]) -> None:
    job = reports(desk)
    await run(desk, EVENING, job)
    for kind, amount in steps:
        if kind == "restart":
            job = reports(desk)
        elif kind == "zone":
            zone = ZoneInfo(ZONES[amount])
            times = DigestTimes(at=time(18), spread=timedelta(minutes=20), zone=zone)
            desk.register.policy = replace(desk.register.policy, digest=times)
        else:
            desk.clock.pass_(timedelta(minutes=amount if kind == "pass" else -amount))
        await run(desk, desk.clock.at, job)
    moments = sorted(
        datetime.fromisoformat(str(one[0]))
        for one in await rows(
            desk, f"SELECT composed_at FROM digests WHERE owner_account = '{OWNER.id}'"
        )
    )
    days = await rows(desk, f"SELECT day FROM digests WHERE owner_account = '{OWNER.id}'")
    assert len(set(days)) == len(days)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(gap >= timedelta(hours=12) for gap in gaps)
    # A day on which everything stands still gets its report at the next look.
    today = desk.clock.at.astimezone(desk.register.policy.digest.zone)
    end = datetime.combine(today.date() + timedelta(days=2), time(23, 59), today.tzinfo)
    before = len(days)
    await run(desk, end.astimezone(UTC), job)
    days = await rows(desk, f"SELECT day FROM digests WHERE owner_account = '{OWNER.id}'")
    assert len(days) == before + 1
