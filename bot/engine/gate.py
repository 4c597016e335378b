"""The engine's side of the door: what happens when an adapter knocks."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from loguru import logger

from bot.domain.events import Event, MessagePosted, PrivatePosted
from bot.domain.identifiers import Platform
from bot.engine.catch_up import CatchUp
from bot.engine.command_event import Utterance
from bot.engine.deviations import Deviations
from bot.engine.dispatch import Dispatcher
from bot.engine.door import Outcome
from bot.engine.intake import Handled, Intake, count_frame
from bot.engine.platform import GroupPlatform
from bot.engine.proofs import Proofs
from bot.engine.readings import Readings
from bot.engine.register import Register
from bot.engine.router import Router


class Gate:
    """Implements ``Door`` and wakes the rest of the engine after each commit."""

    def __init__(
        self,
        *,
        register: Register,
        intake: Intake,
        router: Router,
        dispatcher: Dispatcher,
        proofs: Proofs,
        readings: Readings,
        catch_up: CatchUp,
        deviations: Deviations,
    ) -> None:
        self._register = register
        self._intake = intake
        self._router = router
        self._dispatcher = dispatcher
        self._proofs = proofs
        self._readings = readings
        self._catch_up = catch_up
        self._deviations = deviations
        self._tasks: set[asyncio.Task[None]] = set()
        intake.after_commit(self._committed)

    async def offer(self, event: Event) -> "asyncio.Future[Outcome]":
        """Hand in an event, waiting only for room; the future ends after the commit."""
        return await self._intake.offer(event)

    async def submit(self, event: Event) -> Outcome:
        """Hand in an event and wait for the commit."""
        return await self._intake.submit(event)

    def count(self, platform: Platform, outcome: Outcome) -> None:
        """Count a frame that never became an event."""
        count_frame(platform, outcome)

    def command_in(self, event: MessagePosted | PrivatePosted) -> Utterance | None:
        """The command these words carry, if any."""
        platform = self._register.platforms.get(event.platform)
        return self._router.command_in(event, platform.self_account) if platform else None

    def connected(self, platform: GroupPlatform) -> None:
        """A connection is up: read what is and what was missed."""
        self._register.platforms[platform.platform] = platform
        self._register.refresh_exempt()
        self._dispatcher.settle()
        self._in_background(self._catch_up.connected(platform))

    def disconnected(self, platform: GroupPlatform) -> None:
        """A connection is down: acts wait, nothing is flushed at its return."""
        logger.warning("{} is disconnected", platform.platform.value)

    async def stop(self) -> None:
        """Give up what still runs in the background."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _committed(self, handled: Handled) -> None:
        for event in handled.accepted:
            self._proofs.shown(event)
        if handled.docket.measures:
            self._dispatcher.wake()
        for group in handled.docket.reread:
            self._readings.soon(group)
        for group, after in handled.docket.holes.items():
            self._in_background(self._catch_up.fill(group, after))
        for finding in handled.docket.deviations:
            self._in_background(self._deviations.tell(finding))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.opt(exception=error).error("a background reading failed")
