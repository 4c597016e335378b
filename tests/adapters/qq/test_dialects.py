"""Implementations other than NapCat, each played by a few lines over a real socket."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from adapters.qq.client import Dialect
from adapters.qq.platform import QQPlatform
from bot.domain.errors import (
    PlatformBusyError,
    PlatformRefusedError,
    PlatformUnknownError,
)
from bot.domain.events import Text
from bot.domain.identifiers import MessageKey
from tests.adapters.qq.service import GROUP, OTHER, SELF, TOKEN, RecordingDoor, account, listening

Answer = Any | Callable[[dict[str, Any]], Any]
_WHOLE = {"status", "retcode"}


@dataclass
class Host:
    """An implementation that answers from a table: data, a whole answer, or a function."""

    answers: dict[str, Answer]
    calls: list[tuple[str, dict[str, Any]]]
    platform: QQPlatform

    def asked(self, action: str) -> list[dict[str, Any]]:
        return [params for name, params in self.calls if name == action]


async def _answer(
    socket: ClientConnection,
    answers: dict[str, Answer],
    calls: list[tuple[str, dict[str, Any]]],
) -> None:
    async for raw in socket:
        call = json.loads(raw)
        calls.append((call["action"], call["params"]))
        found = answers.get(call["action"], {"status": "failed", "retcode": 1404, "wording": ""})
        data = found(call["params"]) if callable(found) else found
        whole = isinstance(data, dict) and data.keys() >= _WHOLE
        reply = data if whole else {"status": "ok", "retcode": 0, "data": data}
        await socket.send(json.dumps({**reply, "echo": call["echo"]}))


@contextlib.asynccontextmanager
async def host(app_name: str, **answers: Answer) -> AsyncIterator[Host]:
    door = RecordingDoor()
    table: dict[str, Answer] = {
        "get_version_info": {"app_name": app_name},
        "get_login_info": {"user_id": str(SELF)},
        "get_friend_list": [{"user_id": 100, "nickname": "老周"}, {"nickname": "坏条目"}],
        **answers,
    }
    calls: list[tuple[str, dict[str, Any]]] = []
    headers = {"X-Self-ID": str(SELF), "Authorization": f"Bearer {TOKEN}"}
    async with listening(door) as (adapter, url):
        async with connect(url, additional_headers=headers, proxy=None) as socket:
            task = asyncio.create_task(_answer(socket, table, calls))
            async with asyncio.timeout(5):
                while not door.links:  # noqa: ASYNC110  the door signals nothing
                    await asyncio.sleep(0.005)
            platform = adapter.platform
            assert platform is not None
            yield Host(table, calls, platform)
        await task


def failed(words: str, retcode: int = 1200) -> dict[str, Any]:
    return {"status": "failed", "retcode": retcode, "data": None, "wording": words}


def said(number: int, *, sequence: int, time: int) -> dict[str, Any]:
    return {
        "time": time,
        "message_id": number,
        "message_seq": sequence,
        "user_id": OTHER,
        "sender": {"nickname": "阿花"},
        "message": [{"type": "text", "data": {"text": str(sequence)}}],
    }


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("NapCat.Onebot", Dialect.NAPCAT),
        ("LLOneBot", Dialect.LLBOT),
        ("LLBot", Dialect.LLBOT),
        ("go-cqhttp", Dialect.GO_CQHTTP),
        ("SnowLuma", Dialect.OTHER),
    ],
)
def test_dialect_goes_by_the_name_of_the_implementation(name: str, dialect: Dialect) -> None:
    assert Dialect.of(name) is dialect


async def test_friends_are_known_from_the_start() -> None:
    async with host("NapCat.Onebot") as other:
        assert other.platform.reachable_privately(account(100))
        assert not other.platform.reachable_privately(account(OTHER))


async def test_llbot_removes_by_its_batch_action() -> None:
    async with host("LLOneBot", batch_delete_group_member=None) as other:
        await other.platform.remove(GROUP, account(OTHER))
        assert other.asked("batch_delete_group_member") == [{"group_id": 200, "user_ids": [OTHER]}]


async def test_pending_requests_need_no_list_of_doubtful_ones() -> None:
    request = {"request_id": 5, "group_id": 200, "requester_uin": 500, "message": "教务处王芳"}
    broken = {"request_id": 6, "group_id": None}
    done = {**request, "request_id": 7, "checked": True}
    answer = {"join_requests": [request, broken, done], "invited_requests": [request]}
    async with host("go-cqhttp", get_group_system_msg=answer) as other:
        (join,) = await other.platform.pending_joins()
        assert (join.request_id, join.account) == ("5", account(500))


@pytest.mark.parametrize("newer_by_default", [False, True])
@pytest.mark.parametrize("app_name", ["LLOneBot", "NapCat.Onebot", "go-cqhttp"])
async def test_history_is_paged_whatever_a_page_is(
    app_name: str, *, newer_by_default: bool
) -> None:
    everything = [said(1000 + n, sequence=n, time=1767000000 + n) for n in range(1, 101)]
    by_sequence = app_name != "NapCat.Onebot"

    def page(params: dict[str, Any]) -> Any:
        start = params.get("message_seq")
        if start is None:
            return {"messages": everything[-19:]}
        name = "message_seq" if by_sequence else "message_id"
        (at,) = [i for i, m in enumerate(everything) if str(m[name]) == str(start)]
        older = params["reverse_order"] is newer_by_default
        return {"messages": everything[max(0, at - 18) : at + 1] if older else everything[at:]}

    async with host(app_name, get_group_msg_history=page) as other:
        found = await other.platform.history(GROUP, after=20, limit=500)
        assert [message.sequence for message in found.messages] == list(range(21, 101))
        assert found.complete
        everything_there = await other.platform.history(GROUP, after=None, limit=500)
        assert len(everything_there.messages) == 100
        assert everything_there.messages[0].parts == (Text("1"),)


async def test_history_without_numbers_admits_that_it_knows_no_gaps() -> None:
    messages = [said(n, sequence=n, time=1767000000 + n) for n in (5, 6)]
    async with host("NapCat.Onebot", get_group_msg_history={"messages": messages}) as other:
        found = await other.platform.history(GROUP, after=4, limit=10)
        assert len(found.messages) == 2
        assert (found.complete, found.missing) == (False, None)


async def test_recalled_end_of_the_history_is_no_gap() -> None:
    messages = [said(1000 + n, sequence=n, time=1767000000 + n) for n in (5, 6)]
    async with host("LLOneBot", get_group_msg_history={"messages": messages}) as other:
        found = await other.platform.history(GROUP, after=7, limit=10)
        assert (found.messages, found.complete, found.missing) == ((), True, 0)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failed("Timeout: NTEvent serviceAndMethod"), PlatformUnknownError),
        ({"status": "async", "retcode": 1, "data": None}, PlatformUnknownError),
        ({"status": "ok", "retcode": 0, "data": {"message_id": []}}, PlatformUnknownError),
        ({"status": "ok", "retcode": 0, "data": None}, PlatformUnknownError),
        ({"status": "ok", "retcode": 0, "data": {}}, PlatformUnknownError),
        (failed("ERR_NOT_GROUP_ADMIN"), PlatformRefusedError),
        (failed("Operation too fast"), PlatformBusyError),
        (failed("", 1404), PlatformRefusedError),
        (failed("请先添加对方为好友", 1200), PlatformRefusedError),
    ],
)
async def test_each_failure_means_what_it_can_mean(answer: Any, error: type[Exception]) -> None:
    async with host("NapCat.Onebot", send_group_msg=answer) as other:
        with pytest.raises(error):
            await other.platform.send_group(GROUP, "话")


async def test_unclear_error_about_a_message_proves_nothing() -> None:
    async with host("NapCat.Onebot", get_msg=failed("kernel error 5")) as other:
        with pytest.raises(PlatformUnknownError):
            await other.platform.message_exists(MessageKey(GROUP, "7"))


async def test_forgotten_message_beyond_a_short_history_is_unknown() -> None:
    now = int(datetime.now(UTC).timestamp())
    busy = {"n": 10_000}

    def page(_: dict[str, Any]) -> Any:
        busy["n"] -= 50
        start = busy["n"]
        messages = [said(start + n, sequence=start + n + 1, time=now) for n in range(50)]
        return {"messages": messages}

    async with host("LLOneBot", get_msg=failed("消息不存在"), get_group_msg_history=page) as other:
        with pytest.raises(PlatformUnknownError):
            await other.platform.message_exists(MessageKey(GROUP, "7"))
        with pytest.raises(PlatformUnknownError):
            await other.platform.find_own_message(
                GROUP, "话", since=datetime(2026, 1, 1, tzinfo=UTC)
            )


async def test_count_that_differs_from_the_list_makes_it_incomplete() -> None:
    people = [{"user_id": 100, "role": "owner"}, {"user_id": "300", "card": "教务处李明"}]
    async with host(
        "NapCat.Onebot",
        get_group_member_list=people,
        get_group_info={"group_id": 200, "member_count": 3},
        get_group_list=[{"group_id": 200, "member_count": "2"}, {"group_name": "坏条目"}],
    ) as other:
        found = await other.platform.members(GROUP)
        assert (found.complete, found.declared_count) == (True, 2)
        other.answers["get_group_member_list"] = [*people, people[1]]
        assert not (await other.platform.members(GROUP)).complete
        other.answers["get_group_member_list"] = [*people, {"user_id": None}]
        assert not (await other.platform.members(GROUP)).complete
        other.answers["get_group_info"] = other.answers["get_group_list"] = failed("busy")
        other.answers["get_group_member_list"] = people
        found = await other.platform.members(GROUP)
        assert (found.complete, found.declared_count) == (False, None)
