"""Carries out what was recorded: the database is the queue, so nothing intended is forgotten."""

import asyncio
import heapq
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from loguru import logger

from bot.domain.errors import QunguiError, RefusedError, UnreachableError
from bot.domain.identifiers import GroupKey
from bot.domain.measures import MeasureKind, MeasureState, Rung
from bot.engine.clock import Clock
from bot.engine.dispatch_acts import Acts, Later
from bot.engine.outbox import Outboxes
from bot.engine.pauses import Pauses
from data import measures
from data.database import Database
from data.measures import StoredMeasure

_RECALLS_AT_ONCE = 16
_SETTLE_EVERY = timedelta(seconds=30)


@dataclass(slots=True)
class _Lane:
    """The acts of one group, one after another."""

    waiting: deque[StoredMeasure] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None


class Dispatcher:
    """Reads intended measures and hands acts to their group's lane, messages to the outbox.

    It looks whenever it is woken (a commit of this process) and once a second (a commit of another
    process, such as an approval on the command line).
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        acts: Acts,
        outboxes: Outboxes,
        pauses: Pauses,
    ) -> None:
        self._database = database
        self._clock = clock
        self._acts = acts
        self._outboxes = outboxes
        self._pauses = pauses
        self._lanes: dict[GroupKey, _Lane] = {}
        self._recalls: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_RECALLS_AT_ONCE)
        self._later: list[tuple[datetime, int, StoredMeasure]] = []
        self._last_seen = 0
        self._unwritten: set[int] = set()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._settled_at: datetime | None = None
        outboxes.on_unwritten(self._unwritten.update)

    def start(self) -> None:
        """Begin to act; call inside the running loop."""
        self._outboxes.start()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="dispatch")

    async def stop(self) -> None:
        """Stop acting; what was begun and not proven is read back at the next start."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        tasks.extend(self._recalls)
        if self._task:
            tasks.append(self._task)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._outboxes.stop()

    def wake(self) -> None:
        """Something was committed."""
        self._woken.set()

    def settle(self) -> None:
        """A platform can be asked again: read back at once what stayed unknown."""
        self._settled_at = None
        self._woken.set()

    @property
    def waiting(self) -> int:
        """Acts that are waiting for their turn."""
        in_lanes = sum(len(lane.waiting) for lane in self._lanes.values())
        return in_lanes + len(self._recalls) + len(self._later)

    async def _run(self) -> None:
        while True:
            try:
                await self._look()
            except QunguiError as error:
                logger.error("measures wait, the database is out of reach: {}", error.message)
            except Exception as error:  # noqa: BLE001  # one fault must not end all acting
                logger.opt(exception=error).error("measures could not be looked for")
            try:
                async with asyncio.timeout(self._pauses.poll):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()

    async def _look(self) -> None:
        now = self._clock.now()
        async with self._database.reading() as connection:
            found = await measures.waiting(connection, self._last_seen)
            unwritten = sorted(self._unwritten)
            again = [await measures.get(connection, one) for one in unwritten]
        self._unwritten.difference_update(unwritten)
        for stored in again:
            if stored is not None and stored.state is MeasureState.INTENDED:
                self._route(stored, now)
        for stored in found:
            self._last_seen = max(self._last_seen, stored.id)
            self._route(stored, now)
        while self._later and self._later[0][0] <= now:
            self._route(heapq.heappop(self._later)[2], now)
        if self._settled_at is None or abs(now - self._settled_at) > _SETTLE_EVERY:
            self._settled_at = now
            # Reading a history back takes its time, and no recall waits for it.
            self._beside(self._settle())

    def _route(self, stored: StoredMeasure, now: datetime) -> None:
        measure = stored.measure
        if measure.kind.speaks:
            self._outboxes.post(stored)
        elif measure.rung is not Rung.AUTOMATIC:
            return
        elif measure.not_before is not None and measure.not_before > now:
            heapq.heappush(self._later, (measure.not_before, stored.id, stored))
        elif measure.kind is MeasureKind.RECALL:
            # Recalls do not depend on one another: none waits for the proof of the one before.
            self._beside(self._recall(stored))
        else:
            lane = self._lanes.setdefault(measure.group, _Lane())
            lane.waiting.append(stored)
            if lane.task is None or lane.task.done():
                lane.task = asyncio.get_running_loop().create_task(self._serve(lane))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._recalls.add(task)
        task.add_done_callback(self._recalls.discard)

    async def _settle(self) -> None:
        try:
            self._unwritten.update(await self._acts.settle_unknown())
        except Exception as error:  # noqa: BLE001  # looked for again later
            logger.opt(exception=error).error("unknown results could not be settled")

    async def _recall(self, stored: StoredMeasure) -> None:
        async with self._room:
            await self._carry_out(stored)

    async def _serve(self, lane: _Lane) -> None:
        while lane.waiting:
            await self._carry_out(lane.waiting.popleft())

    async def _carry_out(self, stored: StoredMeasure) -> None:
        try:
            await self._acts.carry_out(stored)
        except Later as later:
            heapq.heappush(self._later, (later.until, later.stored.id, later.stored))
        except RefusedError as error:
            logger.info("M{} was settled by somebody else: {}", stored.id, error.message)
        except UnreachableError as error:
            # Whether it was tried is in the database: it comes back from there, not from here.
            logger.error("M{} waits, no database: {}", stored.id, error.message)
            self._unwritten.add(stored.id)
        except Exception as error:  # noqa: BLE001  # one measure must not stop the others
            logger.opt(exception=error).error("measure M{} was not carried out", stored.id)
