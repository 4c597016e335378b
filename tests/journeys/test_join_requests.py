"""Who is on the roster and says so is let in; everybody else is held, and a person decides."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from adapters.simulator.onebot11.people import JoinRequest, Role
from tests.journeys.college import (
    CHEN,
    FANG,
    GONE,
    HE,
    IMPOSTOR,
    LI,
    LUO,
    MA,
    PEOPLE,
    STRANGER,
    SUN,
    UNBOUND,
    WANG,
    ZHOU,
    crowd,
    group,
)
from tests.journeys.journey import (
    ANSWERED_WITHIN,
    JOIN_WITHIN,
    READ_WITHIN,
    Journey,
    journey,
    number_in,
)
from tests.journeys.waiting import stays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP = 700400
NEWCOMERS = crowd(6)
UNBOUND_ACCOUNT = 555100


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    home = tmp_path_factory.mktemp("joins")
    plan = group(GROUP, "教务处工作群", LI)
    async with journey(
        home, [plan], people=(*PEOPLE, *NEWCOMERS), friends=(ZHOU, CHEN, FANG)
    ) as begun:
        yield begun


async def approved(here: Journey, request: JoinRequest) -> None:
    await until(lambda: request.state == "approved", JOIN_WITHIN, "the request is approved")
    assert request.decided_by == here.sim.world.self_id


async def held(here: Journey, request: JoinRequest, *parts: str, before: int) -> str:
    """Wait until the owner is asked; returns the number to answer with."""
    asked = await here.is_told(ZHOU.account, "入群申请", *parts, within=JOIN_WITHIN, after=before)
    assert request.state is None
    return number_in(asked)


async def test_person_on_the_roster_who_names_himself_is_let_in(here: Journey) -> None:
    await approved(here, here.sim.join_request(GROUP, WANG.account, "信息工程学院王芳"))
    await approved(here, here.sim.join_request(GROUP, HE.account, "学生事务部-何静怡，麻烦通过"))
    assert WANG.account in here.sim.group(GROUP).members


async def test_person_without_a_known_account_is_let_in_by_department_and_name(
    here: Journey,
) -> None:
    await approved(here, here.sim.join_request(GROUP, UNBOUND_ACCOUNT, UNBOUND.card))


async def test_stranger_is_held_and_let_in_when_the_owner_approves(here: Journey) -> None:
    before = len(here.told(ZHOU.account))
    request = here.sim.join_request(GROUP, STRANGER, "我是来推销的")
    number = await held(here, request, str(STRANGER), before=before)
    case = await here.violation(rule="join", account=str(STRANGER))
    assert case["state"] == "waiting"
    await here.asks(ZHOU.account, f"批准 {number}", number)
    await until(lambda: request.state == "approved", JOIN_WITHIN, "the request is approved")


async def test_stranger_is_turned_away_only_when_the_owner_says_so(here: Journey) -> None:
    before = len(here.told(ZHOU.account))
    request = here.sim.join_request(GROUP, STRANGER + 50, "你好")
    number = await held(here, request, before=before)
    await stays(lambda: request.state is None, 1.5, "the bot rejects nobody by itself")
    await here.asks(ZHOU.account, f"驳回 {number} 不是本校人员", number)
    await until(lambda: request.state == "rejected", JOIN_WITHIN, "the request is rejected")
    assert request.reason == "不是本校人员"


async def test_departed_colleague_is_held(here: Journey) -> None:
    before = len(here.told(ZHOU.account))
    request = here.sim.join_request(GROUP, GONE.account, GONE.card)
    await held(here, request, "离职", before=before)


async def test_applicant_who_takes_anothers_name_is_held_as_impostor(here: Journey) -> None:
    before, reported = len(here.told(ZHOU.account)), len(here.told(CHEN.account))
    request = here.sim.join_request(GROUP, IMPOSTOR, LUO.card)
    await held(here, request, str(IMPOSTOR), before=before)
    await here.is_told(CHEN.account, "冒用", within=JOIN_WITHIN, after=reported)
    await stays(lambda: request.state is None, 1, "nobody decides but the owner")


async def test_request_that_made_no_event_is_found_at_the_next_connection(here: Journey) -> None:
    here.sim.faults.doubtful_joins = True
    request = here.sim.join_request(GROUP, NEWCOMERS[0].account, NEWCOMERS[0].card)
    before = len(here.told(ZHOU.account))
    other = here.sim.join_request(GROUP, STRANGER + 60, "让我进来")
    here.sim.faults.doubtful_joins = False
    await here.sim.cut()
    await here.sim.wait_connected()
    await approved(here, request)
    await held(here, other, before=before)


async def test_request_made_while_nobody_was_connected_is_found(here: Journey) -> None:
    await here.sim.go_offline()
    request = here.sim.join_request(GROUP, NEWCOMERS[1].account, NEWCOMERS[1].card)
    here.sim.go_online()
    await approved(here, request)


async def test_request_repeated_by_the_host_is_asked_about_once(here: Journey) -> None:
    before = len(here.told(ZHOU.account))
    here.sim.faults.duplicated = {"request.group": 1.0}
    request = here.sim.join_request(GROUP, STRANGER + 70, "在吗")
    here.sim.faults.duplicated = {}
    await held(here, request, str(STRANGER + 70), before=before)
    await here.sim.cut()
    await here.sim.wait_connected()
    await here.read_again(ZHOU.account, GROUP)
    asked = [one for one in here.told(ZHOU.account)[before:] if str(STRANGER + 70) in one]
    assert len(asked) == 1


async def test_request_that_an_admin_answered_in_the_app_is_no_longer_asked_about(
    here: Journey,
) -> None:
    before = len(here.told(ZHOU.account))
    account = STRANGER + 80
    request = here.sim.join_request(GROUP, account, "我来了")
    await held(here, request, str(account), before=before)
    here.sim.world.decide(request, ZHOU.account, approve=True)

    async def closed() -> object:
        return (await here.violation(rule="join", account=str(account)))["state"] == "closed"

    await until(closed, ANSWERED_WITHIN, "the case is closed")


async def test_member_who_is_no_manager_cannot_decide(here: Journey) -> None:
    before = len(here.told(ZHOU.account))
    request = here.sim.join_request(GROUP, STRANGER + 90, "看看")
    number = await held(here, request, before=before)
    here.sim.befriend(LI.account)
    here.sim.say(GROUP, LI.account, f"批准 {number}")
    await stays(lambda: request.state is None, 1.5, "a member's word counts for nothing")


async def test_owner_who_is_no_friend_is_asked_in_the_group_without_particulars(
    here: Journey,
) -> None:
    number = 700401
    plan = group(number, "保卫处工作群", MA, owner=SUN, admins=())
    here.sim.take_bot_in(plan, SUN.account)
    here.sim.world.set_role(number, SUN.account, here.sim.world.self_id, Role.ADMIN)
    await until(lambda: here.reads(number) >= 2, READ_WITHIN, "the group is read")
    request = here.sim.join_request(number, STRANGER + 95, "我的电话是13800000000")
    said = await here.hears(number, f"@{SUN.account}", "入群申请", within=JOIN_WITHIN)
    assert "13800000000" not in said
    assert request.state is None
    answer = number_in(said)
    here.sim.say(number, SUN.account, f"批准 {answer}")
    await until(lambda: request.state == "approved", JOIN_WITHIN, "the request is approved")
