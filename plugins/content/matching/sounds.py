"""How characters sound: one table gives the folded spelling and the sound of a text at once.

Each folded character becomes two, its sound and itself, so that one pass over the text serves two
searches: ``paired[1::2]`` is the folded text and ``paired[::2]`` the same text by its sound.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import Final

from pypinyin.pinyin_dict import pinyin_dict

from plugins.content.matching.fold import Table, fold_table
from plugins.content.matching.readings import readings, syllable

_FIRST_SIGN: Final = 0xE000
"""Syllables are written as private-use characters, one each."""
_SILENT: Final = "\uf8ff"
"""The sound of what has none: it belongs to no word."""
_DIGITS: Final = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_LETTERS: Final = re.compile("[a-z]+")
_LONGEST_SYLLABLE: Final = 6


@cache
def paired_table() -> Table:
    """For ``str.translate``: each character to the sound and the spelling of its folded form."""
    signs = syllable_signs()
    western = {str(value): signs[spoken] for value, spoken in enumerate(_DIGITS)}
    western |= {letter: letter for letter in "abcdefghijklmnopqrstuvwxyz"}
    folded_as = fold_table()
    paired: Table = [None] * len(folded_as)
    # Everyday characters first: made together they lie together, and stay in the cache.
    for code in chain(_everyday(), range(len(folded_as))):
        if paired[code] is not None:
            continue
        folded = folded_as[code]
        if isinstance(folded, int):
            spelled = chr(folded)
            spoken = _spoken(chr(code)) or _spoken(spelled) or western.get(spelled, _SILENT)
            paired[code] = spoken + spelled
        elif folded is not None:
            paired[code] = "".join(western.get(piece, _SILENT) + piece for piece in folded)
    return paired


def sound_patterns(word: str) -> set[str]:
    """How a word is written by its sound: character by character, and as the phrase it is."""
    signs = syllable_signs()
    by_character = word.translate(paired_table())[::2]
    if _SILENT in by_character:
        return set()
    return {by_character} | {
        "".join(signs[spoken] for spoken in phrase)
        for phrase in readings(word)
        if len(phrase) == len(by_character) and signs.keys() >= set(phrase)
    }


@cache
def syllable_signs() -> dict[str, str]:
    """Every syllable and the private-use character that stands for it."""
    known = sorted({spoken for code in pinyin_dict if (spoken := syllable(chr(code)))})
    return {spoken: chr(_FIRST_SIGN + number) for number, spoken in enumerate(known)}


def is_syllable_sign(character: str) -> bool:
    """Whether a character of a text by its sound is a syllable, not a letter."""
    return "\ue000" <= character < _SILENT


def spelled_out(sounds: str) -> Iterator[tuple[int, int, str]]:
    """Each syllable in a run of letters that is made of nothing but syllables."""
    signs = syllable_signs()
    for run in _LETTERS.finditer(sounds):
        position = run.start()
        for spelled in _syllables(run[0]):
            yield position, position + len(spelled), signs[spelled]
            position += len(spelled)


def _everyday() -> Iterator[int]:
    """ASCII, and the first level of GB 2312: the characters in which nearly all is written."""
    yield from range(0x80)
    rows = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    yield from map(ord, b"".join(rows).decode("gb2312", "ignore"))


def _spoken(character: str) -> str | None:
    known = syllable(character)
    return syllable_signs()[known] if known else None


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
