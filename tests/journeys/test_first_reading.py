"""On connecting, the bot reads its groups and judges their members without being asked."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.college import (
    GONE,
    HE,
    LI,
    LIU,
    MA,
    PEOPLE,
    SUN,
    WANG,
    ZHOU,
    crowd,
    group,
    seat,
)
from tests.journeys.journey import (
    ANSWERED_WITHIN,
    PROPOSED_WITHIN,
    READ_WITHIN,
    connected,
    serving,
)
from tests.journeys.service import Service
from tests.journeys.waiting import stays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CROWD = crowd(12)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with serving(tmp_path_factory.mktemp("reading"), people=(*PEOPLE, *CROWD)) as started:
        yield started


async def test_members_are_judged_on_connecting_without_being_asked(service: Service) -> None:
    plans = [
        group(700101, "教务处工作群", seat(LI, "小明"), WANG),
        group(700102, "信息工程学院工作群", seat(LIU, "刘洋"), SUN),
    ]
    async with connected(service, plans) as here:
        one = await here.hears(700101, f"@{LI.account}", within=READ_WITHIN)
        other = await here.hears(700102, f"@{LIU.account}", within=READ_WITHIN)
        assert LI.card in one
        assert LIU.card in other
        assert str(WANG.account) not in one
        assert str(SUN.account) not in other
        found = await here.violations(rule="real-name")
        assert {case["person"]["staff_id"] for case in found} == {LI.staff_id, LIU.staff_id}
        assert {case["state"] for case in found} == {"open"}


async def test_list_that_is_stale_at_first_is_read_again(service: Service) -> None:
    plan = group(700103, "保卫处工作群", seat(MA, "马老师"), WANG)
    async with connected(service, [plan], friends=(ZHOU,)) as here:
        # NapCat's list is of before this; only a second reading shows it.
        here.sim.rename(700103, MA.account, MA.card)
        here.sim.rename(700103, WANG.account, "王老师")
        said = await here.hears(700103, f"@{WANG.account}", within=READ_WITHIN)
        assert str(MA.account) not in said
        await here.asks(ZHOU.account, "成员", WANG.card)


async def test_incomplete_list_judges_whom_it_shows_and_proposes_nobody(service: Service) -> None:
    plan = group(700104, "学生事务部工作群", seat(SUN, "小孙"), GONE, HE, *CROWD)
    async with connected(service, [plan], friends=(ZHOU,), truncated_member_list=6) as here:
        await here.hears(700104, f"@{SUN.account}", within=READ_WITHIN)
        assert not [text for text in here.told(ZHOU.account) if "清理计划" in text]
        here.sim.faults.truncated_member_list = None
        await here.read_again(ZHOU.account, 700104)
        await here.is_told(ZHOU.account, "清理计划", GONE.name, within=PROPOSED_WITHIN)


async def test_person_missing_from_an_incomplete_list_is_not_taken_for_gone(
    service: Service,
) -> None:
    plan = group(700105, "图书馆工作群", *CROWD, seat(HE, "何老师"))
    async with connected(service, [plan], friends=(ZHOU,)) as here:
        await here.hears(700105, f"@{HE.account}", within=READ_WITHIN)
        here.sim.faults.truncated_member_list = 6
        await here.read_again(ZHOU.account, 700105)
        assert (await here.violation(group="700105"))["state"] == "open"


async def test_ids_as_strings_are_the_same_people(service: Service) -> None:
    plan = group(700106, "财务处工作群", seat(LI, "小李子"), WANG)
    async with connected(service, [plan], friends=(ZHOU,), string_ids=True) as here:
        await here.hears(700106, f"@{LI.account}", within=READ_WITHIN)
        message = here.sim.say(700106, WANG.account, "网络赌博平台")
        await here.recalled(message)
        await here.asks(ZHOU.account, "成员", LI.card)


async def test_card_that_a_single_reading_omits_is_not_taken_for_empty(service: Service) -> None:
    plan = group(700107, "纪委办公室工作群", WANG, seat(LI, "李"))
    async with connected(service, [plan], friends=(ZHOU,), empty_cards={WANG.account}) as here:
        await here.hears(700107, f"@{LI.account}", within=READ_WITHIN)
        here.sim.say(700107, WANG.account, "大家下午好")
        await here.read_again(ZHOU.account, 700107)
        await stays(
            lambda: all(str(WANG.account) not in text for text in here.heard(700107)),
            1,
            "nobody with a proper card is reminded",
        )


async def test_group_the_bot_is_taken_into_later_is_read_at_once(service: Service) -> None:
    first = group(700108, "教务处值班群", WANG)
    async with connected(service, [first]) as here:
        await until(lambda: here.reads(700108) >= 2, READ_WITHIN, "the first group is read")
        later = group(700109, "迎新工作群", seat(SUN, "孙悦悦"))
        here.sim.take_bot_in(later, ZHOU.account)
        said = await here.hears(700109, f"@{SUN.account}", within=READ_WITHIN)
        assert SUN.card in said


async def test_group_the_bot_was_removed_from_meanwhile_is_no_longer_counted(
    service: Service,
) -> None:
    plans = [group(700110, "甲工作群", WANG), group(700111, "乙工作群", seat(LI, "李李"))]
    async with connected(service, plans, friends=(ZHOU,)) as here:
        await here.hears(700111, f"@{LI.account}", within=READ_WITHIN)
        await here.sim.go_offline()
        here.sim.dissolve(700111)
        here.sim.go_online()

        async def over() -> bool:
            found = await here.violations(group="700111")
            return [case["state"] for case in found] == ["closed"]

        await until(over, READ_WITHIN, "the cases of the group are closed")
        await here.asks(ZHOU.account, "成员", "都符合要求")


async def test_group_that_cannot_be_read_does_not_stop_the_others(service: Service) -> None:
    plans = [group(700112, "丙工作群", WANG), group(700113, "丁工作群", seat(LI, "小李"))]
    async with connected(service, plans, friends=(ZHOU,)) as here:
        await here.hears(700113, f"@{LI.account}", within=READ_WITHIN)
        here.sim.faults.refused = {"get_group_member_list": "Operation too fast"}
        before = len(here.told(ZHOU.account))
        here.sim.private(ZHOU.account, "成员 刷新")
        await here.is_told(ZHOU.account, "没有读到", within=2 * ANSWERED_WITHIN, after=before)
        here.sim.faults.refused = {}
        await here.asks(ZHOU.account, "成员 刷新", LI.card)
