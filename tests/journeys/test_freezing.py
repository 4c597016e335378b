"""One person stops everything within a second; it takes two to go on."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.journeys.college import CHEN, FANG, LI, PEOPLE, STRANGER, WANG, WU, ZHOU, crowd, group
from tests.journeys.journey import (
    FROZEN_WITHIN,
    JOIN_WITHIN,
    READ_WITHIN,
    RECALLED_WITHIN,
    REMOVED_WITHIN,
    Journey,
    journey,
    measures_of,
    number_in,
)
from tests.journeys.waiting import stays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP = 700800
SPEAKERS = crowd(8)
LEAVERS = tuple(replace(one, departed=True) for one in crowd(16)[8:])
BAD = "网络赌博，日进斗金"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    plan = group(GROUP, "教务处工作群", LI, *SPEAKERS, *LEAVERS)
    async with journey(
        tmp_path_factory.mktemp("freezing"),
        [plan],
        people=(*PEOPLE, *SPEAKERS, *LEAVERS),
        friends=(ZHOU, WU, CHEN, FANG),
        QUNGUI_QQ_BETWEEN_REMOVALS="1",
    ) as begun:
        yield begun


async def status(here: Journey) -> str:
    found = (await here.service.healthz())["status"]
    assert isinstance(found, str)
    return found


async def unfrozen(here: Journey) -> None:
    """Two different people agree."""
    await here.asks(FANG.account, "解冻", "另一位")
    await here.asks(CHEN.account, "解冻", "恢复处置")


async def test_nothing_is_done_while_frozen_and_two_people_end_it(here: Journey) -> None:
    await here.asks(FANG.account, "冻结", "已冻结")
    health = await here.service.healthz()
    assert (health["http"], health["status"]) == (200, "frozen")
    message = here.sim.say(GROUP, SPEAKERS[0].account, BAD)
    request = here.sim.join_request(GROUP, STRANGER, "我是新来的")
    own = here.sim.join_request(GROUP, 300_000, "教务处")
    heard = len(here.heard(GROUP))
    await stays(
        lambda: (
            not here.sim.is_recalled(message)
            and request.state is own.state is None
            and len(here.heard(GROUP)) == heard
        ),
        2 * RECALLED_WITHIN,
        "nothing is done",
    )
    await here.asks(FANG.account, "解冻", "另一位")
    again = await here.asks(FANG.account, "解冻", "解冻")
    assert "恢复处置" not in again
    assert await status(here) == "frozen"
    await here.asks(CHEN.account, "解冻", "恢复处置")
    assert await status(here) == "ok"
    await here.recalled(here.sim.say(GROUP, SPEAKERS[1].account, BAD))
    assert all("已撤回" not in one for one in here.heard(GROUP) if f"@{SPEAKERS[0].account}" in one)
    frozen = await here.violation(account=str(SPEAKERS[0].account))
    assert [one["receipt"] for one in measures_of(frozen, "recall")] == [None]


async def test_freezing_on_the_command_line_stops_within_a_second(here: Journey) -> None:
    outcome = await here.service.command("freeze")
    assert outcome.code == 0, outcome.err

    async def frozen() -> object:
        return await status(here) == "frozen"

    await until(frozen, FROZEN_WITHIN, "the running service is frozen", every=0.05)
    await unfrozen(here)


async def test_member_can_neither_freeze_nor_unfreeze(here: Journey) -> None:
    here.sim.mention_bot(GROUP, SPEAKERS[2].account, "冻结")
    await here.recalled(here.sim.say(GROUP, SPEAKERS[2].account, BAD))
    assert await status(here) == "ok"


async def test_restart_stays_frozen(here: Journey) -> None:
    await here.asks(CHEN.account, "冻结", "已冻结")
    await here.service.kill()
    await here.service.start()
    await here.sim.wait_connected()
    message = here.sim.say(GROUP, SPEAKERS[3].account, BAD)
    assert await status(here) == "frozen"
    await stays(lambda: not here.sim.is_recalled(message), RECALLED_WITHIN, "it stays frozen")
    await unfrozen(here)


async def test_removals_under_way_stop_and_go_on_as_approved(here: Journey) -> None:
    said = await here.is_told(ZHOU.account, "清理计划", within=READ_WITHIN)
    number = number_in(said)
    await here.asks(ZHOU.account, f"批准 {number}", "另一位")
    await here.asks(WU.account, f"批准 {number}", number)

    def gone() -> int:
        members = here.sim.group(GROUP).members
        return sum(one.account not in members for one in LEAVERS)

    await until(lambda: gone() >= 3, REMOVED_WITHIN, "the first are removed")
    await here.asks(FANG.account, "冻结", "已冻结")
    stopped = gone()
    assert stopped < len(LEAVERS)
    await stays(lambda: gone() == stopped, 3, "nobody else is removed")
    await unfrozen(here)

    async def over() -> object:
        return (await here.plan(number))["state"] == "done"

    await until(over, REMOVED_WITHIN, "the plan is over", every=0.3)
    states = {one["person"]["account"]: one["state"] for one in (await here.plan(number))["people"]}
    for one in LEAVERS:
        is_gone = one.account not in here.sim.group(GROUP).members
        assert (states[str(one.account)] == "done") == is_gone


async def test_request_that_came_while_frozen_can_be_answered_afterwards(here: Journey) -> None:
    await here.asks(FANG.account, "冻结", "已冻结")
    before = len(here.told(ZHOU.account))
    request = here.sim.join_request(GROUP, STRANGER + 1, "我是来参观的")
    colleague = here.sim.join_request(GROUP, WANG.account, WANG.card)
    await here.sim.drained()
    await unfrozen(here)
    await here.is_told(ZHOU.account, str(WANG.account), "冻结", within=JOIN_WITHIN, after=before)
    assert colleague.state is None
    asked = await here.is_told(
        ZHOU.account, "入群申请", str(STRANGER + 1), within=JOIN_WITHIN, after=before
    )
    number = number_in(asked)
    await here.asks(ZHOU.account, f"批准 {number}", number)
    await until(lambda: request.state == "approved", JOIN_WITHIN, "the request is approved")
