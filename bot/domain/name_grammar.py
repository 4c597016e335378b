"""The parts a card is made of: departments, sections, names, and what may stand beside them.

Everything is found in the card's *letters*: its folded letters and digits without separators, with
the joints where separators stood. So 教务处-张三, 【教务处】张三 and 教 务 处　张三 are one card.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.domain.departments import Departments
from bot.domain.name_folding import clean, fold
from bot.domain.titles import HARMLESS_WORDS, JOINING_WORDS, UNIT_ENDINGS

LONGEST_CARD = 100
"""Letters that are looked at; QQ itself allows 60 bytes."""

_RUN = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[a-z]{0,4}\d+")
_PREFIX_LETTERS = re.compile(r"([a-z])\1{0,3}(?![a-z])")
_NAME_DOTS = frozenset("·・•‧∙⋅●.")
_LONGEST_UNIT = 14
_WORD_LENGTHS = tuple(sorted({len(word) for word in HARMLESS_WORDS}, reverse=True))


@dataclass(frozen=True, slots=True)
class Card:
    """A card taken apart.

    ``letters`` are folded and ``shown`` is the same text unfolded, of equal length; ``joints`` are
    the positions in them at which a run of letters begins or ends; ``dotted`` those joints at which
    nothing but a dot between two parts of a name stands.
    """

    letters: str
    shown: str
    joints: frozenset[int]
    dotted: frozenset[int]
    numbers: frozenset[str]
    too_long: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a stretch of a card consists of, when every letter of it has an innocent meaning.

    ``departments`` by usual name; ``units`` are sections and units nobody registered.
    """

    departments: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    end: int
    department: str = ""
    unit: str = ""


_NOTHING = Explanation()


@lru_cache(maxsize=16_384)
def read_card(text: str) -> Card:
    """Take a card apart. Any text can be: one without letters gives an empty card."""
    cleaned = clean(text)
    runs = [(match.start(), match.end()) for match in _RUN.finditer(cleaned)]
    shown = "".join(cleaned[begin:end] for begin, end in runs)
    letters = fold(shown)
    joints, dotted, pieces, position = {0}, set(), [], 0
    for index, (begin, end) in enumerate(runs):
        pieces.append(letters[position : position + end - begin])
        position += end - begin
        joints.add(position)
        if index + 1 < len(runs):
            gap = cleaned[end : runs[index + 1][0]].strip()
            if len(gap) == 1 and gap in _NAME_DOTS:
                dotted.add(position)
    return Card(
        letters=letters[:LONGEST_CARD],
        shown=shown[:LONGEST_CARD],
        joints=frozenset(joints),
        dotted=frozenset(dotted),
        numbers=_numbers(pieces),
        too_long=len(letters) > LONGEST_CARD,
    )


def explain(
    card: Card, begin: int, end: int, departments: Departments, *, before_name: bool
) -> Explanation | None:
    """What ``card.letters[begin:end]`` consists of; None when something in it has no place here.

    Only before a name may letters that join (教务处的张三) or sort (A教务处张三) stand.
    """
    if begin == end:
        return _NOTHING
    dead: set[int] = set()

    def walk(position: int) -> tuple[_Part, ...] | None:
        if position == end:
            return ()
        if position in dead:
            return None
        for part in _parts_at(card, position, end, departments, before_name=before_name):
            rest = walk(part.end)
            if rest is not None:
                return (part, *rest)
        dead.add(position)
        return None

    parts = walk(begin)
    if parts is None:
        return None
    return Explanation(
        departments=tuple(dict.fromkeys(part.department for part in parts if part.department)),
        units=tuple(part.unit for part in parts if part.unit),
    )


def reachable(card: Card, departments: Departments, *, units: bool) -> dict[int, Explanation]:
    """Every position up to which the card is explained from its start, and by what.

    With ``units`` false, sections and unregistered units do not count as explained.
    """
    found = {0: _NOTHING}
    waiting = [0]
    while waiting:
        position = waiting.pop()
        so_far = found[position]
        for part in _parts_at(card, position, len(card.letters), departments, before_name=True):
            if part.end in found or (part.unit and not units):
                continue
            found[part.end] = Explanation(
                so_far.departments + ((part.department,) if part.department else ()),
                so_far.units + ((part.unit,) if part.unit else ()),
            )
            waiting.append(part.end)
    return found


def _parts_at(
    card: Card, position: int, end: int, departments: Departments, *, before_name: bool
) -> list[_Part]:
    if position == end:
        return []
    text = card.letters
    parts = [
        _Part(stop, department=usual)
        for stop, usual in departments.starting_at(text, position, end)
    ]
    if (number := _NUMBER.match(text, position, end)) is not None:
        parts.append(_Part(number.end()))
    parts += [
        _Part(position + length)
        for length in _WORD_LENGTHS
        if position + length <= end and text[position : position + length] in HARMLESS_WORDS
    ]
    if before_name:
        parts += _joining_at(card, position, end, departments)
    parts += [
        _Part(stop, unit=text[position:stop])
        for stop in range(min(end, position + _LONGEST_UNIT), position + 1, -1)
        if text.endswith(UNIT_ENDINGS, position + 1, stop)
    ]
    return parts


def _joining_at(card: Card, position: int, end: int, departments: Departments) -> list[_Part]:
    text = card.letters
    parts = [_Part(position + 1)] if text[position] in JOINING_WORDS else []
    parts += [
        _Part(position + len(own))
        for own in departments.organisation_keys
        if position + len(own) <= end and text.startswith(own, position)
    ]
    if position == 0 and (sorting := _PREFIX_LETTERS.match(text, 0, end)) is not None:
        parts.append(_Part(sorting.end()))
    return parts


def _numbers(pieces: list[str]) -> frozenset[str]:
    numbers = {number for piece in pieces for number in _NUMBER.findall(piece)}
    # A staff number written 2019-001 is one number, whatever else looks like two.
    numbers.update(
        first + second
        for first, second in pairwise(pieces)
        if _NUMBER.fullmatch(first) and second.isdigit()
    )
    return frozenset(numbers)
