"""查违规 through the router: who sees what, and the record of every look."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.findings import Excerpt, Finding, Severity
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Measure, MeasureKind, Mode
from bot.domain.violations import ViolationState
from bot.engine.router import Router
from data import measures, violations
from data.ledger import Work
from data.measures import MeasureContext
from data.violations import NewViolation
from plugins.oversight import contribute
from tests.commanding import (
    ADMINISTRATOR,
    APPROVER,
    GROUP,
    MEMBER,
    NOON,
    OTHER_GROUP,
    OTHER_OWNER,
    OWNER,
    SECOND_GROUP,
    SUPERVISOR,
    Desk,
)


async def open_case(
    desk: Desk, group: GroupKey = GROUP, state: ViolationState = ViolationState.OPEN
) -> int:
    async def write(work: Work) -> int:
        finding = Finding(
            rule_id="content",
            kind="serious",
            clause="21.3",
            group=group,
            account=MEMBER,
            reason="信息内容不符合要求",
            staff_id="T003",
        )
        new = NewViolation(
            finding=finding,
            severity=Severity.SERIOUS,
            mode=Mode.ENFORCE,
            state=state,
            person_name="王五",
            department="教务处",
        )
        number = await violations.open_violation(work, new)
        excerpt = Excerpt("某某违规内容某某", 2, 6, "f")
        await desk.services.vault.seal(work, number, excerpt)
        measure = Measure(kind=MeasureKind.RECALL, group=group, account=MEMBER, mode=Mode.ENFORCE)
        await measures.add(work, [(measure, MeasureContext(violation=number))])
        return number

    return await desk.services.scribe.write(write)


async def looks(desk: Desk) -> list[dict[str, object]]:
    query = "SELECT subject, content FROM ledger WHERE kind = 'look' ORDER BY sequence"
    async with desk.database.reading() as connection:
        rows = (await connection.execute(text(query))).all()
    return [{"who": row.subject, **json.loads(row.content)} for row in rows]


@pytest.fixture
def router(desk: Desk) -> Router:
    return desk.router(contribute(desk.services).commands)


async def test_a_supervisor_sees_every_group_and_an_owner_his_own(
    desk: Desk, router: Router
) -> None:
    first, second = await open_case(desk), await open_case(desk, OTHER_GROUP)
    (said,) = await desk.say(router, SUPERVISOR, "查违规")
    assert [line.split()[0] for line in said.text.splitlines()] == [f"W{second}", f"W{first}"]
    (said,) = await desk.say(router, OWNER, "查违规 今天")
    assert said.text.startswith(f"W{first} ")
    assert f"W{second}" not in said.text
    (said,) = await desk.say(router, OTHER_OWNER, f"查违规 W{first}")
    assert "没有您可以查看" in said.text
    (said,) = await desk.say(router, OWNER, "查违规", SECOND_GROUP)
    assert "没有符合条件" in said.text


async def test_a_group_never_reads_what_was_found(desk: Desk, router: Router) -> None:
    number = await open_case(desk)
    for words in ("查违规", f"查违规 W{number}"):
        (said,) = await desk.say(router, OWNER, words, GROUP)
        assert said.group is None
        assert said.hint
        assert "王五" not in said.hint
        assert "违规内容" not in said.text


async def test_the_excerpt_is_for_a_supervisor_in_private_alone(desk: Desk, router: Router) -> None:
    number = await open_case(desk)
    (said,) = await desk.say(router, SUPERVISOR, f"查违规 W{number}")
    assert "某某违规内容某某" in said.text
    assert "撤回（自动）：待执行" in said.text
    for account in (OWNER, ADMINISTRATOR):
        (said,) = await desk.say(router, account, f"查违规 W{number}")
        assert f"W{number}" in said.text
        assert "违规内容" not in said.text
    seen = [one["excerpt"] for one in await looks(desk)]
    assert seen == [True, False, False]


async def test_whoever_asks_again_and_again_does_not_fill_the_chain(
    desk: Desk, router: Router
) -> None:
    for _ in range(25):
        await desk.say(router, MEMBER, "查违规", GROUP)
    assert [one["times"] for one in await looks(desk)] == [1, 10]
    desk.clock.pass_(timedelta(days=1))
    await desk.say(router, MEMBER, "查违规", GROUP)
    assert [one["times"] for one in await looks(desk)] == [1, 10, 1]


async def test_every_look_is_recorded_and_every_first_refusal(desk: Desk, router: Router) -> None:
    number = await open_case(desk)
    await desk.say(router, SUPERVISOR, "查违规 今天")
    await desk.say(router, OTHER_OWNER, f"查违规 W{number}")
    await desk.say(router, MEMBER, "查违规", GROUP)
    await desk.say(router, MEMBER, "查违规", GROUP)
    await desk.say(router, APPROVER, "查违规")
    await desk.say(router, OWNER, "查违规 外星处")
    found = await looks(desk)
    assert [(one["who"], one["refused"]) for one in found] == [
        (str(SUPERVISOR), False),
        (str(OTHER_OWNER), True),
        (str(MEMBER), True),
        (str(APPROVER), True),
        (str(OWNER), True),
    ]
    assert found[0]["cases"] == [number]
    assert "外星处" not in json.dumps(found, ensure_ascii=False)


async def test_pages_hold_ten_lines_and_go_on(desk: Desk, router: Router) -> None:
    numbers = []
    for _ in range(23):
        desk.clock.pass_(timedelta(seconds=1))
        numbers.append(await open_case(desk))

    def shown(answer: str) -> list[str]:
        return [line.split()[0] for line in answer.splitlines() if line.startswith("W")]

    (said,) = await desk.say(router, SUPERVISOR, "查违规 严重")
    assert shown(said.text) == [f"W{one}" for one in numbers[:12:-1]]
    assert "下一页" in said.text
    (said,) = await desk.say(router, SUPERVISOR, "下一页")
    assert shown(said.text) == [f"W{one}" for one in numbers[12:2:-1]]
    (said,) = await desk.say(router, SUPERVISOR, "查违规 下一页")
    assert shown(said.text) == [f"W{one}" for one in numbers[2::-1]]
    assert "下一页" not in said.text
    (said,) = await desk.say(router, SUPERVISOR, "查违规 第2页")
    assert shown(said.text) == [f"W{one}" for one in numbers[12:2:-1]]
    (said,) = await desk.say(router, OWNER, "下一页")
    assert "没有可以继续" in said.text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        *((words, True) for words in ("教务处", "王五", "处理中", "教务工作群")),
        *((words, False) for words in ("学生处", "张三", "昨天", "较轻", "已办结", "考务群")),
    ],
)
async def test_conditions_narrow_the_log(
    words: str, found: bool, desk: Desk, router: Router
) -> None:
    await open_case(desk)
    assert desk.clock.now() == NOON
    (said,) = await desk.say(router, SUPERVISOR, f"查违规{words}")
    assert said.text.startswith("W") is found


@pytest.mark.parametrize("account", [MEMBER, APPROVER])
async def test_nobody_else_is_shown_anything(
    account: AccountKey, desk: Desk, router: Router
) -> None:
    await open_case(desk)
    for said in await desk.say(router, account, "查违规"):
        assert "W1" not in said.text
