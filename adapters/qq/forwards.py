"""Merged forwards are opened before they are judged, without keeping other groups waiting."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace

from adapters.qq.client import OneBotClient
from adapters.qq.segments import FORWARD_DEPTH, Budget, items_of
from adapters.qq.wire import ForwardPage
from bot.domain.errors import PlatformError
from bot.domain.events import Event, Forward, GroupEvent, MessagePosted, Part
from bot.domain.identifiers import GroupKey

_HELD = 1000


class ForwardOpener:
    """Opens the merged forwards of a message, within a time limit for the whole message."""

    def __init__(self, client: OneBotClient, limit: float) -> None:
        self._client = client
        self._limit = limit

    async def opened(self, message: MessagePosted) -> MessagePosted:
        """The message with every forward opened that could be; the others stay unopened."""
        deadline = asyncio.get_running_loop().time() + self._limit
        parts = await self._open(message.parts, 1, Budget(), deadline)
        return replace(message, parts=parts)

    async def _open(
        self, parts: tuple[Part, ...], depth: int, budget: Budget, deadline: float
    ) -> tuple[Part, ...]:
        opened: list[Part] = []
        for part in parts:
            if isinstance(part, Forward) and depth <= FORWARD_DEPTH:
                opened.append(await self._open_one(part, depth, budget, deadline))
            else:
                opened.append(part)
        return tuple(opened)

    async def _open_one(
        self, forward: Forward, depth: int, budget: Budget, deadline: float
    ) -> Forward:
        items = forward.items
        if items is None:
            items = await self._fetch(forward.forward_id, depth, budget, deadline)
        if items is None:
            return forward
        return Forward(
            forward.forward_id,
            tuple([await self._open(item, depth + 1, budget, deadline) for item in items]),
        )

    async def _fetch(
        self, forward_id: str, depth: int, budget: Budget, deadline: float
    ) -> tuple[tuple[Part, ...], ...] | None:
        left = deadline - asyncio.get_running_loop().time()
        if not forward_id or left <= 0 or budget.left <= 0:
            return None
        try:
            # NapCat reads `message_id` or `id`; the standard has only `id`.
            page = await self._client.call(
                "get_forward_msg", {"id": forward_id}, ForwardPage, timeout=left
            )
        except PlatformError:
            return None
        return items_of(page.messages, depth + 1, budget)


class OrderedIntake:
    """Passes events on in order per group, while a forward of that group is being opened."""

    def __init__(
        self,
        opener: ForwardOpener,
        offer: Callable[[Event], Awaitable[None]],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._opener = opener
        self._offer = offer
        self._failed = failed
        self._held: dict[GroupKey, deque[GroupEvent]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_HELD)

    async def take(self, event: Event) -> None:
        """Pass on an event, at once unless its group waits for a forward."""
        if isinstance(event, GroupEvent):
            held = self._held.get(event.group) if self._held else None
            if held is not None:
                await self._room.acquire()
                held.append(event)
                return
            if isinstance(event, MessagePosted) and is_unopened(event.parts):
                self._hold(event)
                return
        await self._offer(event)

    async def stop(self) -> None:
        """Give up what is being opened; what was held is read again out of the history."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hold(self, event: MessagePosted) -> None:
        self._held[event.group] = deque()
        task = asyncio.create_task(self._release(event))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)

    async def _release(self, first: MessagePosted) -> None:
        held = self._held[first.group]
        event: GroupEvent = first
        try:
            while True:
                if isinstance(event, MessagePosted) and is_unopened(event.parts):
                    event = await self._opener.opened(event)
                await self._offer(event)
                if not held:
                    return
                event = held.popleft()
                self._room.release()
        finally:
            del self._held[first.group]


def is_unopened(parts: tuple[Part, ...]) -> bool:
    """Whether a forward among the parts, however deep, has not been opened."""
    for part in parts:
        if type(part) is Forward and (
            part.items is None or any(is_unopened(item) for item in part.items)
        ):
            return True
    return False
