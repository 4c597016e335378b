"""Two silences that look like health: sends that vanish, and messages that no longer arrive."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from loguru import logger

from adapters.qq.history import HistoryReader
from adapters.qq.sightings import Activity, Sightings
from bot.domain.errors import PlatformBusyError, PlatformError, PlatformUnknownError
from bot.domain.identifiers import GroupKey

Result = TypeVar("Result")
_TIMEOUTS = 3
_ACTIVE = 10
_CHECKED_AT_ONCE = 3


class SendGuard:
    """Stops all sends for a while after three in a row without an answer.

    A silenced account loses every send for about a day while all else works; to go on sending is
    what gets it banned. Outlives a connection: the silence is the account's.
    """

    def __init__(self, pause: float) -> None:
        self.alarms = 0
        self._pause = pause
        self._timeouts = 0
        self._until = 0.0

    async def send(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Carry out a send, unless sends are paused.

        Raises:
            PlatformBusyError: paused; ``retry_after`` tells for how long.
        """
        left = self._until - time.monotonic()
        if left > 0:
            raise PlatformBusyError(
                "QQ 连续三次没有回应发送，已暂停发送以保护账号。", timedelta(seconds=left)
            )
        try:
            result = await call()
        except PlatformUnknownError:
            self._missed()
            raise
        self._timeouts = 0
        return result

    def _missed(self) -> None:
        self._timeouts += 1
        if self._timeouts < _TIMEOUTS:
            return
        self._timeouts = 0
        self._until = time.monotonic() + self._pause
        self.alarms += 1
        logger.error(
            "QQ 连续三次发送没有回应，账号可能被限制发言：暂停发送 {:g} 秒，请用手机登录检查。",
            self._pause,
        )


class DeafnessWatch:
    """Notices that a lively group fell silent although its history went on."""

    def __init__(self, sightings: Sightings, history: HistoryReader, silent_for: float) -> None:
        self.interval = silent_for / 3
        self._sightings = sightings
        self._history = history
        self._silent_for = silent_for

    async def unheard(self) -> list[GroupKey]:
        """Groups with messages in the history that were never pushed; asks about three at most."""
        silent = [
            activity
            for activity in self._sightings.activities
            if activity.messages >= _ACTIVE
            and activity.newest
            and time.monotonic() - activity.at >= self._silent_for
        ]
        silent.sort(key=lambda activity: -activity.messages)
        return [
            activity.group
            for activity in silent[:_CHECKED_AT_ONCE]
            if await self._is_deaf(activity)
        ]

    async def _is_deaf(self, activity: Activity) -> bool:
        seen = activity.newest
        try:
            newest = await self._history.newest(activity.group)
        except PlatformError:
            return False
        # Not again before the group has been silent as long once more.
        activity.at = time.monotonic()
        return newest is not None and newest > seen and activity.newest == seen
