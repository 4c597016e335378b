"""The QQ adapter in a NoneBot application on a free loopback port, with a door that records."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import nonebot
import uvicorn
from nonebot.config import Config, Env
from nonebot.drivers.fastapi import Driver

from adapters.qq.adapter import QQAdapter
from adapters.qq.platform import QQPlatform
from adapters.qq.settings import QQSettings
from adapters.simulator.groups import GroupPlan, Habit, Seat
from adapters.simulator.onebot11.faults import Timing
from adapters.simulator.onebot11.people import Role
from adapters.simulator.onebot11.simulator import OneBotSimulator
from bot.domain.events import Event, MessagePosted, PrivatePosted, Text
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.engine.command_event import Utterance
from bot.engine.door import Outcome

Kind = TypeVar("Kind", bound=Event)
TOKEN = "a-token-for-tests"
SELF = 10000
GROUP = GroupKey(Platform.QQ, "200")
OWNER, ADMIN, MEMBER, OTHER = 100, 110, 300, 301
FAST: dict[str, Any] = {
    "access_token": TOKEN,
    "reread_after": 0.15,
    "call_timeout": 2.0,
    "forward_timeout": 0.5,
    "probe_timeout": 1.0,
    "silence_limit": 3.0,
    "deaf_after": 600.0,
    "mute_pause": 5.0,
}


def account(number: int) -> AccountKey:
    return AccountKey(Platform.QQ, str(number))


class RecordingDoor:
    """Takes everything, drops duplicates by event id, and notes what it was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.duplicates: list[Event] = []
        self.counts: list[Outcome] = []
        self.links: list[tuple[str, QQPlatform]] = []
        self.broken = False
        self.failed = 0
        self.room = asyncio.Event()
        self.room.set()
        self._ids: set[str] = set()

    async def offer(self, event: Event) -> "asyncio.Future[Outcome]":
        await self.room.wait()
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        if self.broken:
            self.failed += 1
            future.set_exception(OSError("disk full"))
        elif event.event_id in self._ids:
            self.duplicates.append(event)
            future.set_result(Outcome.DUPLICATE)
        else:
            self._ids.add(event.event_id)
            self.events.append(event)
            future.set_result(Outcome.ACCEPTED)
        return future

    async def submit(self, event: Event) -> Outcome:
        return await (await self.offer(event))

    def count(self, platform: Platform, outcome: Outcome) -> None:
        self.counts.append(outcome)

    def command_in(self, event: MessagePosted | PrivatePosted) -> Utterance | None:
        if isinstance(event, PrivatePosted):
            text, group = event.text, None
        else:
            text = "".join(part.text for part in event.parts if isinstance(part, Text)).strip()
            group = event.group
        if not text.startswith("/"):
            return None
        return Utterance(
            account=event.author,
            group=group,
            text=text[1:],
            message_id=event.message_id,
            at=event.occurred_at,
            addressed=True,
        )

    def connected(self, platform: Any) -> None:
        self.links.append(("up", platform))

    def disconnected(self, platform: Any) -> None:
        self.links.append(("down", platform))

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def listening(door: RecordingDoor, **settings: Any) -> AsyncIterator[tuple[QQAdapter, str]]:
    """The adapter in a NoneBot application of its own, and its address."""
    try:
        nonebot.get_driver()
    except ValueError:
        nonebot.init(driver="~fastapi", log_level="WARNING")
    driver = Driver(Env(environment="test"), Config(driver="~fastapi"))
    adapter = QQAdapter(driver, door=door, settings=QQSettings(**{**FAST, **settings}))
    config = uvicorn.Config(
        driver.server_app, port=0, ws="websockets-sansio", log_config=None, lifespan="on"
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn signals it no other way
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield adapter, f"ws://127.0.0.1:{port}/onebot/v11/ws"
    finally:
        server.should_exit = True
        await task


def plan(group_id: int = 200, people: int = 2) -> GroupPlan:
    seats = [
        Seat(OWNER, "老周", "教务处周群主", "owner", Habit.COMPLIANT),
        Seat(ADMIN, "小吴", "教务处吴管理", "admin", Habit.COMPLIANT),
        Seat(MEMBER, "小李", "教务处李明", "member", Habit.COMPLIANT),
        Seat(OTHER, "阿花", "", "member", Habit.EMPTY),
    ]
    seats += [
        Seat(1000 + n, f"甲{n}", f"教务处甲{n}", "member", Habit.COMPLIANT)
        for n in range(people - 2)
    ]
    return GroupPlan(group_id, "教务处工作群", tuple(seats))


@dataclass
class Service:
    """A running service and a simulator that dials into it."""

    door: RecordingDoor
    adapter: QQAdapter
    url: str
    simulator: OneBotSimulator

    @property
    def platform(self) -> QQPlatform:
        platform = self.adapter.platform
        assert platform is not None
        return platform

    async def until(self, predicate: Callable[[], object], within: float = 5.0) -> None:
        async with asyncio.timeout(within):
            while not predicate():  # noqa: ASYNC110  any state may be asked for
                await asyncio.sleep(0.005)

    async def received(self, kind: type[Kind], number: int = 1) -> list[Kind]:
        await self.until(lambda: len(self.door.of(kind)) >= number)
        return self.door.of(kind)

    async def up(self, times: int = 1) -> None:
        await self.until(lambda: [way for way, _ in self.door.links].count("up") >= times)

    async def down(self, within: float = 5.0) -> None:
        await self.until(lambda: "down" in [way for way, _ in self.door.links], within)


@contextlib.asynccontextmanager
async def serving(
    *plans: GroupPlan, role: Role | None = Role.ADMIN, timing: Timing | None = None, **settings: Any
) -> AsyncIterator[Service]:
    """The service with a simulator connected and announced."""
    door = RecordingDoor()
    async with listening(door, **settings) as (adapter, url):
        simulator = OneBotSimulator(
            plans or (plan(),), url=url, token=TOKEN, self_id=SELF, timing=timing, bot_role=role
        )
        async with simulator:
            service = Service(door, adapter, url, simulator)
            await service.up()
            yield service
