"""``qungui scan``: JSON Lines in, verdicts out, line by line, on one core or on all."""

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import msgspec

from plugins.content.inspection.gathering import MOST_BYTES
from plugins.content.inspection.reader import Reader
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
    reader: Reader = field(default_factory=Reader)

    def answer(self, line: bytes, number: int) -> bytes:
        """One JSON line with a line feed; a line that cannot be read gets an ``error``."""
        try:
            request = _decode(line)
        except (msgspec.DecodeError, ValueError):
            return _failure(number, '不是合法的 JSON 对象，应形如 {"id": "1", "text": "…"}。')
        paths = {kind: path for kind, path in _paths(request) if path}
        if request.text is None and not paths:
            return _failure(number, "缺少 text、image 或 file。")
        seen = self.lists.look(request.text) if request.text else ()
        verdict: dict[str, Any] = {"id": request.id, "hits": [self._shown(one) for one in seen]}
        for kind, path in paths.items():
            self._look_into(verdict, kind, path)
        return _encode(verdict)

    def _look_into(self, verdict: dict[str, Any], kind: str, path: object) -> None:
        """Add what a file holds; places count within the words found in it."""
        try:
            found = self.reader.read(_content(path))
        except (OSError, ValueError) as error:
            verdict |= {"unscanned": kind, "reason": f"读不到文件：{_cause(error)}"}
            return
        seen = self.lists.look(found.text) if found.text else ()
        verdict["hits"] += [{**self._shown(one), "in": kind} for one in seen]
        if found.uninspected is not None:
            verdict |= {"unscanned": kind, "reason": found.uninspected.label}

    def _shown(self, seen: Sighting) -> dict[str, Any]:
        shown: dict[str, Any] = {
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
        if seen.parts:
            shown["parts"] = [
                {"start": start, "end": end, "span": word}
                for (start, end), word in zip(seen.parts, seen.words(), strict=True)
            ]
        return shown


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
        try:
            for first, batch in chain(ahead, batches):
                yield from scan_lines(batch, scanner, first=first)
        finally:
            scanner.reader.rest()
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


def _paths(request: _Request) -> Iterator[tuple[str, object]]:
    yield "image", request.image
    yield "file", request.file


def _content(path: object) -> bytes:
    """A file's content, one byte more than is ever read at most.

    Raises:
        OSError: it cannot be opened.
        ValueError: that is no path.
    """
    if not isinstance(path, str):
        raise ValueError("路径应为文字")
    with Path(path).open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _cause(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "没有这个文件"
        case IsADirectoryError():
            return "这是文件夹"
        case PermissionError():
            return "没有读取权限"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _failure(number: int, reason: str) -> bytes:
    return _encode({"id": None, "error": f"第 {number} 行：{reason}"})
