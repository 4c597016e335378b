"""Which people of the roster a card names, and how completely it does so."""

from dataclasses import dataclass
from enum import IntEnum
from itertools import chain

from bot.domain.departments import Departments
from bot.domain.name_folding import name_key
from bot.domain.name_grammar import Explanation, Reading
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


def find_mentions(reading: Reading, roster: Roster) -> list[Mention]:
    """Every roster name on the card that can be meant as a name there."""
    letters = reading.card.letters
    found = []
    for begin in range(len(letters)):
        for length in roster.name_lengths:
            people = roster.with_name_key(letters[begin : begin + length])
            # A slice at the end of the card may be shorter than asked for.
            if not people or begin + length > len(letters):
                continue
            mention = _mention(reading, begin, begin + length, people)
            if mention is not None:
                found.append(mention)
    return found


def in_departments(person: Staff, mentioned: tuple[str, ...], departments: Departments) -> bool:
    """Whether every department on the card is one of this person's."""
    return all(any(departments.covers(one, own) for own in person.departments) for one in mentioned)


def _mention(reading: Reading, begin: int, end: int, people: tuple[Staff, ...]) -> Mention | None:
    front, back = reading.front.get(begin), reading.back(end)
    if front is not None and back is not None:
        shape = _complete_shape(front, back, people)
    elif back is not None and _abbreviates(reading.card.letters[:begin], people):
        shape = Shape.ABBREVIATED
    elif _stands_apart(reading, begin, end):
        shape = Shape.CLUTTERED
    else:
        return None
    explanations = [one for one in (front, back) if one is not None]
    mentioned = chain.from_iterable(one.departments for one in explanations)
    return Mention(begin, end, people, shape, tuple(dict.fromkeys(mentioned)))


def _complete_shape(front: Explanation, back: Explanation, people: tuple[Staff, ...]) -> Shape:
    if front.departments:
        return Shape.FULL
    if back.departments:
        return Shape.REVERSED
    if not front.units:
        return Shape.BARE
    return Shape.ABBREVIATED if _abbreviates(front.units[0], people) else Shape.FOREIGN


def _stands_apart(reading: Reading, begin: int, end: int) -> bool:
    card, front = reading.card, reading.front.get(begin)
    if front is None and begin not in card.joints:
        return False
    if end in card.joints or reading.back(end) is not None:
        return True
    # 教务处张三小甜甜 names 张三; 教务处张三丰 names somebody else.
    run_end = min(joint for joint in card.joints if joint > end)
    return (
        front is not None
        and bool(front.departments)
        and not reads_as_name(card, begin, run_end)
        and not is_surname_only(card.letters[begin:run_end])
    )


def _abbreviates(text: str, people: tuple[Staff, ...]) -> bool:
    """Whether the text is letters of a person's department in order: 信工 of 信息工程学院."""
    return len(text) > 1 and any(
        _is_subsequence(text, name_key(own)) for person in people for own in person.departments
    )


def _is_subsequence(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)
