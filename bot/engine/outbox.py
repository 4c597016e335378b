"""One throttled outbox per platform: everything the bot says goes through here, one at a time."""

import asyncio
import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loguru import logger

from bot.domain.errors import PlatformError, UnreachableError
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.measures import MeasureKind
from bot.engine.clock import Clock
from bot.engine.delivery import Answer, Delivery
from bot.engine.pauses import Pauses
from bot.engine.platform import GroupPlatform
from bot.engine.register import Register
from data.measures import StoredMeasure

MOST_NAMES = 20
"""People reminded in one message (QQ users ask for no more than that at once)."""
_ANSWERS_LAST = timedelta(minutes=2)
"""An answer that could not be given for so long answers nothing any more."""
_PRIORITY = {
    MeasureKind.ASK: 1,
    MeasureKind.ESCALATE: 1,
    MeasureKind.NOTIFY: 2,
    MeasureKind.REMIND: 3,
}


@dataclass(order=True, slots=True)
class _Item:
    priority: int
    order: int
    item: "StoredMeasure | Answer" = field(compare=False)

    @property
    def group(self) -> GroupKey | None:
        """Where it is said, as far as pacing by group goes."""
        return self.item.group if isinstance(self.item, Answer) else self.item.measure.group

    def ready_at(self) -> datetime | None:
        """The earliest moment it may be said; None: now."""
        return None if isinstance(self.item, Answer) else self.item.measure.not_before


@dataclass(slots=True)
class Outbox:
    """The outbox of one platform.

    Answers go first, then tasks, notices, reminders; reminders for one group are merged. Nothing is
    flushed after a stall: what has expired is marked so and never said.
    """

    platform: Platform
    register: Register
    delivery: Delivery
    clock: Clock
    pauses: Pauses
    _items: list[_Item] = field(default_factory=list)
    _count: int = 0
    _said_at: dict[GroupKey, datetime] = field(default_factory=dict)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _being_said: int = 0
    on_unwritten: Callable[[list[int]], None] | None = None
    """Told the ids of messages taken off the queue whose fate the database could not take down."""

    def post(self, item: "StoredMeasure | Answer") -> None:
        """Queue something to be said."""
        self._count += 1
        if isinstance(item, Answer):
            entry = _Item(0, self._count, item)
        else:
            urgent = -1 if item.measure.urgent else 0
            entry = _Item(_PRIORITY[item.measure.kind] + urgent, item.id, item)
        heapq.heappush(self._items, entry)
        self._woken.set()

    @property
    def waiting(self) -> int:
        """How much is still to be said, what is being said included."""
        return len(self._items) + self._being_said

    async def run(self) -> None:
        """Say things, never faster than the platform's pace, until cancelled."""
        while True:
            speaker = self.register.platforms.get(self.platform)
            batch = self._next(speaker) if speaker is not None and speaker.connected else None
            if batch is None or speaker is None:
                await self._rest()
                continue
            self._being_said = 1 if isinstance(batch, Answer) else len(batch)
            try:
                said = await self._say(speaker, batch)
            except UnreachableError as error:
                logger.error("messages wait, the database is out of reach: {}", error.message)
                await self._wait_for_database(batch)
                said = False
            except asyncio.CancelledError:
                if isinstance(batch, Answer):
                    batch.settle(said=False)
                raise
            except Exception as error:  # noqa: BLE001  # one message must not silence the bot
                logger.opt(exception=error).error("a message could not be said")
                said = True
                if isinstance(batch, Answer):
                    # Whoever asked waits for it, and would wait for ever.
                    batch.settle(said=False)
            self._being_said = 0
            if said:
                await asyncio.sleep(_distance(speaker))

    def drop_answers(self, asked_before: datetime | None = None) -> None:
        """Whoever still waits for an answer (asked so long ago) learns that there is none."""
        for entry in tuple(self._items):
            answer = entry.item
            if not isinstance(answer, Answer):
                continue
            if asked_before is None or answer.asked_at < asked_before:
                self._take([entry])
                answer.settle(said=False)

    async def _wait_for_database(self, batch: "list[StoredMeasure] | Answer") -> None:
        """Whether they were tried is in the database: they come back from there, not from here."""
        if self.on_unwritten is not None and not isinstance(batch, Answer):
            self.on_unwritten([stored.id for stored in batch])
        await asyncio.sleep(self.pauses.retry)

    async def _rest(self) -> None:
        self._woken.clear()
        try:
            async with asyncio.timeout(self.pauses.idle):
                await self._woken.wait()
        except TimeoutError:
            pass

    def _next(self, speaker: GroupPlatform | None) -> "list[StoredMeasure] | Answer | None":
        """The next thing that may be said now, taken off the queue."""
        now = self.clock.now()
        self.drop_answers(asked_before=now - _ANSWERS_LAST)
        for entry in sorted(self._items, key=_turn):
            if not self._may_be_said(entry, now, speaker):
                continue
            if isinstance(entry.item, Answer):
                self._take([entry])
                return entry.item
            together = self._together(entry, now)
            self._take(together)
            return [one.item for one in together if not isinstance(one.item, Answer)]
        return None

    def _may_be_said(self, entry: _Item, now: datetime, speaker: GroupPlatform | None) -> bool:
        ready_at = entry.ready_at()
        if ready_at is not None and ready_at > now:
            return False
        if isinstance(entry.item, Answer):
            return True
        measure = entry.item.measure
        if self.register.frozen and not measure.lifts_freeze:
            return False
        if not (measure.urgent or measure.lifts_freeze) and self._quiet(now):
            return False
        said_at = self._said_at.get(entry.item.measure.group)
        pause = speaker.pace.between_messages_per_group if speaker else timedelta()
        # A clock that was put back must not silence a group until it has caught up.
        return said_at is None or abs(now - said_at) >= pause

    def _quiet(self, now: datetime) -> bool:
        """Whether only the urgent is said now, though it was intended earlier."""
        return self.register.policy.quiet_hours.ends_at(now) is not None

    def _together(self, first: _Item, now: datetime) -> list[_Item]:
        """Reminders for one group that can share a message: all fresh, or all of one attempt."""
        lead = first.item
        if isinstance(lead, Answer) or lead.measure.kind is not MeasureKind.REMIND:
            return [first]
        return [
            entry
            for entry in sorted(self._items, key=_turn)
            if not isinstance(entry.item, Answer)
            and entry.item.measure.kind is MeasureKind.REMIND
            and entry.item.measure.group == lead.measure.group
            and entry.item.attempted_at == lead.attempted_at
            and (entry.ready_at() is None or entry.ready_at() <= now)  # type: ignore[operator]  # narrowed by the first half
        ][:MOST_NAMES]

    def _take(self, entries: Sequence[_Item]) -> None:
        taken = {id(entry) for entry in entries}
        self._items = [entry for entry in self._items if id(entry) not in taken]
        heapq.heapify(self._items)

    async def _say(self, speaker: GroupPlatform, batch: "list[StoredMeasure] | Answer") -> bool:
        """Say it; returns whether the platform was spoken to."""
        if isinstance(batch, Answer):
            try:
                batch.settle(said=await self.delivery.answer(speaker, batch))
            except PlatformError as error:
                logger.warning("an answer was not delivered: {}", error.message)
                batch.settle(said=False)
            return True
        outcome = await self.delivery.deliver(speaker, batch)
        self._said_at[batch[0].measure.group] = self.clock.now()
        for stored in outcome.again:
            self.post(stored)
        return outcome.spoken


def _turn(entry: _Item) -> tuple[int, int]:
    """By a key, for thousands wait through a night and comparing whole items is slow."""
    return entry.priority, entry.order


def _distance(speaker: GroupPlatform) -> float:
    pace = speaker.pace
    jitter = random.uniform(0, pace.jitter.total_seconds())  # noqa: S311  # not a secret
    return pace.between_messages.total_seconds() + jitter


class Outboxes:
    """The outboxes of all platforms; also the ``Speech`` that plugins see."""

    def __init__(
        self, register: Register, delivery: Delivery, clock: Clock, pauses: Pauses
    ) -> None:
        self._boxes = {
            platform: Outbox(platform, register, delivery, clock, pauses) for platform in Platform
        }
        self._clock = clock
        self._silent = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to speak; call inside the running loop."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(box.run()) for box in self._boxes.values()]

    async def stop(self) -> None:
        """Fall silent; what was not said waits in the database or is lost with its asker."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # NoneBot lets a handler finish before it ends, and a handler waits for its answer.
        self._silent = True
        for box in self._boxes.values():
            box.drop_answers()

    def on_unwritten(self, tell: Callable[[list[int]], None]) -> None:
        """Have somebody told of messages that must be read from the database again."""
        for box in self._boxes.values():
            box.on_unwritten = tell

    def post(self, stored: StoredMeasure) -> None:
        """Queue a recorded message."""
        self._boxes[stored.measure.group.platform].post(stored)

    async def answer(
        self,
        account: AccountKey,
        group: GroupKey | None,
        text: str,
        *,
        hint: str | None = None,
        asked_in: GroupKey | None = None,
    ) -> bool:
        """Answer one person; see ``Speech``."""
        if self._silent:
            return False
        said: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        answer = Answer(account, group, text, hint, asked_in, self._clock.now(), said)
        self._boxes[account.platform].post(answer)
        return await answer.said

    @property
    def waiting(self) -> int:
        """How much is still to be said on all platforms."""
        return sum(box.waiting for box in self._boxes.values())
