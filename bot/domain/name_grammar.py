"""The parts a card is made of: departments, sections, names, and what may stand beside them.

Everything is found in the card's *letters*: its folded letters and digits without separators, with
the joints where separators stood. So 教务处-张三, 【教务处】张三 and 教 务 处　张三 are one card.
"""

import re
from collections.abc import Iterator
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
_YEAR_OR_CLASS = re.compile(r"\d{2,4}(?:级|届|班)")
_PREFIX_LETTERS = re.compile(r"([a-z])\1{0,3}(?![a-z])")
_NAME_DOTS = frozenset("·・•‧∙⋅●.")
_SHORTEST_UNIT = 2
_LONGEST_UNIT = 14
_UNIT_LAST_LETTERS = frozenset(ending[-1] for ending in UNIT_ENDINGS)


def _lengths_by_first_letter(words: frozenset[str]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for word in words:
        lengths.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


_WORD_LENGTHS = _lengths_by_first_letter(HARMLESS_WORDS)


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


@lru_cache(maxsize=8_192)
def read_card(text: str) -> Card:
    """Take a card apart. Any text can be: one without letters gives an empty card."""
    cleaned = clean(text)
    runs = [match.span() for match in _RUN.finditer(cleaned)]
    shown = "".join(cleaned[begin:end] for begin, end in runs)
    letters = fold(shown)
    joints, pieces, position = [0], [], 0
    for begin, end in runs:
        pieces.append(letters[position : position + end - begin])
        position += end - begin
        joints.append(position)
    return Card(
        letters=letters[:LONGEST_CARD],
        shown=shown[:LONGEST_CARD],
        joints=frozenset(joints),
        dotted=frozenset(
            joint
            for joint, ((_, end), (begin, _)) in zip(joints[1:], pairwise(runs), strict=False)
            if cleaned[end:begin].strip() in _NAME_DOTS
        ),
        numbers=_numbers(pieces),
        too_long=len(letters) > LONGEST_CARD,
    )


class Reading:
    """One card read with the departments at hand: what is explained from either end."""

    __slots__ = ("_back", "_departments", "_text", "_unit_ends", "card", "front")

    def __init__(self, card: Card, departments: Departments) -> None:
        self.card = card
        self._text = card.letters
        self._departments = departments
        self._unit_ends = [
            index + 1 for index, letter in enumerate(self._text) if letter in _UNIT_LAST_LETTERS
        ]
        self._back: dict[int, Explanation | None] = {len(self._text): _NOTHING}
        self.front = self._explain_front()
        """Each position up to which all is explained, in the best way there is."""

    def back(self, position: int) -> Explanation | None:
        """What stands from ``position`` to the end, if all of it is explained."""
        if position not in self._back:
            self._back[position] = self._explain_back(position)
        return self._back[position]

    def _explain_front(self) -> dict[int, Explanation]:
        found = {0: _NOTHING}
        for position in range(len(self._text)):
            so_far = found.get(position)
            if so_far is None:
                continue
            for part in (*self._parts_at(position), *self._joining_at(position)):
                now, known = _and_then(so_far, part), found.get(part.end)
                if known is None or _rank(now) < _rank(known):
                    found[part.end] = now
        return found

    def _explain_back(self, position: int) -> Explanation | None:
        for part in self._parts_at(position):
            rest = self.back(part.end)
            if rest is not None:
                return _before(part, rest)
        return None

    def _parts_at(self, position: int) -> Iterator[_Part]:
        text, end = self._text, len(self._text)
        for stop, usual in self._departments.starting_at(text, position, end):
            yield _Part(stop, department=usual)
        for numeral in (_YEAR_OR_CLASS, _NUMBER):
            if (number := numeral.match(text, position)) is not None:
                yield _Part(number.end())
        for length in _WORD_LENGTHS.get(text[position], ()):
            stop = position + length
            if stop <= end and text[position:stop] in HARMLESS_WORDS:
                yield _Part(stop)
        for stop in reversed(self._unit_ends):
            if _SHORTEST_UNIT <= stop - position <= _LONGEST_UNIT and text.endswith(
                UNIT_ENDINGS, position + 1, stop
            ):
                yield _Part(stop, unit=text[position:stop])

    def _joining_at(self, position: int) -> Iterator[_Part]:
        """What joins (教务处的张三) or sorts (A教务处张三): meant so only before a name."""
        if self._text[position] in JOINING_WORDS:
            yield _Part(position + 1)
        for own in self._departments.organisation_keys:
            if self._text.startswith(own, position):
                yield _Part(position + len(own))
        if position == 0 and (sorting := _PREFIX_LETTERS.match(self._text)) is not None:
            yield _Part(sorting.end())


def _rank(explanation: Explanation) -> tuple[int, int]:
    """The lower the better: 教务处考试中心 is a department and its section, not some unit."""
    return len(explanation.units), -len(explanation.departments)


def _and_then(so_far: Explanation, part: _Part) -> Explanation:
    if part.department and part.department not in so_far.departments:
        return Explanation((*so_far.departments, part.department), so_far.units)
    if part.unit:
        return Explanation(so_far.departments, (*so_far.units, part.unit))
    return so_far


def _before(part: _Part, rest: Explanation) -> Explanation:
    if part.department and part.department not in rest.departments:
        return Explanation((part.department, *rest.departments), rest.units)
    if part.unit:
        return Explanation(rest.departments, (part.unit, *rest.units))
    return rest


def _numbers(pieces: list[str]) -> frozenset[str]:
    numbers = {number for piece in pieces for number in _NUMBER.findall(piece)}
    # A staff number written 2019-001 is one number, whatever else looks like two.
    numbers.update(
        first + second
        for first, second in pairwise(pieces)
        if _NUMBER.fullmatch(first) and second.isdigit()
    )
    return frozenset(numbers)
