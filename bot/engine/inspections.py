"""Looks into attachments one after another, beside the messages and never in their way."""

import asyncio
from collections import deque
from contextlib import suppress
from datetime import timedelta

from loguru import logger

from bot.domain.errors import (
    PlatformBusyError,
    PlatformError,
    TooLargeError,
    UnreachableError,
)
from bot.domain.events import Attachment, AttachmentRead
from bot.domain.inspection import Inspection, Uninspected
from bot.engine.clock import Clock
from bot.engine.contribution import Inspector
from bot.engine.inspection_notes import MOST_BYTES
from bot.engine.intake import Handled, Intake
from bot.engine.metrics import INSPECTIONS
from bot.engine.pauses import Pauses
from bot.engine.platform import GroupPlatform
from bot.engine.register import Register
from data import inspections
from data.database import Database
from data.inspections import StoredInspection

EXPIRES_AFTER = timedelta(minutes=30)
"""What was posted so long before is history: what is posted now comes first."""
_MOST_FETCHES = 3


class Inspections:
    """One at a time, the oldest first; the database is the queue, so a crash forgets nothing.

    Every attachment ends as one ``AttachmentRead`` event that goes through the intake like any
    other, read or not.
    """

    def __init__(
        self,
        *,
        register: Register,
        intake: Intake,
        database: Database,
        clock: Clock,
        pauses: Pauses,
        inspector: Inspector | None,
    ) -> None:
        self._register = register
        self._intake = intake
        self._database = database
        self._clock = clock
        self._pauses = pauses
        self._inspector = inspector
        self._queue: deque[StoredInspection] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        intake.after_commit(self._committed)

    async def start(self) -> None:
        """Take up what waited when the process ended, then whatever comes."""
        async with self._database.reading() as connection:
            self._queue.extend(await inspections.waiting(connection))
        self._wake.set()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="inspections")

    async def stop(self) -> None:
        """Leave what is under way for the next start."""
        if self._task:
            self._task.cancel()
            if self._inspector is not None:
                await self._inspector.close()
            await asyncio.gather(self._task, return_exceptions=True)

    def _committed(self, handled: Handled) -> None:
        if handled.docket.inspections:
            self._queue.extend(handled.docket.inspections)
            self._wake.set()

    async def _run(self) -> None:
        while True:
            while not self._queue:
                self._wake.clear()
                await self._wake.wait()
            one = self._queue.popleft()
            try:
                await self._take(one)
            except UnreachableError as error:
                logger.error("attachments wait, the database is out of reach: {}", error.message)
                self._queue.appendleft(one)
                await asyncio.sleep(self._pauses.retry)
            except Exception as error:  # noqa: BLE001  # one attachment must not stop the others
                logger.opt(exception=error).error("an attachment could not be looked into")
                with suppress(Exception):
                    await self._tell(one, Inspection(uninspected=Uninspected.FAILED))

    async def _take(self, one: StoredInspection) -> None:
        if self._clock.now() - one.noted_at > EXPIRES_AFTER:
            await self._tell(one, Inspection(uninspected=Uninspected.EXPIRED))
            return
        platform = self._register.platforms.get(one.group.platform)
        if platform is None or not platform.connected:
            # Those of another platform need not wait for this one.
            self._queue.append(one)
            await asyncio.sleep(self._pauses.idle)
            return
        if await self._still_waits(one):
            found = await self._look(platform, one)
            if await self._still_waits(one):
                await self._tell(one, found)

    async def _still_waits(self, one: StoredInspection) -> bool:
        async with self._database.reading() as connection:
            return await inspections.still_waits(connection, one)

    async def _look(self, platform: GroupPlatform, one: StoredInspection) -> Inspection:
        if self._inspector is None:
            return Inspection(uninspected=Uninspected.UNKNOWN)
        attachment = Attachment(one.form, reference=one.reference)
        for _ in range(_MOST_FETCHES):
            try:
                content = await platform.fetch(one.group, attachment, most=MOST_BYTES)
            except TooLargeError:
                return Inspection(uninspected=Uninspected.TOO_LARGE)
            except PlatformBusyError:
                await asyncio.sleep(self._pauses.retry)
            except PlatformError as error:
                logger.info("an attachment was not fetched: {}", error.message)
                break
            else:
                return await self._inspector.inspect(content)
        return Inspection(uninspected=Uninspected.NOT_FETCHED)

    async def _tell(self, one: StoredInspection, found: Inspection) -> None:
        now = self._clock.now()
        await self._intake.submit(
            AttachmentRead(
                platform=one.group.platform,
                event_id=f"r:{one.group.id}:{one.message.id}:{one.place}",
                occurred_at=now,
                received_at=now,
                group=one.group,
                message=one.message,
                place=one.place,
                form=one.form,
                author=one.author,
                author_role=one.author_role,
                posted_at=one.posted_at,
                late=one.late,
                text=found.text,
                uninspected=found.uninspected,
            )
        )
        outcome = found.uninspected.value if found.uninspected else "read"
        INSPECTIONS.labels(one.group.platform.value, one.form, outcome).inc()
