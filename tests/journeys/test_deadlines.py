"""The contract's deadlines hold at the pace and with the waits of the real thing."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from adapters.simulator.onebot11.faults import Timing
from tests.journeys.college import (
    CHEN,
    FANG,
    GONE,
    HE,
    LI,
    PEOPLE,
    STRANGER,
    SUN,
    WANG,
    WU,
    ZHOU,
    crowd,
    group,
    seat,
)
from tests.journeys.journey import (
    JOIN_WITHIN,
    PROPOSED_WITHIN,
    READ_WITHIN,
    REMOVED_WITHIN,
    TASK_WITHIN,
    TOLD_WITHIN,
    Journey,
    apply_roster,
    connected,
    number_in,
    serving,
)
from tests.journeys.service import QUICK
from tests.journeys.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLUB, OFFICE, WELCOME = 701300, 701301, 701302
CROWD = crowd(30)
BAD = "网络赌博，日进斗金"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    plans = [
        group(CLUB, "全校通知群", *(seat(one, f"昵称{one.account}") for one in CROWD[:25])),
        group(OFFICE, "教务处工作群", seat(LI, "小明"), WANG, *CROWD[25:]),
        group(WELCOME, "迎新工作群", seat(SUN, "悦悦"), replace(seat(GONE))),
    ]
    home = tmp_path_factory.mktemp("deadlines")
    friends = (ZHOU, CHEN, FANG)
    async with (
        serving(home, people=(*PEOPLE, *CROWD), **dict.fromkeys(QUICK, "")) as service,
        connected(service, plans, friends=friends, timing=Timing.like_napcat()) as begun,
    ):
        yield begun


async def test_members_are_read_and_reminded_within_half_a_minute_of_connecting(
    here: Journey,
) -> None:
    def reminded() -> bool:
        said = "".join(text for number in (CLUB, OFFICE, WELCOME) for text in here.heard(number))
        wrong = (*CROWD[:25], LI, SUN)
        return all(f"@{one.account}" in said for one in wrong)

    await until(reminded, READ_WITHIN, "everybody is reminded")


async def test_departed_member_is_proposed_within_twenty_seconds(here: Journey) -> None:
    await here.is_told(ZHOU.account, "清理计划", GONE.name, within=PROPOSED_WITHIN)


async def test_message_is_recalled_and_its_author_told_in_time(here: Journey) -> None:
    message = here.sim.say(OFFICE, WANG.account, BAD)
    await here.recalled(message)
    await here.hears(OFFICE, f"@{WANG.account}", within=TOLD_WITHIN)


async def test_owner_gets_his_task_in_time(here: Journey) -> None:
    before = len(here.told(ZHOU.account))
    here.sim.say(OFFICE, WU.account, BAD)
    await here.is_told(ZHOU.account, "请您处理", within=TASK_WITHIN, after=before)


async def test_requests_are_answered_or_put_to_the_owner_in_time(here: Journey) -> None:
    before = len(here.told(ZHOU.account))
    matched = here.sim.join_request(OFFICE, HE.account, HE.card)
    unmatched = here.sim.join_request(OFFICE, STRANGER, "你好")
    await until(lambda: matched.state == "approved", JOIN_WITHIN, "the request is approved")
    await here.is_told(ZHOU.account, "入群申请", within=JOIN_WITHIN, after=before)
    assert unmatched.state is None


async def test_leaver_of_a_new_roster_is_proposed_and_removed_in_time(here: Journey) -> None:
    gone = replace(CROWD[27], departed=True)
    others = tuple(one for one in (*PEOPLE, *CROWD) if one != CROWD[27])
    before = len(here.told(ZHOU.account))
    await apply_roster(here.service, (*others, gone), "leaver.csv")
    said = await here.is_told(
        ZHOU.account, "清理计划", gone.name, within=PROPOSED_WITHIN, after=before
    )
    number = number_in(said)
    await here.asks(ZHOU.account, f"批准 {number}", number)

    async def done() -> object:
        return (await here.plan(number))["state"] == "done"

    await until(done, REMOVED_WITHIN, "the removal is read back", every=0.5)
    assert gone.account not in here.sim.group(OFFICE).members


async def test_many_bad_messages_at_once_are_each_recalled_in_time(here: Journey) -> None:
    said = [here.sim.say(CLUB, one.account, BAD) for one in CROWD[:10]]
    for message in said:
        await here.recalled(message)
