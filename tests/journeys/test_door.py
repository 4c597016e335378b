"""The same event twice changes nothing, a broken one is counted, and a forged peer stays out."""

import copy
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from adapters.simulator.onebot11.journal import JsonObject
from tests.journeys.college import BOT, LI, PEOPLE, WANG, ZHOU, crowd, group, seat
from tests.journeys.journey import READ_WITHIN, TOLD_WITHIN, Journey, journey, measures_of
from tests.journeys.service import TOKEN
from tests.journeys.waiting import stays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP = 700700
SPEAKERS = crowd(12)
BAD = "网络赌博，日进斗金"
EVENTS = "qungui_events_total"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    home = tmp_path_factory.mktemp("door")
    plan = group(GROUP, "教务处工作群", seat(LI, "小明"), WANG, *SPEAKERS)
    async with journey(home, [plan], people=(*PEOPLE, *SPEAKERS), friends=(ZHOU,)) as begun:
        await begun.hears(GROUP, LI.card, within=READ_WITHIN)
        yield begun


async def counted(here: Journey, outcome: str) -> float:
    return await here.service.metric(EVENTS, platform="qq", outcome=outcome)


async def test_message_delivered_twice_is_one_case_one_recall_and_one_notice(
    here: Journey,
) -> None:
    author = SPEAKERS[0]
    before = await counted(here, "duplicate")
    here.sim.faults.duplicated = {"message": 1.0, "notice": 1.0}
    message = here.sim.say(GROUP, author.account, BAD)
    await here.recalled(message)
    await here.hears(GROUP, f"@{author.account}", within=TOLD_WITHIN)
    await until(
        lambda: len(here.sim.journal.deliveries("notice.group_recall")) == 2,
        5,
        "the notice is sent twice",
    )
    here.sim.faults.duplicated = {}
    said = here.sim.journal.deliveries("message.group")[-1].event
    here.sim.push(copy.deepcopy(said))

    async def noticed() -> object:
        return await counted(here, "duplicate") >= before + 3

    await until(noticed, 5, "the repeated events are counted", every=0.1)
    case = await here.violation(account=str(author.account))
    assert len(measures_of(case, "recall")) == 1
    assert len([one for one in here.sim.calls("delete_msg") if _is(one.params, message)]) == 1
    assert len([one for one in here.heard(GROUP) if f"@{author.account}" in one]) == 1


async def test_events_in_another_order_come_to_the_same(here: Journey) -> None:
    here.sim.faults.reorder = 4
    said = [here.sim.say(GROUP, one.account, BAD) for one in SPEAKERS[1:5]]
    for message in said:
        await here.recalled(message)
    here.sim.faults.reorder = 0
    for one in SPEAKERS[1:5]:
        assert len(await here.violations(account=str(one.account))) == 1


async def test_notices_without_sub_type_and_messages_without_a_font_are_understood(
    here: Journey,
) -> None:
    here.sim.faults.null_sub_type, here.sim.faults.missing_fields = True, {"font"}
    await here.recalled(here.sim.say(GROUP, SPEAKERS[5].account, BAD))
    here.sim.faults.null_sub_type, here.sim.faults.missing_fields = False, set()


async def test_frame_that_breaks_off_changes_nothing_and_is_counted(here: Journey) -> None:
    before, rows = await counted(here, "malformed"), await _rows(here)
    here.sim.faults.malformed = {"message": 1.0}
    here.sim.say(GROUP, SPEAKERS[6].account, "这一条在半路断了")
    await here.sim.drained()
    here.sim.faults.malformed = {}

    async def noticed() -> object:
        return await counted(here, "malformed") == before + 1

    await until(noticed, 5, "the broken frame is counted", every=0.1)
    assert await _rows(here) == rows
    await here.recalled(here.sim.say(GROUP, SPEAKERS[6].account, BAD))


NONSENSE: list[JsonObject] = [
    {"post_type": "message", "message_type": "group"},
    {"post_type": "message", "message_type": "group", "group_id": "x", "user_id": {}, "message": 7},
    {"post_type": "notice", "notice_type": "group_decrease", "group_id": GROUP, "user_id": None},
    {"post_type": "request", "request_type": "group", "sub_type": "add", "group_id": GROUP},
]


@pytest.mark.parametrize("event", NONSENSE)
async def test_event_that_lacks_what_it_is_about_changes_nothing_and_is_counted(
    here: Journey, event: JsonObject
) -> None:
    before, rows = await counted(here, "malformed"), await _rows(here)
    here.sim.push(dict(event))

    async def noticed() -> object:
        return await counted(here, "malformed") == before + 1

    await until(noticed, 5, "the event is counted", every=0.1)
    assert await _rows(here) == rows
    assert here.sim.connected


async def test_forged_grey_line_proves_nothing(here: Journey) -> None:
    rows = await _rows(here)
    here.sim.gray_tip(GROUP, SPEAKERS[7].account, "群主撤回了一条消息")
    await here.sim.drained()
    await stays(lambda: here.sim.connected, 0.5, "the connection lives on")
    assert await _rows(here) == rows


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no token"),
        pytest.param({"Authorization": "Bearer something-else"}, id="wrong token"),
        pytest.param({"Authorization": f"Bearer {TOKEN[:-1]}"}, id="cut token"),
        pytest.param({"Authorization": "Bearer "}, id="empty token"),
    ],
)
async def test_peer_without_the_token_is_refused(here: Journey, headers: dict[str, str]) -> None:
    before = await counted(here, "refused")
    assert await _refused(here, {**headers, "X-Self-ID": "20000", "X-Client-Role": "Universal"})
    assert await counted(here, "refused") == before + 1
    assert here.sim.connected


async def test_second_peer_with_the_same_account_is_refused_while_the_first_lives(
    here: Journey,
) -> None:
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "X-Self-ID": str(BOT),
        "X-Client-Role": "Universal",
    }
    assert await _refused(here, headers)
    assert here.sim.connected
    await here.recalled(here.sim.say(GROUP, SPEAKERS[8].account, BAD))


async def test_implementation_with_the_wrong_token_is_let_in_once_it_is_mended(
    here: Journey,
) -> None:
    here.sim.faults.wrong_token = True
    await here.sim.cut()
    refusals = len([one for one in here.sim.journal.links() if one.change == "refused"])
    await until(
        lambda: len([o for o in here.sim.journal.links() if o.change == "refused"]) > refusals,
        5,
        "it is refused",
    )
    health = await here.service.healthz()
    assert (health["http"], health["status"]) == (200, "degraded")
    here.sim.faults.wrong_token = False
    await here.sim.wait_connected()
    await here.recalled(here.sim.say(GROUP, SPEAKERS[9].account, BAD))


async def test_health_page_names_nobody_and_unknown_pages_are_not_found(here: Journey) -> None:
    health = await here.service.healthz()
    assert health["status"] == "ok"
    assert health["platforms"]["qq"]["connected"] is True
    assert health["chain"]["rows"] > 0
    assert set(health) == {"http", "status", "platforms", "queue", "chain", "version"}
    assert TOKEN not in str(health)
    assert (await here.service.page("/nothing/here"))[0] == 404
    assert (await here.service.page("/docs"))[0] == 404


async def _refused(here: Journey, headers: Mapping[str, str]) -> bool:
    try:
        async with connect(here.service.url, additional_headers=headers) as socket:
            await socket.recv()
    except (InvalidStatus, ConnectionClosed):
        return True
    return False


async def _rows(here: Journey) -> int:
    """How long the chain is once nothing is under way any more."""
    seen: list[int] = []

    async def still() -> object:
        seen.append((await here.service.healthz())["chain"]["rows"])
        return len(seen) > 4 and len(set(seen[-4:])) == 1

    await until(still, TOLD_WITHIN, "the service is at rest", every=0.1)
    return seen[-1]


def _is(params: Mapping[str, object], message: int) -> bool:
    return str(params["message_id"]) == str(message)
