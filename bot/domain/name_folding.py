"""How a name is read so that two ways of writing it compare equal.

Names on a card, on the roster and in the list of departments all pass through here. Width, case,
invisible characters, decoration, separators and traditional characters make no difference.
"""

import unicodedata
from functools import lru_cache

from bot.domain.traditional import SIMPLIFIED

# Letters to Unicode, but on cards people draw a stroke or a joint with them.
_DRAWN_SEPARATORS = "丨丶灬丿亅乀ーㅡㄧㅣのノ"
_FILLERS = "\u115f\u1160\u17b4\u17b5\u3164\uffa0"
_TABLE_LIMIT = 50_000


class _CleaningTable(dict[int, str]):
    """For ``str.translate``: drops the invisible, turns drawn strokes and controls into spaces."""

    def __missing__(self, codepoint: int) -> str:
        value = _cleaned(chr(codepoint))
        if len(self) < _TABLE_LIMIT:
            self[codepoint] = value
        return value


class _FoldingTable(dict[int, str]):
    """For ``str.translate``: one character in, one character out, so positions stay valid."""

    def __missing__(self, codepoint: int) -> str:
        value = _folded(chr(codepoint))
        if len(self) < _TABLE_LIMIT:
            self[codepoint] = value
        return value


def _cleaned(character: str) -> str:
    if character in _DRAWN_SEPARATORS:
        return " "
    if character in _FILLERS:
        return ""
    category = unicodedata.category(character)
    if category in {"Cf", "Mn", "Me"}:
        return ""
    return " " if category in {"Cc", "Cs", "Co", "Cn"} else character


def _folded(character: str) -> str:
    simplified = SIMPLIFIED.get(character, character)
    base = unicodedata.normalize("NFKD", simplified)[0]
    # Taking the base letter off an accent is right for é and wrong for 가, which is one letter.
    letter = base if base.isalnum() and not "\u1100" <= base <= "\u11ff" else simplified
    lowered = letter.lower()
    return lowered if len(lowered) == 1 else letter


_CLEANING = _CleaningTable()
_FOLDING = _FoldingTable()


def clean(text: str) -> str:
    """The text in normal width, without what cannot be seen; case and script are kept."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.translate(_CLEANING)


def fold(cleaned: str) -> str:
    """Cleaned text in lower case and simplified characters; of the same length."""
    return cleaned.translate(_FOLDING)


@lru_cache(maxsize=65_536)
def name_key(text: str) -> str:
    """What of a name counts when it is compared: its letters and digits, folded.

    Empty for a text that has none.
    """
    return "".join(filter(str.isalnum, fold(clean(text))))
