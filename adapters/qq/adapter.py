"""The NoneBot adapter for QQ: the library's OneBot v11 adapter, taken over at the raw frame.

The library parses each event into models, looks up quoted messages and starts a task per event
without bound or order. We read frames ahead of all that and hand events to the engine's door; only
commands reach NoneBot.
"""

import asyncio
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loguru import logger
from nonebot.adapters import Bot as BaseBot
from nonebot.adapters.onebot.v11 import Adapter, Bot
from nonebot.drivers import URL, ASGIMixin, Driver, Request, WebSocket, WebSocketServerSetup
from nonebot.message import handle_event
from typing_extensions import override

from adapters.qq.connection import Connection, Surroundings
from adapters.qq.platform import QQPlatform
from adapters.qq.settings import QQSettings
from adapters.qq.watchdog import SendGuard
from bot.domain.errors import BadInputError, PlatformBusyError
from bot.domain.events import Event, MessagePosted, PrivatePosted
from bot.domain.identifiers import Platform
from bot.engine.clock import Clock, SystemClock
from bot.engine.command_event import CommandReceived
from bot.engine.door import Door, Outcome

PATHS = ("/onebot/v11/ws", "/onebot/v11/ws/", "/onebot/v11/")
_POLICY_VIOLATION = 1008
_ONE_WAY_ROLES = frozenset({"api", "event"})


class QQAdapter(Adapter):
    """Serves one QQ account over reverse WebSocket.

    Registered by ``driver.register_adapter(QQAdapter, door=…, settings=…)``.
    """

    def __init__(
        self,
        driver: Driver,
        *,
        door: Door,
        settings: QQSettings,
        clock: Clock | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(driver, **kwargs)
        self.guard = SendGuard(settings.mute_pause)
        self._token = settings.token.encode()
        self._around = Surroundings(
            door=door,
            settings=settings,
            clock=clock or SystemClock(),
            guard=self.guard,
            accepted=self._accepted,
        )
        self._connection: Connection | None = None
        self._last_event_at: datetime | None = None
        self._admission = asyncio.Lock()

    @property
    def platform(self) -> QQPlatform | None:
        """The account that is connected now."""
        connection = self._connection
        return connection.platform if connection and connection.platform.online else None

    @property
    def last_event_at(self) -> datetime | None:
        """When the newest event arrived, for ``/healthz``."""
        if self._connection is not None and self._connection.last_event_at is not None:
            return self._connection.last_event_at
        return self._last_event_at

    @property
    def calls(self) -> Mapping[tuple[str, str], int]:
        """How many calls were made, by (action, outcome), for ``/metrics``."""
        return self._around.calls

    @override
    def _setup(self) -> None:
        # The library's HTTP endpoints answer before the event is stored, and its outgoing
        # connections have no admission: neither is set up.
        if not isinstance(self.driver, ASGIMixin):
            raise BadInputError(
                "QQ 用反向 WebSocket 连接，驱动须能当服务器：请设置 DRIVER=~fastapi。"
            )
        for path in PATHS:
            setup = WebSocketServerSetup(URL(path), f"QQ {path}", self._handle_ws)
            self.setup_websocket_server(setup)
        self.driver.on_shutdown(self._stop)

    @override
    async def _stop(self) -> None:
        if self._connection is not None:
            await self._end(self._connection, "服务正在停止")
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    @override
    async def _call_api(self, bot: BaseBot, api: str, **data: Any) -> Any:
        connection = self._connection
        if connection is None or connection.self_id != bot.self_id:
            raise PlatformBusyError("QQ 尚未连接，稍后再试。")
        timeout = data.pop("_timeout", None)
        return await connection.client.call(api, data, object, timeout=timeout)

    @override
    async def _handle_ws(self, websocket: WebSocket) -> None:
        connection = await self._admit(websocket)
        if connection is None:
            return
        bot = Bot(self, connection.self_id)
        try:
            self.bot_connect(bot)
            try:
                await connection.run()
            finally:
                self.bot_disconnect(bot)
        finally:
            self._last_event_at = self.last_event_at
            self._connection = None
            connection.gone.set()

    async def _admit(self, websocket: WebSocket) -> Connection | None:
        refusal = self._refusal(websocket.request)
        async with self._admission:
            if refusal is None:
                refusal = await self._make_room()
            if refusal is not None:
                logger.warning("拒绝 QQ 连接：{}", refusal)
                self._around.door.count(Platform.QQ, Outcome.REFUSED)
                await websocket.close(_POLICY_VIOLATION, "refused")
                return None
            await websocket.accept()
            self_id = websocket.request.headers["x-self-id"]
            self._connection = Connection(websocket, self_id, self._around)
            return self._connection

    def _refusal(self, request: Request) -> str | None:
        # The token comes first: a stranger learns nothing about who is connected.
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token.strip().encode("utf-8", "surrogateescape")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given, self._token):
            return "令牌不对。请在 QQ 端填写与 ONEBOT_ACCESS_TOKEN 相同的令牌。"
        self_id = request.headers.get("x-self-id", "")
        if not (self_id.isascii() and self_id.isdigit()):
            return "连接没有用 X-Self-ID 说明账号。"
        if request.headers.get("x-client-role", "universal").lower() in _ONE_WAY_ROLES:
            return "需要一条既收事件又能调用的连接（X-Client-Role: Universal）。"
        return None

    async def _make_room(self) -> str | None:
        # A half-open socket must not lock the account out until some time limit ends it.
        current = self._connection
        if current is None:
            return None
        if await current.is_alive():
            return f"QQ {current.self_id} 已经连接，一个服务只接一个账号的一条连接。"
        await self._end(current, "不再回答，由新连接取代")
        return None

    async def _end(self, connection: Connection, why: str) -> None:
        connection.end(why)
        await connection.gone.wait()

    def _accepted(self, event: Event) -> None:
        if not isinstance(event, MessagePosted | PrivatePosted):
            return
        utterance = self._around.door.command_in(event)
        connection = self._connection
        bot = self.bots.get(connection.self_id) if connection is not None else None
        if utterance is None or bot is None:
            return
        task = asyncio.create_task(handle_event(bot, CommandReceived(utterance=utterance)))
        self.tasks.add(task)
        task.add_done_callback(self._command_done)

    def _command_done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.opt(exception=error).error("处理一条命令时出错。")
