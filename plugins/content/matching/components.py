"""Characters split in two (贝者 for 赌): when is a text worth reading with the halves joined?"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise

from plugins.content.matching.characters import NUMERALS
from plugins.content.matching.fold import fold
from plugins.content.matching.words import is_word

Spot = tuple[int, int, str]
"""A start and an end in the folded text, and the character that stands there in halves."""


class Components:
    """The gates: a listed word's character in two halves, unless the halves are a word (女子)."""

    def __init__(self, words: Iterable[str]) -> None:
        neighbours: dict[str, set[str]] = {}
        for word in words:
            for one, other in pairwise(word):
                neighbours.setdefault(one, set()).add(other)
                neighbours.setdefault(other, set()).add(one)
        self._neighbours = {whole: "".join(beside) for whole, beside in neighbours.items()}
        halves = {pair: whole for whole in sorted(neighbours) for pair in _pairs().get(whole, ())}
        self._wholes = list(halves.values())
        self.gates = list(halves)

    def spots(self, folded: str, found: Iterable[tuple[int, int, int]]) -> list[Spot]:
        """Where a pair stands beside what a listed word has beside the whole character.

        ``found``: start, end and number of gates in the folded text.
        """
        spots = [(start, end, self._wholes[number]) for start, end, number in found]
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
def _pairs() -> dict[str, tuple[str, ...]]:
    """Folded character to its folded pairs, from ``data/components.txt``."""
    source = files("plugins.content.matching").joinpath("data").joinpath("components.txt")
    found: dict[str, tuple[str, ...]] = {}
    for line in source.read_text("utf-8").splitlines():
        whole, *pairs = line.split()
        if whole != "#":
            telling = tuple(fold(pair) for pair in pairs if _is_telling(pair))
            found[fold(whole)] = found.get(fold(whole), ()) + telling
    return found


def _is_telling(pair: str) -> bool:
    return len(fold(pair)) == 2 and not is_word(pair) and not any(c in NUMERALS for c in pair)
