import asyncio
import json

import pytest
from websockets.asyncio.server import serve

from adapters.simulator.onebot11.faults import Timing
from adapters.simulator.onebot11.journal import Fate
from adapters.simulator.onebot11.simulator import OneBotSimulator
from tests.adapters.simulator.onebot11.bot_side import (
    BOT,
    GROUP,
    LI,
    STRANGER,
    TOKEN,
    BotSide,
    connected,
    listening,
    small_group,
)


@pytest.mark.parametrize(
    "url",
    [
        "ws://example.com/onebot/v11/ws",
        "ws://10.0.0.1:8080/onebot/v11/ws",
        "wss://127.0.0.1/x",
        "http://127.0.0.1/x",
        "ws://127.0.0.1.example.com/x",
    ],
)
def test_only_this_machine_is_dialled(url):
    with pytest.raises(ValueError, match="模拟器只连本机"):
        OneBotSimulator(url=url, token=TOKEN)


async def test_a_cut_connection_comes_back_and_says_so(pair):
    bot, sim = pair
    await sim.cut()
    assert not sim.connected
    await bot.wait_for("lifecycle", count=2)
    changes = [link.change for link in sim.journal.links()]
    assert changes == ["connected", "cut", "closed", "connected"]


async def test_the_peer_may_start_later_than_the_simulator():
    bot = BotSide()
    async with listening(bot) as port:
        pass
    url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
    timing = Timing(reconnect=0.02)
    async with OneBotSimulator((small_group(),), url=url, token=TOKEN, timing=timing) as sim:
        await sim.wait_until(lambda: len(sim.journal.links()) >= 2)
        assert {link.change for link in sim.journal.links()} == {"refused"}
        async with listening(bot, port):
            await sim.wait_connected()
            await bot.wait_for("lifecycle")


async def test_what_happens_while_disconnected_is_lost_as_event_and_kept_as_state(pair):
    bot, sim = pair
    await sim.go_offline()
    number = sim.say(GROUP, LI, "没人听见")
    sim.join(GROUP, STRANGER)
    sim.join_request(GROUP, 555, "教务处王芳")
    sim.go_online()
    await bot.wait_for("lifecycle", count=2)
    await sim.drained()
    assert bot.events == []
    assert {d.fate for d in sim.journal.deliveries()} >= {Fate.DISCONNECTED}
    listed = await bot.data("get_group_member_list", group_id=GROUP)
    assert STRANGER in {member["user_id"] for member in listed}
    history = await bot.data("get_group_msg_history", group_id=GROUP)
    assert [message["message_id"] for message in history["messages"]] == [number]
    requests = (await bot.data("get_group_system_msg"))["join_requests"]
    assert [request["invitor_uin"] for request in requests] == [555]


async def test_a_wrong_token_is_refused_until_it_is_mended():
    bot = BotSide()
    async with listening(bot) as port:
        url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
        timing = Timing(reconnect=0.02)
        sim = OneBotSimulator((small_group(),), url=url, token=TOKEN, timing=timing)
        sim.faults.wrong_token = True
        async with sim:
            await bot.until(lambda: bot.refused >= 2)
            assert not sim.connected
            sim.faults.wrong_token = False
            await sim.wait_connected()


async def test_a_half_open_socket_neither_answers_nor_pongs_and_can_thaw():
    async with connected(timing=Timing(heartbeat=0.02)) as (bot, sim):
        sim.freeze_socket()
        await asyncio.sleep(0.05)
        before = len(bot.frames)
        echo = await bot.tell("get_status")
        pong = await bot.connections[0].ping()
        sim.say(GROUP, LI, "没人听见")
        await bot.silence()
        assert len(bot.frames) == before
        assert not pong.done()
        assert sim.connected
        assert sim.journal.deliveries("message")[0].fate is Fate.HALF_OPEN
        sim.thaw_socket()
        await bot.until(lambda: bot.answer_to(echo) is not None)
        await asyncio.wait_for(pong, 5)


async def test_a_half_open_socket_is_dropped_by_a_peer_that_pings():
    bot = BotSide()
    impatient = {"ping_interval": 0.05, "ping_timeout": 0.1, "close_timeout": 0.1}
    async with serve(bot.handle, "127.0.0.1", 0, **impatient) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
        async with OneBotSimulator((small_group(),), url=url, token=TOKEN) as sim:
            await sim.wait_connected()
            sim.freeze_socket()
            await asyncio.wait_for(bot.connections[0].wait_closed(), 5)


async def test_an_abandoned_socket_stays_open_beside_the_new_one(pair):
    bot, sim = pair
    sim.abandon_socket()
    await bot.until(lambda: len(bot.connections) == 2)
    await bot.wait_for("lifecycle", count=2)
    assert bot.connections[0].close_code is None
    sim.say(GROUP, LI, "新连接上的话")
    await bot.wait_for("group")
    await bot.data("get_status")


async def test_stopping_says_goodbye_and_leaves_no_task_behind():
    bot = BotSide()
    async with listening(bot) as port:
        before = asyncio.all_tasks()
        url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
        sim = OneBotSimulator((small_group(),), url=url, token=TOKEN)
        await sim.start()
        await sim.wait_connected()
        sim.faults.slow["get_status"] = 60
        await bot.until(lambda: bot.connections)
        await bot.tell("get_status")
        await sim.wait_until(lambda: len(sim.calls("get_status")) == 1)
        await sim.stop()
        await bot.connections[0].wait_closed()
        assert bot.connections[0].close_code == 1000
        await bot.until(lambda: asyncio.all_tasks() <= before)


async def test_waiting_ends_with_an_error_when_nothing_comes(pair):
    with pytest.raises(TimeoutError):
        await pair[1].wait_until(lambda: False, 0.02)


async def test_the_journal_holds_what_was_delivered_and_told_as_json_lines(pair, tmp_path):
    bot, sim = pair
    number = sim.say(GROUP, LI, "违规内容")
    await bot.data("delete_msg", message_id=number)
    await bot.wait_for("group_recall")
    path = tmp_path / "journal.jsonl"
    count = sim.journal.dump(path)
    entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(entries) == count
    assert [e["entry"] for e in entries if e["entry"] != "delivered"] == [
        "link",
        "told",
        "answered",
    ]
    message = next(e for e in entries if e.get("kind") == "message.group")
    assert message["event"]["message_id"] == number
    assert message["fate"] == "written"
    assert all(e["at"] > 1.6e9 and e["monotonic"] > 0 for e in entries)
    told = next(e for e in entries if e["entry"] == "told")
    assert (told["action"], told["params"]) == ("delete_msg", {"message_id": number})
    assert sim.journal.deliveries("notice")[0].event["operator_id"] == BOT
