"""Runs of digits however they are written: full-width, circled, Chinese, with signs between."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

from plugins.content.matching import Technique
from plugins.content.matching.fold import fold_table

SHORTEST: Final = 11
"""Digits of a mobile number: what is shorter is no number of a person."""
_MOST_SIGNS: Final = 3
"""Signs between two digits of one number."""
_LAST_OF_FIRST_PLANE: Final = 0xFFFF
_DRAWN: Final = (range(0x1D7CE, 0x1D800), range(0x1F100, 0x1F10D), range(0x1FBF0, 0x1FBFA))
"""Mathematical, enclosed and segmented digits; the numerals of dead scripts slow every search."""


@dataclass(frozen=True, slots=True)
class Run:
    """Digits with at most three signs between them; ``places[i]`` is where ``digits[i]`` stands."""

    digits: str
    places: tuple[int, ...]

    def windows(self, length: int) -> Iterator[int]:
        """Where a number of so many digits may begin: with no digit right before or behind it."""
        for at in range(len(self.digits) - length + 1):
            if self._is_edge(at) and self._is_edge(at + length):
                yield at

    def stretch(self, at: int, length: int) -> tuple[int, int]:
        """Where in the text a number stands that begins with digit ``at``."""
        return self.places[at], self.places[at + length - 1] + 1

    def _is_edge(self, at: int) -> bool:
        if at in {0, len(self.digits)}:
            return True
        return self.places[at] - self.places[at - 1] > 1


def runs_of(text: str) -> Iterator[Run]:
    """Every run of at least ``SHORTEST`` digits, from left to right."""
    values = _values()
    for match in _pattern().finditer(text):
        low, high = match.span()
        places = [at for at in range(low, high) if text[at] in values]
        # 十三个一 often follows a number: 1831911405一系列 holds ten digits, not eleven.
        while len(places) > 1 and _is_word(text[places[-1]]) and not _is_word(text[places[-2]]):
            places.pop()
        while len(places) > 1 and _is_word(text[places[0]]) and not _is_word(text[places[1]]):
            places.pop(0)
        if len(places) >= SHORTEST:
            yield Run("".join(values[text[at]] for at in places), tuple(places))


def spelling_of(text: str, start: int, end: int) -> Technique:
    """How a number is written that stands there."""
    written = text[start:end]
    if not all(character.isascii() for character in written if character in _values()):
        return Technique.NUMERAL
    return Technique.EXACT if written.isalnum() else Technique.SEPARATORS


def _is_word(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff"


@cache
def _values() -> dict[str, str]:
    """Every character that folds to one digit and that a Chinese keyboard or font may offer."""
    table = fold_table()
    found: dict[str, str] = {}
    for code in chain(range(_LAST_OF_FIRST_PLANE), *_DRAWN):
        folded = table[code]
        if isinstance(folded, int) and chr(folded) in "0123456789":
            found[chr(code)] = chr(folded)
    return found


@cache
def _pattern() -> re.Pattern[str]:
    digit = f"[{''.join(_ranges(sorted(map(ord, _values()))))}]"
    return re.compile(rf"{digit}(?:(?:[^\w\n]|_){{0,{_MOST_SIGNS}}}{digit}){{{SHORTEST - 1},}}")


def _ranges(codes: Sequence[int]) -> Iterator[str]:
    """As ranges, for single characters beyond the first plane are compared one by one."""
    known = frozenset(codes)
    starts = [code for code in codes if code - 1 not in known]
    ends = [code for code in codes if code + 1 not in known]
    for start, end in zip(starts, ends, strict=True):
        yield re.escape(chr(start)) + (f"-{re.escape(chr(end))}" if end > start else "")
