"""How one character of a listed word is spelled in a text."""

from functools import cache

from bot.domain.spellings import Technique
from plugins.content.matching.characters import NUMERALS, SHAPES, TRADITIONAL
from plugins.content.matching.fold import fold, plain_form


@cache
def spelling_of(listed: str, written: str) -> Technique:
    """The plainest technique that makes ``written`` of ``listed``; both fold to the same."""
    if listed == written:
        return Technique.EXACT
    if plain_form(listed) == plain_form(written):
        return Technique.WIDTH
    if _simple(listed) == _simple(written):
        return Technique.TRADITIONAL
    if is_numeral(listed) and is_numeral(written):
        return Technique.NUMERAL
    return Technique.LOOK_ALIKE


def is_numeral(character: str) -> bool:
    """Whether it stands for a digit in any script."""
    return fold(character).isdigit() or character in NUMERALS


@cache
def is_latin(character: str) -> bool:
    """Whether a reader takes it for a Latin letter or a Western digit."""
    if "\u2e80" <= character <= "\u9fff":
        return False
    folded = fold(character)
    return bool(folded) and folded.isascii()


@cache
def is_shape(listed: str, written: str) -> bool:
    """Whether two ideographs merely look alike, so that the other may be meant."""
    one, other = _simple(listed), _simple(written)
    return one != other and (one in SHAPES or other in SHAPES)


def _simple(character: str) -> str:
    plain = plain_form(character)
    return TRADITIONAL.get(plain, plain)
