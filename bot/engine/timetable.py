"""APScheduler as a clock, and nothing but a clock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from loguru import logger

from bot.engine.clock import Clock


class Timetable:
    """Ticks. Whoever is ticked asks the database what is due, so no tick matters by itself.

    A late tick is run however late it is (the library's default would skip it after a second), many
    missed ones are one, and a job never overtakes itself.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def every(
        self, name: str, interval: timedelta, run: Callable[[datetime], Awaitable[None]]
    ) -> None:
        """Tick ``run`` with the present moment at this interval."""

        async def tick() -> None:
            try:
                await run(self._clock.now())
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001  # one job must not stop the clock
                logger.opt(exception=error).error("job {} failed", name)

        self._scheduler.add_job(tick, "interval", seconds=interval.total_seconds(), id=name)

    def start(self) -> None:
        """Begin to tick; call inside the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """No more ticks."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
