"""What happens while nobody listens is caught up with; what cannot be seen is said to be unseen."""

import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.college import CHEN, FANG, LI, PEOPLE, WANG, ZHOU, crowd, group, seat
from tests.journeys.journey import (
    PROPOSED_WITHIN,
    READ_WITHIN,
    RECALLED_WITHIN,
    TASK_WITHIN,
    TOLD_WITHIN,
    Journey,
    connected,
    journey,
    serving,
)
from tests.journeys.service import Service
from tests.journeys.waiting import stays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPEAKERS = crowd(24)
SETTLED_WITHIN = 45.0
"""What is unknown is read back every half minute."""
BAD = "网络赌博，日进斗金"
FRIENDS = (ZHOU, CHEN, FANG)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    home = tmp_path_factory.mktemp("outages")
    people = (*PEOPLE, *SPEAKERS)
    async with serving(home, people=people, QUNGUI_QQ_MUTE_PAUSE="4") as started:
        yield started


async def begin(here: Journey, group_id: int) -> None:
    """The group is read, and something was heard in it: from here on the bot knows its place."""
    await until(lambda: here.reads(group_id) >= 2, READ_WITHIN, "the group is read")
    await here.recalled(here.sim.say(group_id, SPEAKERS[11].account, BAD))
    await here.sim.drained()


async def test_messages_posted_meanwhile_are_recalled_on_return(service: Service) -> None:
    number = 701100
    plan = group(number, "教务处工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await begin(here, number)
        await here.sim.go_offline()
        missed = [here.sim.say(number, one.account, BAD) for one in SPEAKERS[:2]]
        fine = here.sim.say(number, SPEAKERS[2].account, "下午三点开会")
        here.sim.go_online()
        for message in missed:
            await here.recalled(message, within=READ_WITHIN)
        assert not here.sim.is_recalled(fine)
        await here.hears(number, f"@{SPEAKERS[0].account}", within=TOLD_WITHIN)
        assert len(await here.violations(account=str(SPEAKERS[0].account))) == 1


async def test_messages_posted_while_the_service_was_down_are_recalled(service: Service) -> None:
    number = 701101
    plan = group(number, "信息工程学院工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await begin(here, number)
        await service.kill()
        message = here.sim.say(number, SPEAKERS[3].account, BAD)
        await service.start()
        await here.recalled(message, within=READ_WITHIN)


async def test_messages_are_recalled_although_the_host_forgot_their_numbers(
    service: Service,
) -> None:
    number = 701102
    plan = group(number, "学生事务部工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await begin(here, number)
        await here.sim.go_offline()
        message = here.sim.say(number, SPEAKERS[4].account, BAD)
        await here.sim.restart_implementation()
        await here.recalled(message, within=READ_WITHIN)


async def test_old_message_found_later_is_put_to_the_owner_and_stays(service: Service) -> None:
    number, clock = 701103, _Clock()
    plan = group(number, "图书馆工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS, now=clock) as here:
        clock.behind = 3 * 3600
        await until(lambda: here.reads(number) >= 2, READ_WITHIN, "the group is read")
        here.sim.say(number, SPEAKERS[10].account, "早上好")
        await here.sim.drained()
        await here.sim.go_offline()
        message = here.sim.say(number, SPEAKERS[5].account, BAD)
        clock.behind = 0
        before = len(here.told(ZHOU.account))
        here.sim.go_online()
        await here.is_told(ZHOU.account, "请您判断", within=READ_WITHIN, after=before)
        await stays(lambda: not here.sim.is_recalled(message), 1, "it is left to a person")


async def test_messages_the_history_does_not_show_are_reported_as_unseen(
    service: Service,
) -> None:
    number = 701104
    plan = group(number, "保卫处工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await begin(here, number)
        here.sim.faults.history_omits_offline = True
        await here.sim.go_offline()
        for one in SPEAKERS[:3]:
            here.sim.say(number, one.account, "没有人看到这句话")
        here.sim.go_online()
        await here.sim.wait_connected()
        here.sim.say(number, SPEAKERS[6].account, "大家好")

        async def reported() -> object:
            said = await here.asks(ZHOU.account, "日报", "日报")
            return "3 条消息没有看到" in said and "保卫处工作群" in said

        await until(reported, PROPOSED_WITHIN, "the gap is in the report", every=1)


async def test_members_who_came_and_went_meanwhile_are_known_on_return(service: Service) -> None:
    number = 701105
    plan = group(number, "财务处工作群", WANG, SPEAKERS[0])
    async with connected(service, [plan], friends=FRIENDS) as here:
        await until(lambda: here.reads(number) >= 2, READ_WITHIN, "the group is read")
        await here.sim.go_offline()
        here.sim.join(number, LI.account, card="小明")
        here.sim.leave(number, SPEAKERS[0].account)
        here.sim.go_online()
        await here.hears(number, f"@{LI.account}", LI.card, within=READ_WITHIN)


async def test_silent_send_block_ends_without_a_flood_and_nothing_is_said_twice(
    service: Service,
) -> None:
    number = 701106
    plan = group(number, "党政办公室工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await until(lambda: here.reads(number) >= 2, READ_WITHIN, "the group is read")
        here.sim.faults.send_block = True
        tried = len(here.sim.calls("send_group_msg"))
        fresh = SPEAKERS[12:16]
        for one in fresh:
            await here.recalled(here.sim.say(number, one.account, BAD))

        def paused() -> bool:
            calls = here.sim.calls("send_group_msg")[tried:]
            return bool(calls) and time.monotonic() - calls[-1].told_at.monotonic > 2

        await until(paused, 20, "sends are paused")
        assert len(here.sim.calls("send_group_msg")) <= tried + 3
        here.sim.faults.send_block = False
        for one in fresh:
            await here.hears(number, f"@{one.account}", within=60)
        told = "".join(here.heard(number))
        assert [told.count(f"@{one.account}") for one in fresh] == [1, 1, 1, 1]


async def test_message_whose_answer_was_lost_is_not_said_again(service: Service) -> None:
    number = 701107
    plan = group(number, "纪委办公室工作群", seat(LI, "小明"), WANG)
    async with connected(
        service, [plan], friends=FRIENDS, send_applied_without_answer=True
    ) as here:
        await here.hears(number, LI.card, within=READ_WITHIN)
        here.sim.faults.send_applied_without_answer = False
        await here.recalled(here.sim.say(number, WANG.account, BAD))
        await here.hears(number, f"@{WANG.account}", within=TOLD_WITHIN)
        assert len([one for one in here.heard(number) if LI.card in one]) == 1


async def test_connection_that_breaks_while_recalling_leaves_no_doubt(service: Service) -> None:
    number = 701108
    plan = group(number, "组织人事部工作群", *SPEAKERS)
    async with connected(service, [plan], friends=FRIENDS) as here:
        await begin(here, number)
        here.sim.faults.cut_before = {"delete_msg"}
        before = here.sim.say(number, SPEAKERS[7].account, BAD)
        await here.recalled(before, within=SETTLED_WITHIN)
        here.sim.faults.cut_after = {"delete_msg"}
        after = here.sim.say(number, SPEAKERS[8].account, BAD)
        await here.recalled(after, within=RECALLED_WITHIN)

        async def proven() -> object:
            found = [
                measure
                for one in (SPEAKERS[7], SPEAKERS[8])
                for case in await here.violations(account=str(one.account))
                for measure in case["measures"]
                if measure["kind"] == "recall"
            ]
            return [one["state"] for one in found] == ["done", "done"]

        await until(proven, SETTLED_WITHIN, "both recalls are proven", every=1)


async def test_what_expired_during_an_outage_is_never_said(tmp_path: Path) -> None:
    number = 701109
    plan = group(number, "教务处值班群", WANG)
    async with journey(tmp_path, [plan], friends=FRIENDS) as here:
        here.sim.faults.send_block = True
        await here.recalled(here.sim.say(number, WANG.account, BAD))
        await until(lambda: here.sim.calls("send_group_msg"), TASK_WITHIN, "it is tried")
        await here.service.stop()
        earlier = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        with sqlite3.connect(here.service.home / "qungui.db") as database:
            database.execute("UPDATE measures SET expires_at = ? WHERE kind = 'notify'", (earlier,))
        database.close()
        here.sim.faults.send_block = False
        await here.service.start()
        await here.sim.wait_connected()
        await stays(lambda: not here.heard(number), 2, "nothing is made up for")


class _Clock:
    """The world's time, which can run behind."""

    def __init__(self, time_of: Callable[[], float] = time.time) -> None:
        self.behind = 0
        self._time_of = time_of

    def __call__(self) -> float:
        return self._time_of() - self.behind
