"""Whether a few letters read as a real name, a mere surname, or something else."""

from itertools import pairwise

from bot.domain.name_grammar import Card
from bot.domain.surnames import COMPOUND_SURNAMES, PINYIN_SURNAMES, SURNAMES, surname_of
from bot.domain.titles import FAMILIAR_PREFIXES, HONORIFICS

_LONGEST_DOTTED = 20
_SHORTEST_LATIN = 5


def reads_as_name(card: Card, begin: int, end: int) -> bool:
    """Whether ``card.letters[begin:end]`` could stand in an identity card as a name."""
    text = card.letters[begin:end]
    if _han(text):
        if any(begin < dot < end for dot in card.dotted):
            return len(text) <= _LONGEST_DOTTED
        return _reads_as_han_name(text)
    return _reads_as_latin_name(card, begin, end)


def is_surname_only(text: str) -> bool:
    """Whether folded ``text`` is a surname with nothing but courtesy around it (张老师, 老张)."""
    if text.startswith(FAMILIAR_PREFIXES) and text[1:] in SURNAMES:
        return True
    return any(
        text[:length] in surnames and _is_courtesy(text[length:])
        for length, surnames in ((1, SURNAMES), (2, COMPOUND_SURNAMES))
    )


def is_pinyin_name(card: Card, begin: int, end: int) -> bool:
    """Whether the stretch is a Chinese name in Latin letters (Zhang San)."""
    text = card.letters[begin:end]
    if not (text.isascii() and text.isalpha()):
        return False
    stops = sorted(joint for joint in card.joints if begin < joint <= end)
    return len(stops) > 1 and card.letters[begin : stops[0]] in PINYIN_SURNAMES


def written_name(card: Card, begin: int, end: int) -> str:
    """The name as a person would write it: without decoration, with its dots or blanks."""
    inner = sorted(joint for joint in card.joints if begin < joint < end)
    parts = [card.shown[one:other] for one, other in pairwise((begin, *inner, end))]
    if card.dotted.intersection(inner):
        return "·".join(parts)
    return "".join(parts) if _any_han(card.shown[begin:end]) else " ".join(parts)


def _is_courtesy(text: str) -> bool:
    """Whether the text is empty or one or two words of courtesy (主任, 王工 老师)."""
    if not text or text in HONORIFICS:
        return True
    return any(text[:cut] in HONORIFICS and text[cut:] in HONORIFICS for cut in range(1, len(text)))


def _reads_as_han_name(text: str) -> bool:
    surname = surname_of(text)
    if not surname or is_surname_only(text) or len(set(text)) == 1:
        return False
    given = len(text) - len(surname)
    if len(surname) == 1 and given == 3:
        # 王张小明: both parents' surnames. Other four-letter words are sayings and nicknames.
        return text[1] in SURNAMES
    return 1 <= given <= 2


def _reads_as_latin_name(card: Card, begin: int, end: int) -> bool:
    shown = card.shown[begin:end]
    if not shown.isalpha() or len(shown) < _SHORTEST_LATIN or _any_han(shown):
        return False
    starts = [begin, *sorted(joint for joint in card.joints if begin < joint < end)]
    return len(starts) > 1 and all(card.shown[start].isupper() for start in starts)


def _han(text: str) -> bool:
    return bool(text) and all(_is_han(letter) for letter in text)


def _any_han(text: str) -> bool:
    return any(_is_han(letter) for letter in text)


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff" or "\U00020000" <= letter <= "\U000323af"
