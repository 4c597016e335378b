"""One reverse WebSocket: reads frames, hands on events, watches that the other side still lives."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from loguru import logger
from nonebot.drivers import WebSocket
from nonebot.exception import WebSocketClosed

from adapters.qq.client import OneBotClient
from adapters.qq.convert import Converter
from adapters.qq.fields import Keys
from adapters.qq.forwards import ForwardOpener, OrderedIntake
from adapters.qq.history import HistoryReader
from adapters.qq.media import MediaFetcher
from adapters.qq.members import MemberReader
from adapters.qq.platform import QQPlatform
from adapters.qq.presence import Presence
from adapters.qq.pulse import Pulse, Verdict
from adapters.qq.settings import QQSettings
from adapters.qq.sightings import Sightings
from adapters.qq.watchdog import DeafnessWatch, SendGuard
from adapters.qq.wire import Frame, decode
from bot.domain.errors import (
    EventError,
    PlatformError,
    PlatformRefusedError,
    UnsupportedEventError,
)
from bot.domain.events import Event, GroupEvent, MessagePosted, MessageRecalled, PrivatePosted
from bot.domain.identifiers import MessageKey, Platform
from bot.engine.clock import Clock
from bot.engine.door import Door, Outcome

_GOING_AWAY = 1001
_CLOSING = 2.0
_READ_AGAIN_AFTER = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the connections of one service share; the guard and the counters outlive each."""

    door: Door
    settings: QQSettings
    clock: Clock
    guard: SendGuard
    accepted: Callable[[Event], None]
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)


class Connection:
    """A connection that has been let in; ``run`` lasts as long as it does."""

    def __init__(self, websocket: WebSocket, self_id: str, around: Surroundings) -> None:
        settings = around.settings
        self.gone = asyncio.Event()
        self.last_event_at: datetime | None = None
        self.client = OneBotClient(websocket.send, settings.call_timeout, around.calls)
        self._websocket = websocket
        self._around = around
        self._door = around.door
        keys = Keys(self_id)
        self._converter = Converter(keys)
        self._sightings = Sightings()
        history = HistoryReader(self.client, self._converter, self._sightings, around.clock)
        opener = ForwardOpener(self.client, settings.forward_timeout)
        self.platform = QQPlatform(
            client=self.client,
            converter=self._converter,
            sightings=self._sightings,
            guard=around.guard,
            pace=settings.pace,
            clock=around.clock,
            history=history,
            members=MemberReader(self.client, keys, around.clock, settings.reread_after),
            opener=opener,
            media=MediaFetcher(self.client, settings.downloader),
        )
        self._intake = OrderedIntake(opener, self._offer, self._broken)
        self._deafness = DeafnessWatch(self._sightings, history, settings.deaf_after)
        self._pulse = Pulse(settings.silence_limit)
        self._presence = Presence(self.client, self.platform, around.door, self._start, self.end)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()
        self._waiting_for_room = False
        self._reading_again = False

    @property
    def self_id(self) -> str:
        """The account at the other end."""
        return self._converter.keys.self_account.id

    async def run(self) -> None:
        """Serve the connection until it ends."""
        self._presence.get_acquainted()
        for work in (self._read(), self._watch_silence(), self._watch_deafness()):
            self._start(work)
        try:
            await self._ended.wait()
        finally:
            await self._leave()

    async def is_alive(self) -> bool:
        """Ask the other side; while the engine has no room we do not read, so it may live."""
        if self._waiting_for_room:
            return True
        try:
            timeout = self._around.settings.probe_timeout
            await self.client.call("get_status", {}, Any, timeout=timeout)
        except PlatformRefusedError:
            return True
        except PlatformError:
            return False
        return True

    def end(self, why: str) -> None:
        """End the connection; ``gone`` tells when nothing of it is left."""
        logger.warning("断开 QQ {} 的连接：{}", self.self_id, why)
        self._ended.set()

    async def _leave(self) -> None:
        self.client.close()
        self._presence.withdraw()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._intake.stop()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_CLOSING):
                await self._websocket.close(_GOING_AWAY, "connection ended")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)

    def _broken(self, error: BaseException) -> None:
        logger.opt(exception=error).error("处理 QQ 连接时出错，断开后由对方重连并补读。")
        self._ended.set()

    async def _read(self) -> None:
        receive, resolve = self._websocket.receive, self.client.resolve
        while True:
            try:
                raw = await receive()
            except WebSocketClosed:
                self._ended.set()
                return
            try:
                frame = decode(raw)
                if frame.post_type is None:
                    resolve(frame)
                    continue
                self._pulse.heard()
                event = self._event(frame)
            except UnsupportedEventError:
                continue
            except EventError as error:
                self._door.count(Platform.QQ, Outcome.MALFORMED)
                logger.debug("QQ 事件无法识别：{}", error.message)
                continue
            self._waiting_for_room = True
            await self._intake.take(event)
            self._waiting_for_room = False

    def _event(self, frame: Frame) -> Event:
        if frame.meta_event_type == "heartbeat":
            self._pulse.beat(frame.interval)
            self._presence.heartbeat(frame)
        elif frame.post_type == "notice":
            self._presence.notice(frame)
        event = self._converter.event(frame, self._around.clock.now())
        self.last_event_at = event.received_at
        if type(event) is MessagePosted:
            self._sightings.live(event)
            if not self.platform.online:
                self._presence.get_acquainted()
        elif isinstance(event, MessageRecalled):
            self._sightings.recalled(MessageKey(event.group, event.message_id))
        elif isinstance(event, PrivatePosted) and frame.sub_type == "friend":
            self.platform.befriended(event.author.id)
        return event

    async def _offer(self, event: Event) -> None:
        future = await self._door.offer(event)
        future.add_done_callback(partial(self._settled, event))

    def _settled(self, event: Event, future: "asyncio.Future[Outcome]") -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            if future.result() is Outcome.ACCEPTED:
                self._around.accepted(event)
            return
        logger.error("QQ 事件 {} 没有写入，稍后补读：{}", event.event_id, error)
        if isinstance(event, GroupEvent) and not self._reading_again and not self._ended.is_set():
            self._reading_again = True
            self._start(self._read_again())

    async def _read_again(self) -> None:
        await asyncio.sleep(_READ_AGAIN_AFTER)
        self._reading_again = False
        self._presence.announce()

    async def _watch_silence(self) -> None:
        while True:
            await asyncio.sleep(self._pulse.look_every)
            if self._waiting_for_room:
                self._pulse.heard()
            verdict = self._pulse.verdict()
            if verdict is Verdict.DEAD:
                self.end("心跳停止")
                return
            if verdict is Verdict.ASK:
                if not await self.is_alive():
                    self.end("长时间无声，也不回答探问")
                    return
                self._pulse.heard()

    async def _watch_deafness(self) -> None:
        while True:
            await asyncio.sleep(self._deafness.interval)
            for group in await self._deafness.unheard():
                logger.error("QQ 群 {} 有新消息却没有推送过来：QQ 端可能失聪，正在补读。", group.id)
                self._presence.announce()
