"""Where events come in: seen once, judged in order, written in one commit, then acknowledged."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from loguru import logger

from bot.domain.errors import UnreachableError
from bot.domain.events import Event, GroupEvent
from bot.domain.identifiers import Platform
from bot.engine import inspection_notes
from bot.engine.docket import Docket
from bot.engine.door import Outcome
from bot.engine.enforcement import Enforcement
from bot.engine.follow import Follow
from bot.engine.judge import Judge, Skipped
from bot.engine.metrics import DEAD_LETTERS, EVENTS, UNINSPECTED
from bot.engine.pauses import Pauses
from bot.engine.register import Register
from bot.engine.scribe import Scribe
from data import events as event_rows
from data import groups
from data.ledger import Work

MOST_IN_A_BATCH = 256
_ROOM = 4096

Letter = tuple[Event, "asyncio.Future[Outcome]"]


@dataclass(slots=True)
class Handled:
    """What one committed batch amounts to."""

    accepted: list[Event] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    docket: Docket = field(default_factory=Docket)


class Intake:
    """A bounded queue in front of one writer.

    Whatever waits is taken together (up to 256 events) and written in one commit, so durability
    costs little. While the database cannot be written nothing is acknowledged: the batch waits, the
    queue fills, and the adapters stop reading their sockets.
    """

    def __init__(
        self,
        *,
        scribe: Scribe,
        judge: Judge,
        enforcement: Enforcement,
        follow: Follow,
        register: Register,
        zone: ZoneInfo,
        pauses: Pauses,
    ) -> None:
        self._scribe = scribe
        self._judge = judge
        self._enforcement = enforcement
        self._follow = follow
        self._register = register
        self._zone = zone
        self._pauses = pauses
        self._queue: asyncio.Queue[Letter] = asyncio.Queue(maxsize=_ROOM)
        self._task: asyncio.Task[None] | None = None
        self._after: list[Callable[[Handled], None]] = []
        self._busy_since: float | None = None

    def start(self) -> None:
        """Begin to take events; call inside the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="intake")
        self._task.add_done_callback(_report_end)

    async def stop(self) -> None:
        """Stop taking events; what is not committed was never acknowledged."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def after_commit(self, hook: Callable[[Handled], None]) -> None:
        """Have something done with every committed batch."""
        self._after.append(hook)

    @property
    def waiting(self) -> int:
        """Events not yet committed."""
        return self._queue.qsize()

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest uncommitted event has waited; 0 when none waits."""
        now = asyncio.get_running_loop().time()
        return round(now - self._busy_since, 3) if self._busy_since is not None else 0.0

    @property
    def serving(self) -> bool:
        """Whether events are being taken."""
        return self._task is not None and not self._task.done()

    async def offer(self, event: Event) -> "asyncio.Future[Outcome]":
        """Hand in an event, waiting only for room; the future ends after the commit."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        letter = (event, future)
        try:
            self._queue.put_nowait(letter)
        except asyncio.QueueFull:
            await self._queue.put(letter)
        return future

    async def submit(self, event: Event) -> Outcome:
        """Hand in an event and wait for the commit."""
        return await (await self.offer(event))

    async def _run(self) -> None:
        while True:
            batch = [await self._queue.get()]
            if self._queue.qsize() < MOST_IN_A_BATCH - 1:
                # A commit costs the same for one and for all: few messages wait for company.
                await asyncio.sleep(self._pauses.company)
            while len(batch) < MOST_IN_A_BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            self._busy_since = asyncio.get_running_loop().time()
            await self._handle(batch)
            self._busy_since = None

    async def _handle(self, batch: list[Letter], *, alone: bool = False) -> None:
        """Commit a batch; wait as long as the database is out of reach; set poison aside."""
        happened = [event for event, _ in batch]
        while True:
            try:
                handled = await self._scribe.write(
                    lambda work: self._process(work, happened), remembers=True
                )
            except UnreachableError as error:
                logger.error("events wait, the database is out of reach: {}", error.message)
                await asyncio.sleep(self._pauses.retry)
                continue
            except Exception as error:  # noqa: BLE001  # isolated below, never swallowed
                if alone:
                    self._set_aside(batch[0], error)
                    return
                # Memory was restored meanwhile: what failed for something that another process
                # had decided succeeds now.
                for letter in batch:
                    await self._handle([letter], alone=True)
                return
            break
        self._acknowledge(batch, handled)

    def _set_aside(self, letter: Letter, error: Exception) -> None:
        event, future = letter
        logger.opt(exception=error).error("event {} could not be handled", event.event_id)
        DEAD_LETTERS.labels(event.platform.value).inc()
        if not future.done():
            future.set_exception(error)

    def _acknowledge(self, batch: list[Letter], handled: Handled) -> None:
        tallied = Counter(
            (event.platform, outcome)
            for (event, _), outcome in zip(batch, handled.outcomes, strict=True)
        )
        for (platform, outcome), count in tallied.items():
            EVENTS.labels(platform.value, outcome.value).inc(count)
        for (_, future), outcome in zip(batch, handled.outcomes, strict=True):
            if not future.done():
                future.set_result(outcome)
        for group, form, _ in handled.docket.uninspected:
            UNINSPECTED.labels(group.platform.value, form).inc()
        for hook in self._after:
            try:
                hook(handled)
            except Exception as error:  # noqa: BLE001  # a committed batch must not end the intake
                logger.opt(exception=error).error("something after a commit failed")

    async def _process(self, work: Work, happened: list[Event]) -> Handled:
        handled = Handled()
        fresh = await self._fresh(work, happened)
        for event in happened:
            key = (event.platform, event.event_id)
            if key not in fresh:
                handled.outcomes.append(Outcome.DUPLICATE)
                continue
            fresh.discard(key)
            handled.outcomes.append(Outcome.ACCEPTED)
            handled.accepted.append(event)
            await self._take(work, handled.docket, event)
        await self._enforcement.close_batch(work, handled.docket)
        await event_rows.bump(work, self._counts(handled))
        await groups.save_holes(work, handled.docket.holes)
        if handled.docket.watermarks:
            await groups.save_watermarks(work, handled.docket.watermarks)
        return handled

    async def _fresh(self, work: Work, happened: list[Event]) -> set[tuple[Platform, str]]:
        fresh: set[tuple[Platform, str]] = set()
        for platform in {event.platform for event in happened}:
            ids = [event.event_id for event in happened if event.platform is platform]
            unseen = await event_rows.take_unseen(work, platform, ids)
            fresh.update((platform, event_id) for event_id in unseen)
        return fresh

    async def _take(self, work: Work, docket: Docket, event: Event) -> None:
        await self._follow.before(work, docket, event)
        for judgement in self._judge.judge(event, self._register):
            if isinstance(judgement, Skipped):
                await self._enforcement.skipped(work, event, judgement.rule_id, judgement.reason)
            else:
                await self._enforcement.handle(work, docket, event, judgement)
        await self._follow.after(work, docket, event)
        await inspection_notes.follow(work, docket, event)

    def _counts(self, handled: Handled) -> Counter[tuple[str, str, str, str]]:
        """What the digests add up, by local day: events by kind, and what was not looked into."""
        counts: Counter[tuple[str, str, str, str]] = Counter()
        days: dict[int, str] = {}
        for event in handled.accepted:
            if not isinstance(event, GroupEvent):
                continue
            # Few distinct hours occur in a batch, and turning each moment into local time is dear.
            hour = int(event.occurred_at.timestamp()) // 900
            day = days.get(hour)
            if day is None:
                day = days[hour] = event.occurred_at.astimezone(self._zone).date().isoformat()
            counts[day, event.platform.value, event.group.id, event.kind] += 1
        if handled.docket.uninspected:
            today = self._register.now.astimezone(self._zone).date().isoformat()
            for group, form, reason in handled.docket.uninspected:
                name = f"uninspected:{form}:{reason}"
                counts[today, group.platform.value, group.id, name] += 1
        return counts


def count_frame(platform: Platform, outcome: Outcome) -> None:
    """Count a frame that never became an event."""
    EVENTS.labels(platform.value, outcome.value).inc()


def _report_end(task: "asyncio.Task[None]") -> None:
    """The intake ended by a fault of ours: ``/healthz`` says 503, and the log says why."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.opt(exception=error).critical("no more events are taken in")
