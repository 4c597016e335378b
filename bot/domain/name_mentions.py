"""Which people of the roster a card names, and how completely it does so."""

from dataclasses import dataclass
from enum import IntEnum
from itertools import chain

from bot.domain.departments import Departments
from bot.domain.name_folding import name_key
from bot.domain.name_grammar import Card, Explanation, explain
from bot.domain.name_likeness import is_surname_only, reads_as_name
from bot.domain.people import Roster, Staff


class Shape(IntEnum):
    """How a name stands on its card; the higher, the nearer to 部门+姓名."""

    CLUTTERED = 1
    """Something else stands beside it that is neither department nor courtesy."""
    BARE = 2
    """The name without any department."""
    ABBREVIATED = 3
    """The department in a short form nobody registered."""
    FOREIGN = 4
    """A unit that is not a department of the organisation."""
    REVERSED = 5
    """The name first, the department behind it."""
    FULL = 6
    """Department, then name."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name on the card that is on the roster, whoever of that name is meant."""

    begin: int
    end: int
    people: tuple[Staff, ...]
    shape: Shape
    departments: tuple[str, ...]

    @property
    def length(self) -> int:
        """Letters of the name."""
        return self.end - self.begin


def find_mentions(card: Card, roster: Roster, departments: Departments) -> list[Mention]:
    """Every roster name on the card that can be meant as a name there."""
    letters = card.letters
    found = []
    for begin in range(len(letters)):
        for length in roster.name_lengths:
            people = roster.with_name_key(letters[begin : begin + length])
            # A slice at the end of the card may be shorter than asked for.
            if not people or begin + length > len(letters):
                continue
            mention = _mention(card, begin, begin + length, people, departments)
            if mention is not None:
                found.append(mention)
    return found


def in_departments(person: Staff, mentioned: tuple[str, ...], departments: Departments) -> bool:
    """Whether every department on the card is one of this person's."""
    return all(any(departments.covers(one, own) for own in person.departments) for one in mentioned)


def _mention(
    card: Card, begin: int, end: int, people: tuple[Staff, ...], departments: Departments
) -> Mention | None:
    front = explain(card, 0, begin, departments, before_name=True)
    back = explain(card, end, len(card.letters), departments, before_name=False)
    shape = _shape(card, (begin, end), people, (front, back))
    if shape is None:
        return None
    explanations = [one for one in (front, back) if one is not None]
    mentioned = chain.from_iterable(one.departments for one in explanations)
    return Mention(begin, end, people, shape, tuple(dict.fromkeys(mentioned)))


def _shape(
    card: Card,
    span: tuple[int, int],
    people: tuple[Staff, ...],
    explanations: tuple[Explanation | None, Explanation | None],
) -> Shape | None:
    front, back = explanations
    if front is None or back is None:
        if back is not None and _abbreviates(card.letters[: span[0]], people):
            return Shape.ABBREVIATED
        return Shape.CLUTTERED if _stands_apart(card, span, explanations) else None
    if front.departments:
        return Shape.FULL
    if back.departments:
        return Shape.REVERSED
    if not front.units:
        return Shape.BARE
    return Shape.ABBREVIATED if _abbreviates(front.units[0], people) else Shape.FOREIGN


def _stands_apart(
    card: Card, span: tuple[int, int], explanations: tuple[Explanation | None, Explanation | None]
) -> bool:
    begin, end = span
    front, back = explanations
    if front is None and begin not in card.joints:
        return False
    if back is not None or end in card.joints:
        return True
    # 教务处张三小甜甜 names 张三; 教务处张三丰 names somebody else.
    run_end = min((joint for joint in card.joints if joint > end), default=len(card.letters))
    run = card.letters[begin:run_end]
    return (
        bool(front and front.departments)
        and not reads_as_name(card, begin, run_end)
        and not is_surname_only(run)
    )


def _abbreviates(text: str, people: tuple[Staff, ...]) -> bool:
    """Whether the text is letters of a person's department in order: 信工 of 信息工程学院."""
    return len(text) > 1 and any(
        _is_subsequence(text, name_key(own)) for person in people for own in person.departments
    )


def _is_subsequence(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)
