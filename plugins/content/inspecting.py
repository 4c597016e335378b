"""Looks into attachments for the service: each content once, and only what is worth judging."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bot.domain.inspection import Inspection, Uninspected
from plugins.content.inspection.reader import Reader
from plugins.content.sightings import WordLists, gravest

_PIECE = 4000
"""Characters: as many as a message may have, so that judging a file stops no message for longer."""
_OVERLAP = 100
"""A word is not lost where two pieces meet."""
_REMEMBERED_FOR = 3600.0
_REMEMBERED = 200
_LONGEST_REMEMBERED = 20_000
_IDLE = 300.0
"""Seconds without an attachment after which the child gives its memory back."""
_MAY_SUCCEED_NEXT_TIME = frozenset({Uninspected.SLOW, Uninspected.FAILED})


class AttachmentInspector:
    """Implements the engine's ``Inspector``.

    What was read lately is remembered in memory by the hash of its content: a picture that goes
    from group to group is read once. Nothing of it is ever written.
    """

    def __init__(self, lists: Callable[[], WordLists], reader: Reader | None = None) -> None:
        self._lists = lists
        self._reader = reader or Reader()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inspection")
        self._leaving: asyncio.TimerHandle | None = None
        self._known: OrderedDict[bytes, tuple[float, Inspection]] = OrderedDict()

    async def inspect(self, content: bytes) -> Inspection:
        """The words worth judging in an attachment: those around the gravest sighting."""
        loop = asyncio.get_running_loop()
        self._stay()
        found = await loop.run_in_executor(self._thread, self._read, content)
        self._leaving = loop.call_later(_IDLE, self._thread.submit, self._reader.rest)
        return replace(found, text=await self._worth_judging(found.text))

    async def close(self) -> None:
        """End the child process, and with it whatever is under way."""
        self._stay()
        self._reader.rest()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()

    def _read(self, content: bytes) -> Inspection:
        digest = hashlib.sha256(content).digest()
        known = self._known.get(digest)
        if known is not None and time.monotonic() - known[0] < _REMEMBERED_FOR:
            return known[1]
        found = self._reader.read(content)
        if found.uninspected in _MAY_SUCCEED_NEXT_TIME or len(found.text) > _LONGEST_REMEMBERED:
            return found
        self._known[digest] = (time.monotonic(), found)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def _worth_judging(self, text: str) -> str:
        """The piece of a long text with the gravest sighting; the whole of a short one."""
        if len(text) <= _PIECE:
            return text
        lists, best = self._lists(), None
        for piece in _pieces(text):
            # Messages take their turn between two pieces.
            await asyncio.sleep(0)
            seen = lists.look(piece)
            if not seen:
                continue
            one = gravest(seen)
            weight = (one.acts, one.severity.rank)
            if best is None or weight > best[0]:
                best = (weight, piece)
        return best[1] if best else ""


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        yield text[start : start + _PIECE]
        start += _PIECE - _OVERLAP
