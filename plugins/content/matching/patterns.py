"""From listed words to the strings the automaton looks for."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from bot.domain.spellings import Technique
from plugins.content.matching.entries import Listed
from plugins.content.matching.fold import fold, gap_of
from plugins.content.matching.readings import readings

PINYIN_LETTERS: Final = 6
"""Shorter strings of letters are too often something else."""
_SYLLABLE_LETTERS: Final = 2


class Bounds(NamedTuple):
    """How short a word is still looked for backwards, how long a one in letters."""

    shortest_reversed: int
    longest_pinyin: int


class Kind(IntEnum):
    """Why a string is in the automaton."""

    WORD = 0
    PINYIN = 1
    REVERSED = 2
    SOUND = 3
    HALF_PINYIN = 4
    """One character of two, the other in letters."""


@dataclass(frozen=True, slots=True)
class Target:
    """A listed word made ready: ``letters[i]`` is how the list writes ``folded[i]``."""

    listed: Listed
    folded: str
    letters: tuple[str, ...]
    own_marks: frozenset[int]
    """Joints (after ``folded[i]``) where the word itself has a space or a sign."""
    excuses: tuple[str, ...]


def target_of(listed: Listed) -> Target:
    """Fold a listed word, remembering its own spelling."""
    letters: list[str] = []
    folded: list[str] = []
    own_marks: set[int] = set()
    for character in listed.word:
        piece = fold(character)
        if piece:
            letters.extend([character] * len(piece))
            folded.extend(piece)
        elif folded and gap_of(character):
            own_marks.add(len(folded) - 1)
    excuses = tuple(fold(excuse) for excuse in listed.excuses)
    return Target(listed, "".join(folded), tuple(letters), frozenset(own_marks), excuses)


def patterns_of(
    word: str, folded: str, wanted: Container[Technique], bounds: Bounds
) -> Iterator[tuple[str, Kind]]:
    """Every string for a word, as far as its technique is wanted."""
    yield folded, Kind.WORD
    if Technique.PINYIN in wanted and len(folded) <= bounds.longest_pinyin:
        for text in pinyin_of(word):
            yield text, Kind.PINYIN
    if Technique.MIXED_PINYIN in wanted and len(folded) == 2:
        for text in _half_pinyin(word, folded):
            yield text, Kind.HALF_PINYIN
    if Technique.REVERSED in wanted:
        backwards = folded[::-1]
        if len(backwards) >= bounds.shortest_reversed and backwards != folded:
            yield backwards, Kind.REVERSED


def _half_pinyin(word: str, folded: str) -> set[str]:
    found: set[str] = set()
    for syllables in readings("".join(filter(fold, word))):
        first, second = syllables
        found |= {first + folded[1]} if len(first) > _SYLLABLE_LETTERS else set()
        found |= {folded[0] + second} if len(second) > _SYLLABLE_LETTERS else set()
    return found


def pinyin_of(word: str) -> dict[str, tuple[str, ...]]:
    """How a word is written in letters, with the syllables of each way."""
    found: dict[str, tuple[str, ...]] = {}
    for syllables in readings("".join(filter(fold, word))):
        for spelled in (syllables, tuple(s.replace("v", "u") for s in syllables)):
            text = "".join(spelled)
            if len(text) >= PINYIN_LETTERS and len(spelled) > 1:
                found.setdefault(text, spelled)
    return found
