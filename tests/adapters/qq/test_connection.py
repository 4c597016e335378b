"""Who is let in, what is told about the line, and how a dead one is noticed."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import nonebot
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from adapters.simulator.onebot11.faults import Timing
from adapters.simulator.onebot11.simulator import OneBotSimulator
from bot.domain.errors import PlatformUnknownError
from bot.domain.events import MemberJoined, MessagePosted
from bot.engine.command_event import CommandReceived
from bot.engine.door import Outcome
from tests.adapters.qq.service import (
    GROUP,
    MEMBER,
    OTHER,
    SELF,
    TOKEN,
    RecordingDoor,
    Service,
    account,
    listening,
    plan,
    serving,
)


def dialled(url: str, headers: dict[str, str]) -> connect:
    return connect(url, additional_headers=headers, proxy=None)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": TOKEN},
        {"Authorization": f"Token {TOKEN}"},
    ],
)
async def test_peer_without_the_token_is_refused(headers: dict[str, str]) -> None:
    door = RecordingDoor()
    async with listening(door) as (_, url):
        for address in (url, f"{url}/", f"{url}?access_token={TOKEN}"):
            with pytest.raises(InvalidStatus) as caught:
                await dialled(address, {"X-Self-ID": str(SELF), **headers})
            assert caught.value.response.status_code == 403
    assert set(door.counts) == {Outcome.REFUSED}
    assert door.links == []


@pytest.mark.parametrize(
    "headers", [{}, {"X-Self-ID": "abc"}, {"X-Self-ID": "10000", "X-Client-Role": "Event"}]
)
async def test_peer_that_does_not_say_who_it_is_is_refused(headers: dict[str, str]) -> None:
    async with listening(RecordingDoor()) as (_, url):
        with pytest.raises(InvalidStatus):
            await dialled(url, {"Authorization": f"Bearer {TOKEN}", **headers})


async def test_stranger_is_refused_while_the_account_is_served(service: Service) -> None:
    with pytest.raises(InvalidStatus):
        await dialled(service.url, {"X-Self-ID": str(SELF), "Authorization": "Bearer wrong"})
    service.simulator.say(200, MEMBER, "还在")
    await service.received(MessagePosted)
    assert service.door.links == [("up", service.platform)]


@pytest.mark.parametrize("self_id", [SELF, 20000])
async def test_second_connection_is_refused_while_the_first_answers(
    service: Service, self_id: int
) -> None:
    with pytest.raises(InvalidStatus):
        await dialled(service.url, {"X-Self-ID": str(self_id), "Authorization": f"Bearer {TOKEN}"})
    assert service.platform.connected


async def test_account_is_served_on_every_path() -> None:
    async with listening(RecordingDoor()) as (_, url):
        for path in ("/onebot/v11/ws", "/onebot/v11/ws/", "/onebot/v11/"):
            address = url.replace("/onebot/v11/ws", path)
            headers = {"X-Self-ID": str(SELF), "Authorization": f"Bearer {TOKEN}"}
            async with dialled(address, headers) as socket:
                assert "get_version_info" in str(await socket.recv())


async def test_account_that_is_not_who_it_said_is_sent_away() -> None:
    door = RecordingDoor()
    headers = {"X-Self-ID": "99999", "Authorization": f"Bearer {TOKEN}"}
    answers = {"get_version_info": {}, "get_login_info": {"user_id": SELF}}
    async with listening(door) as (_, url), dialled(url, headers) as socket:
        async for raw in socket:
            call = json.loads(raw)
            data = answers[call["action"]]
            answer = {"status": "ok", "retcode": 0, "data": data, "echo": call["echo"]}
            await socket.send(json.dumps(answer))
        assert socket.close_code == 1001
    assert door.links == []


async def test_simulator_with_another_token_never_gets_in() -> None:
    door = RecordingDoor()
    async with listening(door) as (_, url):
        simulator = OneBotSimulator((plan(),), url=url, token="another", self_id=SELF)
        async with simulator:
            await simulator.wait_until(lambda: Outcome.REFUSED in door.counts)
            simulator.say(200, MEMBER, "听不到")
    assert door.events == []
    assert door.links == []


async def test_line_that_breaks_is_announced_down_then_up(service: Service) -> None:
    first = service.platform
    await service.simulator.cut()
    await service.up(2)
    assert [way for way, _ in service.door.links] == ["up", "down", "up"]
    assert service.door.links[1][1] is first
    assert not first.connected
    assert service.platform.connected


async def test_half_open_line_is_noticed_by_missing_heartbeats() -> None:
    async with serving(timing=Timing(heartbeat=0.1)) as service:
        await asyncio.sleep(0.3)
        service.simulator.freeze_socket()
        await service.down(within=3)
        service.simulator.thaw_socket()


async def test_half_open_line_without_heartbeats_is_noticed_by_asking() -> None:
    async with serving(timing=Timing(heartbeat=1000), silence_limit=0.3) as service:
        await asyncio.sleep(1.0)
        assert service.platform.connected
        service.simulator.freeze_socket()
        await service.down(within=4)
        service.simulator.thaw_socket()


async def test_new_connection_replaces_a_half_open_one() -> None:
    async with serving(timing=Timing(heartbeat=30)) as service:
        first = service.platform
        service.simulator.abandon_socket()
        await service.up(2)
        assert service.platform is not first
        service.simulator.say(200, MEMBER, "又在了")
        await service.received(MessagePosted)


async def test_calls_that_wait_fail_when_the_line_breaks(service: Service) -> None:
    service.simulator.faults.unanswered.add("get_group_list")
    reading = asyncio.ensure_future(service.platform.groups())
    await service.until(lambda: service.simulator.calls("get_group_list"))
    await service.simulator.cut()
    with pytest.raises(PlatformUnknownError, match="断开"):
        await asyncio.wait_for(reading, 1)


async def test_account_thrown_out_is_announced_down(service: Service) -> None:
    service.simulator.bot_offline("被其他设备登录")
    await service.down()
    assert service.adapter.platform is None
    service.simulator.say(200, MEMBER, "又登录了")
    await service.up(2)


async def test_heartbeat_tells_that_the_account_went_and_came_back(service: Service) -> None:
    def beat(*, online: bool) -> None:
        status = {"online": online, "good": online}
        service.simulator.push(
            {
                "post_type": "meta_event",
                "meta_event_type": "heartbeat",
                "status": status,
                "interval": 30000,
            }
        )

    beat(online=False)
    await service.down()
    beat(online=True)
    await service.up(2)
    assert service.platform.connected


async def test_new_friend_is_reachable_at_once(service: Service) -> None:
    service.simulator.push(
        {"post_type": "notice", "notice_type": "friend_add", "user_id": str(MEMBER)}
    )
    await service.until(lambda: service.platform.reachable_privately(account(MEMBER)))


async def test_nothing_answers_over_plain_http(service: Service) -> None:
    host, port = service.url.removeprefix("ws://").split("/")[0].split(":")
    for path in ("/onebot/v11/", "/onebot/v11/http", "/onebot/v11/http/"):
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nX-Self-ID: {SELF}\r\n"
        writer.write(f"{head}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())
        assert b" 404 " in await reader.readline()
        writer.close()
        await writer.wait_closed()


async def test_engine_without_room_holds_back_the_reader(service: Service) -> None:
    service.door.room.clear()
    for number in range(5):
        service.simulator.say(200, MEMBER, str(number))
    await asyncio.sleep(0.1)
    assert service.door.events == []
    service.door.room.set()
    messages = await service.received(MessagePosted, 5)
    assert [m.sequence for m in messages] == sorted(m.sequence or 0 for m in messages)


async def test_other_groups_do_not_wait_for_a_forward() -> None:
    async with serving(plan(), replace(plan(), group_id=201), forward_timeout=1.0) as service:
        service.simulator.faults.unanswered.add("get_forward_msg")
        service.simulator.forward(200, MEMBER, [(OTHER, "阿花", "转来的话")])
        service.simulator.join(200, 400)
        service.simulator.say(201, MEMBER, "别的群")
        (first,) = await service.received(MessagePosted, 1)
        assert first.group.id == "201"
        assert not service.door.of(MemberJoined)
        await service.received(MessagePosted, 2)
        await service.received(MemberJoined)
        assert [type(event) for event in service.door.events] == [
            MessagePosted,
            MessagePosted,
            MemberJoined,
        ]


@pytest.fixture
async def heard(service: Service) -> AsyncIterator[list[CommandReceived]]:
    commands: list[CommandReceived] = []

    async def note(event: CommandReceived) -> None:
        commands.append(event)

    matcher = nonebot.on("command", priority=1)
    matcher.append_handler(note)
    yield commands
    matcher.destroy()


async def test_command_reaches_nonebot_once(service: Service, heard: list[CommandReceived]) -> None:
    service.simulator.faults.duplicated["message"] = 1.0
    service.simulator.say(200, MEMBER, "/日报")
    service.simulator.say(200, MEMBER, "普通的话")
    await service.until(lambda: heard)
    await service.until(lambda: len(service.door.duplicates) == 2)
    (command,) = heard
    assert (command.utterance.text, command.utterance.account) == ("日报", account(MEMBER))
    assert command.utterance.group == GROUP


async def test_event_that_could_not_be_written_is_no_command(
    service: Service, heard: list[CommandReceived]
) -> None:
    service.door.broken = True
    service.simulator.say(200, MEMBER, "/日报")
    service.simulator.say(200, MEMBER, "/状态")
    await service.until(lambda: service.door.failed == 2)
    service.door.broken = False
    service.simulator.say(200, MEMBER, "/帮助")
    await service.until(lambda: heard)
    assert [command.utterance.text for command in heard] == ["帮助"]


async def test_newest_event_is_known_for_the_health_page(service: Service) -> None:
    assert service.adapter.last_event_at is None
    service.simulator.say(200, MEMBER, "话")
    (message,) = await service.received(MessagePosted)
    assert service.adapter.last_event_at == message.received_at
    assert service.adapter.calls["get_login_info", "ok"] == 1
    await service.simulator.cut()
    assert service.adapter.last_event_at == message.received_at


async def test_deaf_line_is_noticed_and_read_again() -> None:
    async with serving(timing=Timing(heartbeat=0.2), deaf_after=0.6) as service:
        for number in range(12):
            service.simulator.say(200, MEMBER, str(number))
        await service.received(MessagePosted, 12)
        service.simulator.faults.deaf = True
        service.simulator.say(200, MEMBER, "没人听见")
        await service.up(2)
        assert [way for way, _ in service.door.links] == ["up", "up"]


async def test_quiet_group_is_no_alarm() -> None:
    async with serving(timing=Timing(heartbeat=0.2), deaf_after=0.3) as service:
        for number in range(12):
            service.simulator.say(200, MEMBER, str(number))
        await service.received(MessagePosted, 12)
        await service.until(lambda: service.simulator.calls("get_group_msg_history"))
        await asyncio.sleep(0.3)
        assert [way for way, _ in service.door.links] == ["up"]
