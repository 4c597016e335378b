"""Each remaining way in which an implementation misbehaves, and what the groups see of it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.college import CHEN, FANG, HE, LI, PEOPLE, ZHOU, crowd, group, seat
from tests.journeys.journey import (
    PROPOSED_WITHIN,
    READ_WITHIN,
    RECALLED_WITHIN,
    TOLD_WITHIN,
    Journey,
    connected,
    serving,
)
from tests.journeys.service import Service
from tests.journeys.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPEAKERS = crowd(12)
BAD = "网络赌博，日进斗金"
FRIENDS = (ZHOU, CHEN, FANG)
DEAF_AFTER = 3.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    home = tmp_path_factory.mktemp("faults")
    people = (*PEOPLE, *SPEAKERS)
    async with serving(home, people=people, QUNGUI_QQ_DEAF_AFTER=str(DEAF_AFTER)) as started:
        yield started


async def read(here: Journey, group_id: int) -> None:
    await until(lambda: here.reads(group_id) >= 2, READ_WITHIN, "the group is read")


async def test_list_that_still_names_people_long_gone_harms_nobody(service: Service) -> None:
    number = 701400
    plan = group(number, "教务处工作群", seat(LI, "小明"), *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await here.hears(number, LI.card, within=READ_WITHIN)
        here.sim.faults.frozen_member_cache = True
        here.sim.faults.dropped = {"notice.group_decrease": 1.0}
        here.sim.leave(number, LI.account)
        await here.read_again(ZHOU.account, number)
        assert not here.sim.calls("set_group_kick")
        here.sim.faults.frozen_member_cache = False
        here.sim.faults.dropped = {}
        await here.asks(ZHOU.account, "成员 刷新", "都符合要求")
        assert (await here.violation(account=str(LI.account)))["state"] == "closed"


async def test_silence_about_a_quoted_message_delays_nothing(service: Service) -> None:
    number = 701401
    plan = group(number, "信息工程学院工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS, unanswered={"get_msg"}) as here:
        await read(here, number)
        fine = here.sim.say(number, SPEAKERS[0].account, "大家早上好")
        await here.recalled(here.sim.quote(number, SPEAKERS[1].account, fine, BAD))
        assert not here.sim.is_recalled(fine)


async def test_slow_recall_of_one_message_does_not_delay_the_others(service: Service) -> None:
    number = 701402
    plan = group(number, "学生事务部工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS, slow={"delete_msg": 1.0}) as here:
        await read(here, number)
        said = [here.sim.say(number, one.account, BAD) for one in SPEAKERS[2:6]]
        await until(
            lambda: all(map(here.sim.is_recalled, said)), 1 + RECALLED_WITHIN, "all are recalled"
        )


async def test_hole_in_the_history_is_reported(service: Service) -> None:
    number = 701403
    plan = group(number, "保卫处工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await read(here, number)
        here.sim.say(number, SPEAKERS[6].account, "第一条")
        await here.sim.drained()
        await here.sim.go_offline()
        here.sim.faults.history_gaps = {(number, 2)}
        here.sim.say(number, SPEAKERS[6].account, "谁也看不到的一条")
        bad = here.sim.say(number, SPEAKERS[7].account, BAD)
        here.sim.go_online()
        await here.recalled(bad, within=READ_WITHIN)

        async def reported() -> object:
            return "1 条消息没有看到" in await here.asks(ZHOU.account, "日报", "日报")

        await until(reported, PROPOSED_WITHIN, "the hole is in the report", every=1)


@pytest.mark.parametrize("seconds", [-1800, 1800])
async def test_clock_that_goes_wrong_changes_nothing(service: Service, seconds: int) -> None:
    number = 701404 + (seconds > 0)
    plan = group(number, "财务处工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS, clock_offset=seconds) as here:
        await read(here, number)
        author = SPEAKERS[8 + (seconds > 0)]
        await here.recalled(here.sim.say(number, author.account, BAD))
        await here.hears(number, f"@{author.account}", within=TOLD_WITHIN)


async def test_new_connection_takes_over_from_one_that_died_without_a_word(
    service: Service,
) -> None:
    number = 701406
    plan = group(number, "图书馆工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await read(here, number)
        here.sim.abandon_socket()
        before = here.reads(number)
        await until(lambda: here.reads(number) >= before + 2, READ_WITHIN, "it is read again")
        await here.recalled(here.sim.say(number, SPEAKERS[10].account, BAD))


async def test_messages_a_deaf_host_never_pushed_are_found(service: Service) -> None:
    number = 701407
    plan = group(number, "党政办公室工作群", HE, *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await read(here, number)
        for count in range(12):
            here.sim.say(number, HE.account, f"第 {count} 项工作已完成")
        await here.sim.drained()
        here.sim.faults.deaf = True
        bad = here.sim.say(number, SPEAKERS[11].account, BAD)
        await here.recalled(bad, within=10 * DEAF_AFTER)
