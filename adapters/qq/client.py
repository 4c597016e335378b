"""Calls to a OneBot implementation over the connection it opened, and what their errors mean."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec

from adapters.qq.wire import Frame
from bot.domain.errors import PlatformBusyError, PlatformRefusedError, PlatformUnknownError

Answer = TypeVar("Answer")
_UNSUPPORTED = 1404
_ACCEPTED_ONLY = "async"
_TIMEOUT = re.compile(r"time\s*-?out|超时", re.IGNORECASE)
_TOO_FAST = re.compile(r"too fast|rate limit|频繁|过快", re.IGNORECASE)
_NO_RIGHTS = re.compile(
    r"permission|not (?:an? )?(?:admin|owner)|权限|不是(?:群)?管理|非管理", re.IGNORECASE
)
_NOT_FRIEND = re.compile(r"添加.*好友|不是.*好友|not (?:a )?friend", re.IGNORECASE)


class Dialect(StrEnum):
    """The implementations whose differences matter."""

    NAPCAT = "napcat"
    LLBOT = "llbot"
    GO_CQHTTP = "go-cqhttp"
    OTHER = "other"

    @classmethod
    def of(cls, app_name: str) -> "Dialect":
        """The dialect of an implementation, by the name it gives itself."""
        name = app_name.lower()
        for part, dialect in _DIALECTS.items():
            if part in name:
                return dialect
        return cls.OTHER


_DIALECTS = {
    "napcat": Dialect.NAPCAT,
    "llonebot": Dialect.LLBOT,
    "llbot": Dialect.LLBOT,
    "luckylillia": Dialect.LLBOT,
    "go-cqhttp": Dialect.GO_CQHTTP,
}


class OneBotClient:
    """Calls over one connection. ``calls`` counts (action, outcome) for the metrics."""

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        timeout: float,
        calls: Counter[tuple[str, str]],
    ) -> None:
        self.dialect = Dialect.OTHER
        self.is_open = True
        self.calls = calls
        self._send = send
        self._timeout = timeout
        self._pending: dict[str, asyncio.Future[Frame]] = {}
        self._number = 0

    async def call(
        self,
        action: str,
        params: Mapping[str, object],
        answer: type[Answer],
        *,
        timeout: float | None = None,  # noqa: ASYNC109  the limit decides which error it is
    ) -> Answer:
        """Call ``action`` and read its ``data`` as ``answer``.

        Raises:
            PlatformBusyError: not connected, or acting too fast: certainly not done.
            PlatformRefusedError: the implementation said no.
            PlatformUnknownError: no answer in time, or one that cannot be read.
        """
        outcome = "unknown"
        try:
            frame = await self._exchange(action, params, timeout or self._timeout)
            _raise_for(action, frame)
            data = msgspec.json.decode(frame.data, type=answer)
            outcome = "ok"
        except PlatformBusyError:
            outcome = "busy"
            raise
        except PlatformRefusedError:
            outcome = "refused"
            raise
        except msgspec.DecodeError as error:
            raise PlatformUnknownError(f"QQ 端对 {action} 的回答读不懂:{error}") from error
        finally:
            self.calls[action, outcome] += 1
        return data

    def resolve(self, frame: Frame) -> bool:
        """Hand an answer to the call that waits for it; False when none does."""
        waiting = self._pending.get(frame.echo) if isinstance(frame.echo, str) else None
        if waiting is None or waiting.done():
            return False
        waiting.set_result(frame)
        return True

    def close(self) -> None:
        """Fail what still waits: its answer can no longer come, an echo crosses no connection."""
        self.is_open = False
        for waiting in self._pending.values():
            if not waiting.done():
                waiting.set_exception(
                    PlatformUnknownError("QQ 连接在回答之前断开，不知是否已经执行。")
                )

    async def _exchange(self, action: str, params: Mapping[str, object], seconds: float) -> Frame:
        if not self.is_open:
            raise PlatformBusyError("QQ 尚未连接，稍后再试。", timedelta(seconds=5))
        self._number += 1
        echo = f"q{self._number}"
        body = msgspec.json.encode({"action": action, "params": params, "echo": echo})
        waiting: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._pending[echo] = waiting
        try:
            async with asyncio.timeout(seconds):
                await self._hand_over(body.decode())
                return await waiting
        except TimeoutError as error:
            raise PlatformUnknownError(
                f"QQ 端 {seconds:g} 秒内没有回答 {action}，不知是否已经执行。"
            ) from error
        finally:
            del self._pending[echo]

    async def _hand_over(self, body: str) -> None:
        try:
            await self._send(body)
        except TimeoutError:
            raise
        except Exception as error:
            # Every server has its own error for a socket that is gone; none wrote the frame.
            raise PlatformBusyError("QQ 连接刚刚断开，稍后再试。", timedelta(seconds=5)) from error


def _raise_for(action: str, frame: Frame) -> None:
    if frame.status == "ok" and not frame.retcode:
        return
    said = frame.wording or (frame.message if isinstance(frame.message, str) else "") or ""
    said = " ".join(said.split())[:200]
    if frame.status == _ACCEPTED_ONLY or _TIMEOUT.search(said):
        raise PlatformUnknownError(f"QQ 端没有等到 {action} 的结果：{said or '无说明'}")
    if _TOO_FAST.search(said):
        raise PlatformBusyError(f"操作过快，QQ 暂不受理：{said}", timedelta(minutes=1))
    raise PlatformRefusedError(f"{_reason(frame.retcode, said)}:{said or f'代码 {frame.retcode}'}")


def _reason(retcode: int | None, said: str) -> str:
    if retcode == _UNSUPPORTED:
        return "QQ 端不支持此操作"
    if _NO_RIGHTS.search(said):
        return "机器人没有此权限"
    if _NOT_FRIEND.search(said):
        return "对方不是机器人的好友，私聊发不出"
    return "QQ 拒绝了此操作"
