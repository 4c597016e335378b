"""How a stretch of text is most likely read: as ordinary words, or as a listed one.

Costs are negative logarithms of how often the dictionary meets a word, so they add up along a text:
the cheapest way to cut it into words is how it is read. Asked only about a candidate.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from math import inf, log
from typing import Final

from plugins.content.matching.characters import TRADITIONAL
from plugins.content.matching.words import frequency, is_word

_REACH: Final = 8
"""So many characters before and after a candidate say how it is read."""
_LONGEST: Final = 6
_OCCURRENCES: Final = 60_101_967
"""The sum of the dictionary's frequencies."""
_SELDOM: Final = 2
_LISTED: Final = (15.0, 15.0, 15.0, 16.5, 17.5)
"""What a listed word costs by its length; the characters of a long one seldom meet by chance."""
_NEWER_COST: Final = 12.0
_SIMPLIFIED: Final = str.maketrans(TRADITIONAL)


class Surroundings:
    """``text[start:end]``, or ``inside`` in its place, between what stands before and after it."""

    def __init__(self, text: str, start: int, end: int, inside: str | None = None) -> None:
        self.before = _plain(text[max(0, start - _REACH) : start])
        self.inside = _plain(text[start:end] if inside is None else inside)
        self.after = _plain(text[end : end + _REACH])

    def gain(self, word: str) -> float:
        """How much likelier the text becomes with a listed word in place of what is written."""
        meant = cheapest(self.before) + _listed(word) + cheapest(self.after)
        return cheapest(self.before + self.inside + self.after) - meant

    def is_torn(self, word: str, slack: float) -> bool:
        """Whether a neighbour rather takes the first or last character (分发|票据 for 发票)."""
        across = min(self._across(), default=inf)
        return across < inf and across < self._whole(word) + slack

    def _across(self) -> Iterator[float]:
        before, inside, after = self.before, self.inside, self.after
        if len(inside) < 2 or not all(map(_is_ideograph, inside)):
            return
        for reach in range(1, min(len(before), _LONGEST - 1) + 1):
            taken = _cost(before[-reach:] + inside[0])
            if taken < inf:
                yield cheapest(before[:-reach]) + taken + cheapest(inside[1:] + after)
        for reach in range(1, min(len(after), _LONGEST - 1) + 1):
            taken = _cost(inside[-1] + after[:reach])
            if taken < inf:
                yield cheapest(before + inside[:-1]) + taken + cheapest(after[reach:])

    def _whole(self, word: str) -> float:
        """With an edge at both ends, or inside a longer word (文件 in 文件夹)."""
        before, inside, after = self.before, self.inside, self.after
        best = cheapest(before) + min(_listed(word), cheapest(inside)) + cheapest(after)
        for left in range(min(len(before), _LONGEST) + 1):
            for right in range(min(len(after), _LONGEST) + 1):
                if left + right and left + len(inside) + right <= _LONGEST:
                    start = len(before) - left
                    around = _cost(before[start:] + inside + after[:right])
                    best = min(best, cheapest(before[:start]) + around + cheapest(after[right:]))
        return best


@lru_cache(maxsize=8192)
def cheapest(text: str) -> float:
    """What the text costs when it is cut into words in the likeliest way."""
    best = [0.0] + [inf] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - _LONGEST), end):
            best[end] = min(best[end], best[start] + _cost(text[start:end]))
    return best[-1]


def _listed(word: str) -> float:
    return min(_LISTED[min(len(word), len(_LISTED) - 1)], _cost(word))


@lru_cache(maxsize=65536)
def _cost(word: str) -> float:
    """Of one word, infinite for what is none; signs and letters cost nothing."""
    if len(word) > 1 and not is_word(word):
        return _NEWER_COST if word in _newer() else inf
    if not _is_ideograph(word[0]):
        return 0.0
    return log(_OCCURRENCES / max(frequency(word), _SELDOM))


@cache
def _newer() -> frozenset[str]:
    source = files("plugins.content.matching").joinpath("data").joinpath("newer.txt")
    rows = (line for line in source.read_text("utf-8").splitlines() if not line.startswith("#"))
    return frozenset(word for row in rows for word in row.split())


def _plain(text: str) -> str:
    # Lone surrogates are legal in a Python text and unknown to the dictionary.
    return text.translate(_SIMPLIFIED).encode("utf-8", "replace").decode()


def _is_ideograph(character: str) -> bool:
    return "\u3400" <= character <= "\U000323af"
