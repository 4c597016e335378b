"""The listed words, packed: lists of two hundred thousand must neither burden nor stop a process.

A word becomes an object again only when something was found that may be it.
"""

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from bot.domain.findings import Severity
from plugins.content.matching.entries import Entry, Listed
from plugins.content.matching.patterns import Target, target_of

_KEPT_READY: Final = 4096
_SEVERITIES: Final = tuple(Severity)


class WordTable:
    """Numbered words with their category, severity and excuses."""

    def __init__(self, entries: Iterable[Listed]) -> None:
        self.words: list[str] = []
        self._excuses: dict[int, tuple[str, ...]] = {}
        self._severities = bytearray()
        self._categories: dict[str, int] = {}
        self._category_of = array("I")
        for number, entry in enumerate(entries):
            self.words.append(entry.word)
            self._severities.append(_SEVERITIES.index(entry.severity))
            place = self._categories.setdefault(entry.category, len(self._categories))
            self._category_of.append(place)
            if entry.excuses:
                self._excuses[number] = tuple(entry.excuses)
        self._names = tuple(self._categories)

    def __getstate__(self) -> dict[str, Any]:
        """With the words in one piece: a pickle of many small texts holds up every thread."""
        return {**self.__dict__, "words": ("".join(self.words), array("I", map(len, self.words)))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        joined, lengths = state["words"]
        ends = accumulate(lengths)
        words = [joined[end - length : end] for end, length in zip(ends, lengths, strict=True)]
        self.__dict__.update(state, words=words)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category of some word."""
        return self._names

    def category(self, number: int) -> str:
        """The category of a word."""
        return self._names[self._category_of[number]]

    def entry(self, number: int) -> Entry:
        """A word as it was listed."""
        return Entry(
            self.words[number],
            self.category(number),
            _SEVERITIES[self._severities[number]],
            self._excuses.get(number, ()),
        )


class Targets:
    """Words made ready for comparison; the last few thousand stay so."""

    def __init__(self, table: WordTable) -> None:
        self._entry = table.entry
        self.get = lru_cache(_KEPT_READY)(self._make)

    def _make(self, number: int) -> Target:
        return target_of(self._entry(number))


class Index:
    """For each pattern of an automaton the words it may stand for, as packed numbers."""

    def __init__(self, groups: Iterable[Sequence[int]]) -> None:
        self._from = array("I", [0])
        self._members = array("I")
        for group in groups:
            self._members.extend(group)
            self._from.append(len(self._members))

    def __len__(self) -> int:
        return len(self._from) - 1

    def __getitem__(self, number: int) -> Sequence[int]:
        return self._members[self._from[number] : self._from[number + 1]]
