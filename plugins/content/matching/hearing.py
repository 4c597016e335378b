"""Words written with other characters of the same sound, or some of them in letters.

Short words sound like too much else: three characters only in short lists, two never.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

from daachorse import CharwiseDoubleArrayAhoCorasick

from plugins.content.matching.sounds import (
    is_syllable_sign,
    sound_patterns,
    syllable_signs,
)
from plugins.content.matching.table import Index, WordTable

SHORT_LIST: Final = 2000
"""Up to so many words, three characters are listened for."""
HEARD_FROM: Final = 4
"""Beyond, so many."""
_FEWEST_IDEOGRAPHS: Final = 2

Heard = list[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """Looks through a text by its sound: for words, and for syllables written in letters."""

    patterns: Index
    letters: tuple[str, ...]
    """The syllables, as signs, whose letters are looked for after the patterns."""
    joints: bytes
    """1 at ``first * 512 + second`` for each two syllables that follow each other in a word."""
    automaton: bytes

    def __bool__(self) -> bool:
        return len(self.patterns) > 0

    @classmethod
    def of(cls, table: WordTable, numbers: Sequence[int]) -> Self:
        """For these words of the table."""
        shortest = HEARD_FROM - (len(numbers) <= SHORT_LIST)
        grouped: dict[str, list[int]] = {}
        for number in numbers:
            word = table.words[number]
            if len(word) >= shortest:
                for text in _audible(word, shortest):
                    grouped.setdefault(text, []).append(number)
        signs = {sign for text in grouped for sign in text if is_syllable_sign(sign)}
        written = {sign: letters for letters, sign in syllable_signs().items() if sign in signs}
        texts = [*grouped, *written.values()]
        return cls(
            Index(grouped.values()),
            tuple(written),
            _joints(grouped),
            CharwiseDoubleArrayAhoCorasick(texts or ["\0"]).serialize(),
        )

    def may_join(self, sounds: str, found: Iterable[tuple[int, int, int]]) -> bool:
        """Whether a syllable in letters stands beside another syllable as it does in some word."""
        ending: dict[int, list[str]] = {}
        for start, end, number in found:
            sign = self.letters[number - len(self.patterns)]
            ending.setdefault(end, []).append(sign)
            if any(self._joins(before, sign) for before in ending.get(start, ())):
                return True
            if start and self._joins(sounds[start - 1], sign):
                return True
            if end < len(sounds) and self._joins(sign, sounds[end]):
                return True
        return False

    def _joins(self, one: str, other: str) -> bool:
        if not (is_syllable_sign(one) and is_syllable_sign(other)):
            return False
        return self.joints[_joint(one, other)] > 0


def _audible(word: str, shortest: int) -> Iterator[str]:
    for text in sound_patterns(word):
        ideographs = sum(is_syllable_sign(sign) for sign in text)
        if len(text) >= shortest and ideographs >= _FEWEST_IDEOGRAPHS:
            yield text


def _joint(one: str, other: str) -> int:
    return (ord(one) & 511) << 9 | (ord(other) & 511)


def _joints(texts: Iterable[str]) -> bytes:
    found = bytearray(1 << 18)
    for text in texts:
        for one, other in pairwise(text):
            if is_syllable_sign(one) and is_syllable_sign(other):
                found[_joint(one, other)] = 1
    return bytes(found)
