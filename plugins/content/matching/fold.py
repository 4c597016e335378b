"""One spelling for every way of writing a character.

Text and lexicon pass through the same table, so a match in folded text is a match up to spelling.
The table is a list because ``str.translate`` reads a list of ints several times faster than a
dictionary, whose missing keys raise once per character.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from plugins.content.matching.characters import (
    FILLERS,
    JOINERS,
    LETTERS,
    LINES,
    MARKS,
    NUMERALS,
    PICTURED,
    RADICALS,
    SHAPES,
    STROKES,
    TRADITIONAL,
    Gap,
)

Table = list[int | str | None]

_PLAIN_PLANES: Final = 0x20000
_IDEOGRAPHIC_PLANES: Final = 0x32400
_END: Final = 0x110000
"""Tags and the variation selectors of ideographs sit in the fifteenth plane and must vanish too."""

_DRAWN_ONLY: Final = frozenset({"Mn", "Me", "Mc", "Cc", "Cf", "Co", "Cs", "So", "Sm", "Po"})

_LATIN_BLOCKS: Final = (
    range(0xC0, 0x2B0),
    range(0x1D00, 0x1DC0),
    range(0x1E00, 0x1F00),
    range(0x2C60, 0x2C80),
    range(0xA720, 0xA800),
    range(0xAB30, 0xAB70),
    range(0x1F100, 0x1F200),
)
_LATIN_NAME: Final = re.compile(
    r"(?:LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL |DOTLESS |INSULAR |TURNED )?"
    r"|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER "
    r"|(?:CROSSED |RAISED )?NEGATIVE SQUARED LATIN CAPITAL LETTER "
    r"|REGIONAL INDICATOR SYMBOL LETTER )([A-Z])(?: WITH .*)?"
)


def fold(text: str) -> str:
    """``text`` in its one spelling: folding it again changes nothing."""
    return text.translate(fold_table())


@cache
def fold_table() -> Table:
    """The table for ``str.translate``: code point to code point, to several, or to nothing."""
    table: Table = list(range(_PLAIN_PLANES))
    table += range(_PLAIN_PLANES, _IDEOGRAPHIC_PLANES)
    table += [None] * (_END - _IDEOGRAPHIC_PLANES)
    singles = {
        **PICTURED,
        **RADICALS,
        **LETTERS,
        **_latin_by_name(),
        **TRADITIONAL,
        **SHAPES,
        **NUMERALS,
    }
    singles |= dict.fromkeys(STROKES, "")
    for code in range(_PLAIN_PLANES):
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Cn":
            table[code] = None
        elif category != "Lo" or unicodedata.decomposition(character):
            table[code] = _packed(_unicode_fold(character, singles))
    for form in singles:
        table[ord(form)] = _packed(_settle(form, singles))
    for form in FILLERS:
        table[ord(form)] = None
    for code in range(0x2F800, 0x2FA20):
        table[code] = _packed(_unicode_fold(chr(code), singles))
    return table


@cache
def gap_of(character: str) -> Gap | None:
    """What a deleted character does in ordinary writing; None if the fold keeps it."""
    if character.translate(fold_table()):
        return None
    if character in LINES:
        return Gap.LINE
    category = unicodedata.category(character)
    if character in FILLERS or category in {"Cf", "Cc", "Mn", "Me", "Cn", "Co", "Cs"}:
        return Gap.INVISIBLE if character != "\t" else Gap.SPACE
    if character in MARKS:
        return Gap.MARK
    if character in JOINERS:
        return Gap.JOINER
    if category in {"Zs", "So"}:
        return Gap.SPACE
    return Gap.NOISE


def plain_form(character: str) -> str:
    """The character without width, case and accents: what a reader takes for the same letter."""
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


def _latin_by_name() -> dict[str, str]:
    """Latin letters that Unicode only names, not decomposes: barred, small capital, squared."""
    found: dict[str, str] = {}
    for block in _LATIN_BLOCKS:
        for code in block:
            matched = _LATIN_NAME.fullmatch(unicodedata.name(chr(code), ""))
            if matched:
                found[chr(code)] = matched[1].lower()
    return found


def _unicode_fold(character: str, singles: dict[str, str]) -> str:
    if character in singles:
        return _settle(character, singles)
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    if unicodedata.category(character) in _DRAWN_ONLY and not unicodedata.decomposition(character):
        return ""
    plain = plain_form(character)
    return "".join(_settle(c, singles) for c in plain if _is_kept(c))


def _is_kept(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN" and character not in FILLERS


def _settle(character: str, singles: dict[str, str]) -> str:
    """Follow the single steps (traditional, then look-alike, then numeral) to their end."""
    seen = {character}
    while (onward := singles.get(character)) is not None and onward not in seen:
        if not onward:
            return ""
        seen.add(onward)
        character = onward
    return _digit(character)


def _digit(character: str) -> str:
    if character.isascii():
        return character.lower()
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)


def _packed(folded: str) -> int | str | None:
    if not folded:
        return None
    return ord(folded) if len(folded) == 1 else folded
