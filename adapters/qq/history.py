"""Reading a group's messages backwards, page by page, whatever the host's idea of a page is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from adapters.qq.client import Dialect, OneBotClient
from adapters.qq.convert import Converter
from adapters.qq.fields import number_of, sequence_of
from adapters.qq.sightings import Sightings
from adapters.qq.wire import HistoryPage, decode
from bot.domain.errors import EventError, PlatformRefusedError
from bot.domain.events import MessagePosted
from bot.domain.identifiers import GroupKey
from bot.engine.clock import Clock
from bot.engine.platform import History

PAGE = 50
_PAGES = 60
_NOTHING_THERE = ("不存在", "not exist", "not found", "为空")
# These want the server's number as the place to read from; NapCat wants its own message id.
_BY_SEQUENCE = frozenset({Dialect.LLBOT, Dialect.GO_CQHTTP})


@dataclass(slots=True)
class Reading:
    """What was read so far; ``exhausted`` when the host has nothing older."""

    messages: dict[str, MessagePosted] = field(default_factory=dict)
    numbers: set[int] = field(default_factory=set)
    oldest: MessagePosted | None = None
    exhausted: bool = False

    def oldest_first(self) -> list[MessagePosted]:
        """The messages in the order in which they were posted."""
        return sorted(self.messages.values(), key=_place)


class HistoryReader:
    """Reads histories over one connection."""

    def __init__(
        self, client: OneBotClient, converter: Converter, sightings: Sightings, clock: Clock
    ) -> None:
        self._client = client
        self._converter = converter
        self._sightings = sightings
        self._clock = clock
        self._reverse = False

    async def read(
        self, group: GroupKey, *, until: Callable[[MessagePosted], bool], limit: int
    ) -> Reading:
        """Read backwards until ``until`` holds of the oldest message, or ``limit`` is reached."""
        reading = Reading()
        for _ in range(_PAGES):
            if not await self._further(group, reading, min(PAGE, limit + 1)):
                reading.exhausted = True
                break
            if len(reading.messages) >= limit:
                break
            if reading.oldest is not None and until(reading.oldest):
                break
        return reading

    async def since(self, group: GroupKey, after: int | None, limit: int) -> History:
        """Messages after number ``after`` (None: the latest ``limit``), with what is missing."""
        reading = await self.read(group, until=lambda oldest: _reaches(oldest, after), limit=limit)
        found = [
            message
            for message in reading.oldest_first()
            if after is None or message.sequence is None or message.sequence > after
        ]
        kept = found[-limit:]
        if len(kept) < len(found):
            reading.numbers = {n for n in reading.numbers if n >= (kept[0].sequence or 0)}
        missing = self._missing(group, reading, after, kept)
        return History(tuple(kept), complete=missing == 0, missing=missing)

    async def newest(self, group: GroupKey) -> int | None:
        """The number of the newest message the host knows, without counting it as seen."""
        page = await self._page(group, None, 1)
        numbers = [number for raw in page for number in [_number(raw)] if number is not None]
        return max(numbers, default=None)

    async def _further(self, group: GroupKey, reading: Reading, count: int) -> bool:
        cursor = reading.oldest
        if self._take(group, reading, await self._page(group, cursor, count)):
            return True
        if cursor is None:
            return False
        # Hosts disagree on which side of the given message a page lies: try the other one.
        self._reverse = not self._reverse
        return self._take(group, reading, await self._page(group, cursor, count))

    def _take(self, group: GroupKey, reading: Reading, page: list[bytes]) -> bool:
        before = reading.oldest
        for raw in page:
            try:
                frame = decode(raw)
                number = sequence_of(frame)
                if number is not None:
                    reading.numbers.add(number)
                message = self._converter.message(frame, self._clock.now(), group)
            except EventError:
                continue
            if message.message_id in reading.messages or (before and _newer(message, before)):
                continue
            self._sightings.read(message)
            reading.messages[message.message_id] = message
            if reading.oldest is None or _newer(reading.oldest, message):
                reading.oldest = message
        return reading.oldest is not before

    async def _page(self, group: GroupKey, cursor: MessagePosted | None, count: int) -> list[bytes]:
        params: dict[str, object] = {"group_id": number_of(group.id), "count": count}
        if cursor is not None:
            params["message_seq"] = self._cursor(cursor)
            params["reverse_order"] = params["reverseOrder"] = self._reverse
        try:
            page = await self._client.call("get_group_msg_history", params, HistoryPage)
        except PlatformRefusedError as error:
            # NapCat raises an error where there is nothing to give.
            if any(words in error.message for words in _NOTHING_THERE):
                return []
            raise
        return [bytes(raw) for raw in page.messages or ()]

    def _cursor(self, message: MessagePosted) -> int | str:
        if self._client.dialect in _BY_SEQUENCE and message.sequence is not None:
            return message.sequence
        return message.message_id

    def _missing(
        self, group: GroupKey, reading: Reading, after: int | None, kept: list[MessagePosted]
    ) -> int | None:
        if any(message.sequence is None for message in kept) or not reading.numbers:
            return None
        newest = max(reading.numbers)
        if after is not None:
            start = after
        elif kept:
            start = min(message.sequence or 0 for message in kept) - 1
        else:
            return None
        if newest < start:
            # The last one we saw is gone, recalled as a rule; nothing is numbered after it.
            return 0
        known = reading.numbers | self._sightings.recalled_sequences(group)
        return newest - start - sum(1 for number in known if start < number <= newest)


def reached(reading: Reading, since: datetime) -> bool:
    """Whether the reading goes back to ``since``, or to the end of what the host has."""
    return reading.exhausted or (reading.oldest is not None and reading.oldest.occurred_at < since)


def _reaches(oldest: MessagePosted, after: int | None) -> bool:
    return after is not None and oldest.sequence is not None and oldest.sequence <= after + 1


def _number(raw: bytes) -> int | None:
    try:
        return sequence_of(decode(raw))
    except EventError:
        return None


def _place(message: MessagePosted) -> tuple[int, datetime]:
    return (message.sequence or 0, message.occurred_at)


def _newer(message: MessagePosted, other: MessagePosted) -> bool:
    return _place(message) > _place(other)
