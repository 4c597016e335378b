"""Words written with other characters of the same sound, or some of them in letters.

A second reading of the whole text, so only clean messages of lists that want it pay for it.
Short words sound like too much else: three characters only in short lists, two never.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Final

from daachorse import CharwiseDoubleArrayAhoCorasick
from pypinyin.pinyin_dict import pinyin_dict

from plugins.content.matching.entries import Technique
from plugins.content.matching.fold import Table, fold_table
from plugins.content.matching.patterns import Kind, Pattern, Target
from plugins.content.matching.readings import readings, syllable
from plugins.content.matching.view import View, replaced_view, view_through

_FIRST_SIGN: Final = 0xE000
"""Syllables are written as private-use characters, one each."""
_LETTERS: Final = re.compile("[a-z]+")
_LONGEST_SYLLABLE: Final = 6
_SHORTEST_WORD: Final = ((2000, 3), (20_000, 4))
"""Up to so many words, words of so many characters are listened for; beyond, of five."""

Heard = list[tuple[int, int, int]]


class Sounds:
    """Listens for words; ``listen`` is cheap, ``view`` and ``patterns`` serve the second look."""

    def __init__(self, targets: Sequence[Target]) -> None:
        shortest = next((least for most, least in _SHORTEST_WORD if len(targets) <= most), 5)
        grouped: dict[str, list[Pattern]] = {}
        for target in targets:
            if len(target.letters) >= shortest:
                for pattern in _patterns_of(target):
                    grouped.setdefault(pattern.text, []).append(pattern)
        self._patterns = [tuple(same) for same in grouped.values()]
        self._search = CharwiseDoubleArrayAhoCorasick(list(grouped) or ["\0"]).find_overlapping
        self._table = sound_table()

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def patterns(self, number: int) -> tuple[Pattern, ...]:
        """The words that sound like the pattern of this number."""
        return self._patterns[number]

    def listen(self, text: str) -> bool:
        """Whether anything in the text may sound like a listed word."""
        sounds = text.translate(self._table)
        if self._search(sounds):
            return True
        return any(_syllables(run) for run in _LETTERS.findall(sounds))

    def heard(self, text: str) -> tuple[View, Heard]:
        """The text by its sound, and where it sounds like a listed word."""
        view = view_through(self._table, text)
        spots = list(_spelled_out(view.text))
        if spots:
            view = replaced_view(view, spots, Technique.MIXED_PINYIN)
        return view, self._search(view.text)


@cache
def sound_table() -> Table:
    """Ideographs to the sign of their syllable, letters and digits as folded, the rest deleted."""
    table: Table = [_western(folded) for folded in fold_table()]
    signs = syllable_signs()
    for code in pinyin_dict:
        sounded = syllable(chr(code))
        if sounded and code < len(table):
            table[code] = ord(signs[sounded])
    return table


@cache
def syllable_signs() -> dict[str, str]:
    """Every syllable and the private-use character that stands for it."""
    known = sorted({sounded for code in pinyin_dict if (sounded := syllable(chr(code)))})
    return {sounded: chr(_FIRST_SIGN + number) for number, sounded in enumerate(known)}


def _western(folded: int | str | None) -> int | str | None:
    if isinstance(folded, int):
        return folded if folded < 0x80 else None
    return folded if folded and folded.isascii() else None


def _patterns_of(target: Target) -> Iterator[Pattern]:
    signs = syllable_signs()
    for syllables in readings("".join(target.letters)):
        yield Pattern("".join(map(signs.__getitem__, syllables)), Kind.SOUND, target)


def _spelled_out(sounds: str) -> Iterator[tuple[int, int, str]]:
    """Each syllable in a run of letters that is made of nothing but syllables."""
    signs = syllable_signs()
    for run in _LETTERS.finditer(sounds):
        position = run.start()
        for spelled in _syllables(run[0]):
            yield position, position + len(spelled), signs[spelled]
            position += len(spelled)


@lru_cache(maxsize=4096)
def _syllables(letters: str) -> tuple[str, ...]:
    """The run cut into the fewest syllables, or nothing if some letters are left over."""
    if len(letters) > _LONGEST_SYLLABLE * 6:
        return ()
    signs = syllable_signs()
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before, spelled = best[start], letters[start:end]
            if before is None or spelled not in signs:
                continue
            known = best[end]
            if known is None or len(before) + 1 < len(known):
                best[end] = (*before, spelled)
    return best[-1] or ()
