"""What the bot was really given and really told: append-only, to be compared with its ledger."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

JsonObject = dict[str, object]


class Fate(StrEnum):
    """What became of an event on its way to the bot."""

    WRITTEN = "written"
    DISCONNECTED = "disconnected"
    DROPPED = "dropped"
    DEAF = "deaf"
    HALF_OPEN = "half_open"
    CUT = "cut"
    DUPLICATE = "duplicate"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Moment:
    """Both clocks: Unix seconds for people, monotonic seconds for distances."""

    at: float = field(default_factory=time.time)
    monotonic: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One event and its fate. The same ``occurrence`` appears twice when it was sent twice."""

    moment: Moment
    occurrence: int
    kind: str
    fate: Fate
    event: JsonObject

    @property
    def written(self) -> bool:
        """Whether a readable frame of it reached the socket."""
        return self.fate in (Fate.WRITTEN, Fate.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Told:
    """The bot asked for an action."""

    moment: Moment
    call: int
    action: str
    params: JsonObject
    echo: object


@dataclass(frozen=True, slots=True)
class Answered:
    """How that action ended. ``applied``: the world changed (or was read) as asked.

    ``sent`` is False when the bot never got the answer.
    """

    moment: Moment
    call: int
    applied: bool
    sent: bool
    answer: JsonObject


@dataclass(frozen=True, slots=True)
class Link:
    """The connection changed: ``connected``, ``refused``, ``closed``, ``cut``, ``restarted``."""

    moment: Moment
    change: str
    detail: str = ""


Entry = Delivered | Told | Answered | Link


@dataclass(frozen=True, slots=True)
class Call:
    """An action and its answer side by side; ``answer`` is None while it is under way."""

    action: str
    params: JsonObject
    told_at: Moment
    answer: JsonObject | None
    answered_at: Moment | None
    applied: bool
    sent: bool

    @property
    def ok(self) -> bool:
        """Whether the implementation claimed success; the truth is ``applied``."""
        return self.answer is not None and self.answer.get("status") == "ok"


class Journal:
    """The append-only list and its questions."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._occurrences = 0
        self._calls = 0

    def occurrence(self) -> int:
        """A number for a new event."""
        self._occurrences += 1
        return self._occurrences

    def delivered(self, occurrence: int, kind: str, fate: Fate, event: JsonObject) -> None:
        """Note an event's fate."""
        self.entries.append(Delivered(Moment(), occurrence, kind, fate, event))

    def told(self, action: str, params: Mapping[str, object], echo: object) -> int:
        """Note an action; the number returned belongs into ``answered``."""
        self._calls += 1
        self.entries.append(Told(Moment(), self._calls, action, dict(params), echo))
        return self._calls

    def answered(self, call: int, answer: JsonObject, *, applied: bool, sent: bool) -> None:
        """Note how an action ended."""
        self.entries.append(Answered(Moment(), call, applied, sent, answer))

    def link(self, change: str, detail: str = "") -> None:
        """Note a change of the connection."""
        self.entries.append(Link(Moment(), change, detail))

    def deliveries(self, kind: str = "") -> list[Delivered]:
        """Events whose kind begins with ``kind``, e.g. ``message.group`` or ``notice``."""
        return [e for e in self.entries if isinstance(e, Delivered) and e.kind.startswith(kind)]

    def calls(self, action: str = "") -> list[Call]:
        """Actions by this name (empty: all), in the order they came."""
        answers = {e.call: e for e in self.entries if isinstance(e, Answered)}
        return [
            _joined(told, answers.get(told.call))
            for told in self.entries
            if isinstance(told, Told) and action in ("", told.action)
        ]

    def links(self) -> list[Link]:
        """Changes of the connection."""
        return [entry for entry in self.entries if isinstance(entry, Link)]

    def lines(self) -> Iterator[bytes]:
        """Every entry as one line of JSON."""
        for entry in self.entries:
            body = msgspec.to_builtins(entry)
            moment = body.pop("moment")
            yield msgspec.json.encode({"entry": type(entry).__name__.lower(), **moment, **body})

    def dump(self, path: Path) -> int:
        """Write all entries as JSON Lines; returns how many."""
        path.write_bytes(b"".join(line + b"\n" for line in self.lines()))
        return len(self.entries)


def _joined(told: Told, answered: Answered | None) -> Call:
    if answered is None:
        return Call(told.action, told.params, told.moment, None, None, applied=False, sent=False)
    return Call(
        told.action,
        told.params,
        told.moment,
        answered.answer,
        answered.moment,
        applied=answered.applied,
        sent=answered.sent,
    )
