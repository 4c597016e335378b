"""The commonest candidate: the word as it was listed, judged without a way back to the original."""

from operator import attrgetter
from typing import Final, NamedTuple

from bot.domain.spellings import Technique
from plugins.content.matching.fold import fold
from plugins.content.matching.likelihood import Surroundings
from plugins.content.matching.patterns import Target
from plugins.content.matching.spelling import is_latin

SHORT: Final = 3
"""Longer words are unlikely to come about across two ordinary words."""
_SLACK: Final = 1.0
"""So much likelier, in natural logarithms, must the listed word be than its neighbours."""
_EXACT: Final = frozenset({Technique.EXACT})
_rank = attrgetter("rank")


class Verdict(NamedTuple):
    """What became of a candidate ``original[start:end]``.

    ``refusal`` is a Chinese reason, or None for a hit through ``techniques``.
    """

    target: Target
    start: int
    end: int
    techniques: frozenset[Technique] = frozenset()
    refusal: str | None = None

    @property
    def technique(self) -> Technique:
        """The least plain one."""
        return max(self.techniques, key=_rank)


def verify_exact(
    original: str, folded: str, start: int, end: int, target: Target
) -> Verdict | None:
    """Judge the word as it was listed, without a view: by far the commonest candidate.

    None if something else stands at ``folded[start:end]``.
    """
    word = target.listed.word
    low = original.find(word, start)
    if low < 0 or (low and len(fold(original[:low])) != start):
        return None
    high = low + len(word)
    refusal = (
        excuse(folded, start, end, target.excuses)
        or edges(original, low, high)
        or straddled(original, low, high, word)
    )
    return Verdict(target, low, high, _EXACT, refusal)


def excuse(folded: str, start: int, end: int, excuses: tuple[str, ...]) -> str | None:
    """Why ``folded[start:end]`` is excused by what encloses it."""
    for excuse in excuses:
        at = folded.find(excuse, max(0, end - len(excuse)))
        if excuse and 0 <= at <= start:
            return f"包含在例外词“{excuse}”内"
    return None


def edges(original: str, low: int, high: int) -> str | None:
    """Latin words and numbers are whole tokens; judged on the original, ideographs never count."""
    if low and is_latin(original[low]) and is_latin(original[low - 1]):
        return "是更长的字母或数字串的一部分"
    if high == len(original) or not (is_latin(original[high - 1]) and is_latin(original[high])):
        return None
    if original[high - 1].isalpha() and original[high].isdigit():
        return None
    return "是更长的字母或数字串的一部分"


def straddled(original: str, low: int, high: int, word: str) -> str | None:
    """分发|票据 does not hold 发票: a neighbour rather takes one of its characters."""
    return "跨在两个词之间" if Surroundings(original, low, high).is_torn(word, _SLACK) else None
