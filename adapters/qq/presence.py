"""Whether the account behind a connection is logged in, and telling the engine so."""

from collections.abc import Callable, Coroutine
from typing import Any

from loguru import logger

from adapters.qq.client import Dialect, OneBotClient
from adapters.qq.platform import QQPlatform
from adapters.qq.wire import Frame, Login, Version
from bot.domain.errors import PlatformError
from bot.engine.door import Door


class Presence:
    """The account of one connection. ``start`` runs a task of it, ``end`` ends it with a reason."""

    def __init__(
        self,
        client: OneBotClient,
        platform: QQPlatform,
        door: Door,
        start: Callable[[Coroutine[Any, Any, None]], None],
        end: Callable[[str], None],
    ) -> None:
        self._client = client
        self._platform = platform
        self._door = door
        self._start = start
        self._end = end
        self._offline_seen = False
        self._asking = False

    def get_acquainted(self) -> None:
        """Ask who is there, unless that is under way; then announce the connection."""
        if not self._asking:
            self._asking = True
            self._start(self._introduce())

    def heartbeat(self, frame: Frame) -> None:
        """A heartbeat may tell that the account went, or came back."""
        online = frame.status.get("online") if isinstance(frame.status, dict) else None
        if online is False:
            self._offline_seen = True
            self._gone("心跳报告账号不在线")
        elif online is True and self._offline_seen:
            # Only after it said otherwise: some hosts say "online" of a frozen account for ever.
            self._offline_seen = False
            self.get_acquainted()

    def notice(self, frame: Frame) -> None:
        """A notice may concern the account itself."""
        if frame.notice_type == "bot_offline":
            self._gone("QQ 端报告账号已下线")
        elif frame.notice_type == "friend_add":
            self._platform.befriended(frame.user_id)

    def announce(self) -> None:
        """Have the engine read groups, members, requests and what was missed."""
        if self._platform.online:
            self._door.connected(self._platform)

    def withdraw(self) -> None:
        """Tell the engine that nothing can be done here now."""
        if self._platform.online:
            self._platform.online = False
            self._door.disconnected(self._platform)

    def _gone(self, why: str) -> None:
        if self._platform.online:
            account = self._platform.self_account.id
            logger.error("QQ {} 掉线：{}。请用手机查看账号状态并重新登录。", account, why)
        self.withdraw()

    async def _introduce(self) -> None:
        try:
            refusal = await self._identify()
            if refusal is not None:
                self._end(refusal)
                return
            await self._read_friends()
        finally:
            self._asking = False
        self._platform.online = True
        logger.info(
            "QQ {} 已连接（{}）。", self._platform.self_account.id, self._client.dialect.value
        )
        self.announce()

    async def _identify(self) -> str | None:
        try:
            version = await self._client.call("get_version_info", {}, Version)
            self._client.dialect = Dialect.of(version.app_name or "")
        except PlatformError as error:
            logger.warning("QQ 端没有说明自己的版本，按通用 OneBot v11 处理：{}", error.message)
        try:
            login = await self._client.call("get_login_info", {}, Login)
        except PlatformError as error:
            return f"问不到登录账号（{error.message}）"
        if str(login.user_id) != self._platform.self_account.id:
            return f"登录账号是 {login.user_id}，与连接时自称的不符"
        return None

    async def _read_friends(self) -> None:
        try:
            await self._platform.read_friends()
        except PlatformError as error:
            logger.warning("读不到 QQ 好友列表，暂时只在群里 @ 成员：{}", error.message)
