"""Events on their way out: the faults are applied here, and every fate is noted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from adapters.simulator.onebot11.faults import Faults, probability
from adapters.simulator.onebot11.journal import Fate, Journal, JsonObject
from adapters.simulator.onebot11.wire import kind_of

_HOLD_SECONDS = 0.05
_IDS = ("self_id", "user_id", "group_id", "message_id", "operator_id", "sender_id")


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A frame for the socket; ``note`` is told its fate."""

    frame: bytes
    note: Callable[[Fate], None]


class Outlet:
    """One ordered way to the socket for events and answers alike."""

    def __init__(self, faults: Faults, journal: Journal, chance: Random) -> None:
        self._faults = faults
        self._journal = journal
        self._chance = chance
        self._connection: ClientConnection | None = None
        self._waiting: asyncio.Queue[_Parcel] = asyncio.Queue()
        self._held: list[_Parcel] = []

    @property
    def connected(self) -> bool:
        """Whether there is a socket to write to."""
        return self._connection is not None

    def attach(self, connection: ClientConnection) -> None:
        """Write to this socket from now on."""
        self._connection = connection

    def detach(self) -> None:
        """There is no socket any more: what still waits is lost, as in NapCat."""
        self._connection = None
        for parcel in self._held:
            parcel.note(Fate.CUT)
        self._held.clear()
        while not self._waiting.empty():
            self._waiting.get_nowait().note(Fate.CUT)
            self._waiting.task_done()

    async def drained(self) -> None:
        """Return when everything offered so far is written or lost."""
        while self._held or not self._waiting.empty():
            await self._waiting.join()
            if self._held:
                await asyncio.sleep(_HOLD_SECONDS)

    def offer(self, event: JsonObject) -> None:
        """Send an event, or lose it: nothing is kept for a later connection."""
        kind = kind_of(event)
        occurrence = self._journal.occurrence()
        shown = self._disguised(event)

        def note(fate: Fate) -> None:
            self._journal.delivered(occurrence, kind, fate, shown)

        lost = self._loss(kind)
        if lost is not None:
            note(lost)
            return
        frame = msgspec.json.encode(shown)
        if self._happens(self._faults.malformed, kind):
            self._put(_Parcel(frame[: len(frame) // 2], lambda fate: note(_spoilt(fate))))
            return
        self._put(_Parcel(frame, note))
        if self._happens(self._faults.duplicated, kind):
            self._put(_Parcel(frame, lambda fate: note(_repeated(fate))))

    def answer(self, answer: JsonObject, note: Callable[[Fate], None]) -> None:
        """Send an answer to a call."""
        if self._connection is None:
            note(Fate.DISCONNECTED)
        else:
            self._waiting.put_nowait(_Parcel(msgspec.json.encode(answer), note))

    def raw(self, frame: bytes, note: Callable[[Fate], None]) -> None:
        """Send any bytes as a text frame."""
        self._waiting.put_nowait(_Parcel(frame, note))

    async def run(self) -> None:
        """Write frame after frame until cancelled."""
        while True:
            parcel = await self._waiting.get()
            try:
                parcel.note(await self._write(parcel.frame))
            finally:
                self._waiting.task_done()

    async def _write(self, frame: bytes) -> Fate:
        if self._connection is None:
            return Fate.CUT
        if self._faults.half_open:
            return Fate.HALF_OPEN
        try:
            await self._connection.send(frame, text=True)
        except ConnectionClosed:
            return Fate.CUT
        return Fate.WRITTEN

    def _loss(self, kind: str) -> Fate | None:
        if self._connection is None:
            return Fate.DISCONNECTED
        if self._faults.half_open:
            return Fate.HALF_OPEN
        if self._faults.deaf and not kind.startswith("meta_event"):
            return Fate.DEAF
        return Fate.DROPPED if self._happens(self._faults.dropped, kind) else None

    def _happens(self, table: dict[str, float], kind: str) -> bool:
        return self._chance.random() < probability(table, kind)

    def _disguised(self, event: JsonObject) -> JsonObject:
        """The event as this host writes it; the original is left alone."""
        shown = {k: v for k, v in event.items() if k not in self._faults.missing_fields}
        if "time" in shown:
            shown["time"] = int(str(shown["time"])) + self._faults.clock_offset
        if self._faults.string_ids:
            shown |= {key: str(shown[key]) for key in _IDS if key in shown}
        if self._faults.null_sub_type and shown.get("post_type") == "notice":
            shown["sub_type"] = None
        return shown

    def _put(self, parcel: _Parcel) -> None:
        if self._faults.reorder < 2:
            self._waiting.put_nowait(parcel)
            return
        self._held.append(parcel)
        if len(self._held) >= self._faults.reorder:
            self._release()
        else:
            asyncio.get_running_loop().call_later(_HOLD_SECONDS, self._release)

    def _release(self) -> None:
        """Let go what is held, never in the order it came."""
        held, self._held = self._held, []
        for parcel in reversed(held):
            self._waiting.put_nowait(parcel)


def _spoilt(fate: Fate) -> Fate:
    return Fate.MALFORMED if fate is Fate.WRITTEN else fate


def _repeated(fate: Fate) -> Fate:
    return Fate.DUPLICATE if fate is Fate.WRITTEN else fate
