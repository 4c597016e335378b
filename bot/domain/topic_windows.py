"""Sensitive periods (敏感期): stretches of time in which further topics need a permit.

They open and close by the clock alone. Source: Articles 12 and 22.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.findings import Severity
from bot.domain.permits import RESERVED

_UNSEEN = frozenset({"Cf", "Mn", "Me", "Zs", "Zl", "Zp", "Cc"})
_POINTS = frozenset({"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sk"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicWindow:
    """From ``opens_at`` until before ``closes_at`` its categories and words need a permit.

    What is found of them is at least as grave as ``severity``. ``number`` is None for one that
    stands in the file.
    """

    name: str
    opens_at: datetime
    closes_at: datetime
    categories: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    severity: Severity = Severity.SERIOUS
    number: int | None = None

    def open_at(self, moment: datetime) -> bool:
        """Whether it is open then."""
        return self.opens_at <= moment < self.closes_at


@dataclass(frozen=True, slots=True)
class WordSeen:
    """A word of a window in a text, at these code points of the original."""

    window: TopicWindow
    word: str
    start: int
    end: int


class TopicWindows:
    """All of them, those of the file and those set by command."""

    def __init__(self, windows: Iterable[TopicWindow] = ()) -> None:
        self._windows = tuple(sorted(windows, key=lambda one: (one.opens_at, one.name)))
        self._words = {
            one: tuple((word, folded) for word in one.words if (folded := _folded(word)[0]))
            for one in self._windows
            if one.words
        }

    def __iter__(self) -> Iterator[TopicWindow]:
        return iter(self._windows)

    @property
    def has_words(self) -> bool:
        """Whether any of them looks for words: quick to tell."""
        return bool(self._words)

    def open_at(self, moment: datetime) -> tuple[TopicWindow, ...]:
        """Those that are open then."""
        return tuple(one for one in self._windows if one.open_at(moment))

    def reserves(self, category: str, moment: datetime) -> bool:
        """Whether a category needs a permit then."""
        if category in RESERVED:
            return True
        return any(category in one.categories for one in self._windows if one.open_at(moment))

    def raised(self, category: str, severity: Severity, moment: datetime) -> Severity:
        """How grave something of this category is then."""
        for one in self._windows:
            if category in one.categories and one.open_at(moment):
                severity = max(severity, one.severity, key=lambda known: known.rank)
        return severity

    def word_in(self, text: str, moment: datetime) -> WordSeen | None:
        """The gravest word of an open window in a text, in any width and case, dots or not."""
        opened = [one for one in self._words if one.open_at(moment)]
        if not opened:
            return None
        folded, places = _folded(text)
        found = [
            WordSeen(window, word, places[at], places[at + len(plain) - 1] + 1)
            for window in opened
            for word, plain in self._words[window]
            if (at := folded.find(plain)) >= 0
        ]
        return max(found, key=lambda seen: seen.window.severity.rank, default=None)


def _folded(text: str) -> tuple[str, list[int]]:
    """The visible letters in one width and case, and where each stood."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).casefold():
            category = unicodedata.category(letter)
            if category not in _UNSEEN and category not in _POINTS:
                letters.append(letter)
                places.append(place)
    return "".join(letters), places
