"""One writer for the whole process: everything that waits is written in one durable commit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from loguru import logger

from bot.domain.errors import BadInputError, HeldError, RefusedError, UnreachableError
from bot.engine.clock import Clock
from bot.engine.failpoints import failpoint
from data.database import Database
from data.ledger import Work

T = TypeVar("T")

_MOST_AT_ONCE = 64


@dataclass(slots=True)
class _Waiting:
    write: Callable[[Work], Awaitable[Any]]
    future: "asyncio.Future[Any]"
    remembers: bool


class Scribe:
    """Groups write transactions: a commit costs a disk flush, and one flush can serve many.

    A write that fails takes nobody with it: the group is then written one by one.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.on_rollback: Callable[[], Awaitable[object]] | None = None
        """Undoes in memory what a rolled-back write had changed there."""
        self.on_begin: Callable[[datetime], None] | None = None
        """Told the moment of each transaction: whatever is judged in it is judged as of then."""
        self._stale = False

    def start(self) -> None:
        """Begin to write; call inside the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="scribe")

    async def stop(self) -> None:
        """Write what waits, then stop."""
        await self._queue.join()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def serving(self) -> bool:
        """Whether writes are being carried out."""
        return self._task is not None and not self._task.done()

    async def write(self, write: Callable[[Work], Awaitable[T]], *, remembers: bool = False) -> T:
        """Run ``write`` inside a transaction; returns after the commit.

        ``remembers``: it changes memory before it is known to succeed, so that even a refusal in
        the midst of it must be undone there.

        Raises:
            UnreachableError: the database could not be written; nothing of it was.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(_Waiting(write, cast("asyncio.Future[Any]", future), remembers))
        return await future

    async def _run(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < _MOST_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._write_together(batch)
            finally:
                for _ in batch:
                    self._queue.task_done()

    async def _write_together(self, batch: list[_Waiting]) -> None:
        try:
            if self._stale:
                await self._remember_anew()
            results = await self._commit(batch)
        except Exception as error:  # noqa: BLE001  # handed on to whoever waits for it
            refused = isinstance(error, (RefusedError, HeldError, BadInputError))
            if len(batch) > 1 or batch[0].remembers or not refused:
                await self._remember_if_possible()
            # Out of reach for one is out of reach for all: each would wait for the lock anew.
            if len(batch) == 1 or isinstance(error, UnreachableError):
                for one in batch:
                    _fail(one, error)
                return
            for one in batch:
                await self._write_together([one])
            return
        for one, result in zip(batch, results, strict=True):
            if not one.future.done():
                one.future.set_result(result)

    async def _remember_if_possible(self) -> None:
        self._stale = True
        try:
            await self._remember_anew()
        except UnreachableError as error:
            logger.error("memory could not be restored yet: {}", error.message)

    async def _remember_anew(self) -> None:
        """Nothing is written upon a memory that holds what never was."""
        try:
            if self.on_rollback is not None:
                await self.on_rollback()
        except UnreachableError:
            raise
        except Exception as error:
            raise UnreachableError("数据暂时读不出来，稍后自动重试。") from error
        self._stale = False

    async def _commit(self, batch: list[_Waiting]) -> list[Any]:
        async with self._database.transaction(self._clock.now()) as work:
            if self.on_begin is not None:
                self.on_begin(work.now)
            results = [await one.write(work) for one in batch]
            failpoint("before_commit")
        failpoint("after_commit")
        return results


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.future.done():
        waiting.future.set_exception(error)
