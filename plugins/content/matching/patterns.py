"""From listed words to the strings the automaton looks for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from plugins.content.matching.entries import Listed, Technique, TechniquePolicy
from plugins.content.matching.fold import fold, gap_of
from plugins.content.matching.readings import readings

PINYIN_LETTERS: Final = 6
"""Shorter strings of letters are too often something else."""
REVERSED_LENGTH: Final = 4


class Kind(Enum):
    """Why a string is in the automaton."""

    WORD = "word"
    PINYIN = "pinyin"
    REVERSED = "reversed"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Target:
    """A listed word made ready: ``letters[i]`` is how the list writes ``folded[i]``."""

    listed: Listed
    folded: str
    letters: tuple[str, ...]
    own_marks: frozenset[int]
    """Joints (after ``folded[i]``) where the word itself has a space or a sign."""
    excuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One string of the automaton on behalf of one word."""

    text: str
    kind: Kind
    target: Target
    syllables: tuple[str, ...] = ()


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


def patterns_of(targets: Iterable[Target], policy: TechniquePolicy) -> Iterator[Pattern]:
    """Every string for every word, as far as the policy wants its technique."""
    for target in targets:
        yield Pattern(target.folded, Kind.WORD, target)
        category = target.listed.category
        if policy.looks_for(Technique.PINYIN, category):
            yield from _pinyin(target)
        if policy.looks_for(Technique.REVERSED, category):
            yield from _reversed(target)


def _pinyin(target: Target) -> Iterator[Pattern]:
    seen: set[str] = set()
    for syllables in readings("".join(target.letters)):
        for spelled in (syllables, tuple(s.replace("v", "u") for s in syllables)):
            text = "".join(spelled)
            if len(text) >= PINYIN_LETTERS and len(spelled) > 1 and text not in seen:
                seen.add(text)
                yield Pattern(text, Kind.PINYIN, target, spelled)


def _reversed(target: Target) -> Iterator[Pattern]:
    backwards = target.folded[::-1]
    if len(backwards) >= REVERSED_LENGTH and backwards != target.folded:
        yield Pattern(backwards, Kind.REVERSED, target)
