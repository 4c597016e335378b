"""``qungui scan``: JSON Lines in, verdicts out, line by line, on one core or on all."""

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any, Final

import msgspec

from plugins.content.sightings import Sighting, WordLists
from plugins.content.sources import Sources

_BATCH: Final = 2000
_BATCHES_AHEAD: Final = 3


class _Request(msgspec.Struct):
    id: Any = None
    text: str | None = None
    image: Any = None
    file: Any = None


_decode_fast: Final = msgspec.json.Decoder(_Request).decode
_encode_fast: Final = msgspec.json.Encoder().encode


def _decode(line: bytes) -> _Request:
    """Archives hold escaped halves of emoji, which only the standard library reads."""
    try:
        return _decode_fast(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.convert(json.loads(line), _Request)


def _encode(answer: dict[str, Any]) -> bytes:
    try:
        return _encode_fast(answer) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(answer).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Scanner:
    """Answers one line at a time."""

    lists: WordLists

    def answer(self, line: bytes, number: int) -> bytes:
        """One JSON line with a line feed; a line that cannot be read gets an ``error``."""
        try:
            request = _decode(line)
        except (msgspec.DecodeError, ValueError):
            return _failure(number, '不是合法的 JSON 对象，应形如 {"id": "1", "text": "…"}。')
        unscanned = "image" if request.image else "file" if request.file else None
        if request.text is None and unscanned is None:
            return _failure(number, "缺少 text。")
        seen = self.lists.look(request.text) if request.text else ()
        verdict: dict[str, Any] = {"id": request.id, "hits": [self._shown(one) for one in seen]}
        if unscanned:
            verdict["unscanned"] = unscanned
        return _encode(verdict)

    def _shown(self, seen: Sighting) -> dict[str, Any]:
        return {
            "rule": seen.rule,
            "article": self.lists.subjects[seen.category].clause,
            "category": seen.category,
            "severity": seen.severity,
            "word": seen.word,
            "start": seen.start,
            "end": seen.end,
            "span": seen.span,
            "technique": seen.technique,
            "acts": seen.acts,
        }


def scan_lines(lines: Iterable[bytes], scanner: Scanner, *, first: int = 1) -> Iterator[bytes]:
    """One answer for each line that is not blank; ``first`` is the number of the first line."""
    for number, line in enumerate(lines, start=first):
        if line.strip():
            yield scanner.answer(line, number)


def scan_on_all_cores(
    lines: Iterable[bytes], sources: Sources, processes: int | None = None
) -> Iterator[bytes]:
    """As ``scan_lines``, in the same order, with ``processes`` (default: one a core).

    Yields several lines at a time. What fits into one batch is not worth a second process.
    """
    count = processes or os.cpu_count() or 1
    batches = _batches(lines)
    ahead = list(islice(batches, 2))
    if count == 1 or len(ahead) < 2:
        scanner = Scanner(sources.build())
        for first, batch in chain(ahead, batches):
            yield from scan_lines(batch, scanner, first=first)
        return
    # A forked child would inherit the locks of whatever threads the caller runs.
    with ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=_prepare, initargs=(sources,)
    ) as pool:
        running: deque[Future[bytes]] = deque()
        for first, batch in chain(ahead, batches):
            running.append(pool.submit(_scan_batch, first, batch))
            if len(running) >= count * _BATCHES_AHEAD:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _batches(lines: Iterable[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """The lines in batches, each with the number of its first line."""
    remaining = iter(lines)
    first = 1
    while batch := list(islice(remaining, _BATCH)):
        yield first, batch
        first += len(batch)


_prepared: list[Scanner] = []
"""The scanner of a worker process, made once."""


def _prepare(sources: Sources) -> None:
    _prepared.append(Scanner(sources.build()))


def _scan_batch(first: int, batch: list[bytes]) -> bytes:
    return b"".join(scan_lines(batch, _prepared[0], first=first))


def _failure(number: int, reason: str) -> bytes:
    return _encode({"id": None, "error": f"第 {number} 行：{reason}"})
