"""Characters split in two (贝者 for 赌): when is a text worth reading with the halves joined?"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from plugins.content.matching.characters import NUMERALS
from plugins.content.matching.fold import fold
from plugins.content.matching.words import is_word

_SIDES: Final = frozenset("亻扌讠氵忄犭钅纟饣礻衤灬艹辶阝冫刂攵宀罒疒彳丷氺糹釒訁飠⺮⻊⺼")
"""Forms a character has only as half of another."""

Spot = tuple[int, int, str]
"""A start and an end in the folded text, and the character that stands there in halves."""


class Components:
    """The gates: a listed character in two halves; with care where they are a word (女子)."""

    def __init__(self, words: Iterable[str]) -> None:
        neighbours: dict[str, set[str]] = {}
        for word in words:
            for one, other in pairwise(word):
                neighbours.setdefault(one, set()).add(other)
                neighbours.setdefault(other, set()).add(one)
        self._neighbours = {whole: "".join(beside) for whole, beside in neighbours.items()}
        halves = {
            pair: (whole, worded)
            for whole in sorted(neighbours)
            for pair, worded in _pairs().get(whole, ())
        }
        self._wholes = [whole for whole, _ in halves.values()]
        self._words = [worded for _, worded in halves.values()]
        self.gates = list(halves)

    def spots(self, text: str, folded: str, found: Iterable[tuple[int, int, int]]) -> list[Spot]:
        """Where a pair stands beside what a listed word has beside the whole character.

        ``found``: start, end and number of gates in the folded text. A pair that is a word in
        itself (人言 for 信) counts in a text that writes some half as no word is (亻言).
        """
        sided = not _SIDES.isdisjoint(text)
        spots = [
            (start, end, self._wholes[number])
            for start, end, number in found
            if sided or not self._words[number]
        ]
        edges = {edge for start, end, _ in spots for edge in (start, -end)}
        return [
            (start, end, whole)
            for start, end, whole in spots
            if self._has_neighbour(folded, start, end, whole) or end in edges or -start in edges
        ]

    def _has_neighbour(self, folded: str, start: int, end: int, whole: str) -> bool:
        beside = self._neighbours[whole]
        return (end < len(folded) and folded[end] in beside) or (
            start > 0 and folded[start - 1] in beside
        )


@cache
def _pairs() -> dict[str, tuple[tuple[str, bool], ...]]:
    """Folded character to its folded pairs, and whether each is a word (``components.txt``)."""
    source = files("plugins.content.matching").joinpath("data").joinpath("components.txt")
    found: dict[str, tuple[tuple[str, bool], ...]] = {}
    for line in source.read_text("utf-8").splitlines():
        whole, *pairs = line.split()
        if whole != "#":
            telling = tuple((fold(pair), is_word(pair)) for pair in pairs if _is_telling(pair))
            found[fold(whole)] = found.get(fold(whole), ()) + telling
    return found


def _is_telling(pair: str) -> bool:
    return len(fold(pair)) == 2 and not any(character in NUMERALS for character in pair)
