"""The college's work groups and how people write their cards in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from adapters.simulator.chance import dice
from adapters.simulator.college import SCHOOL, College, Department, Staff
from adapters.simulator.names import nickname


class Habit(StrEnum):
    """How a card came about; the truth a test can compare a judgement with."""

    COMPLIANT = "compliant"
    ALIAS = "alias"
    BARE_NAME = "bare_name"
    NICKNAME = "nickname"
    EMPTY = "empty"
    WRONG_DEPARTMENT = "wrong_department"
    OUTSIDER = "outsider"
    ROBOT = "robot"


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's place in a group. ``role`` is ``owner``, ``admin`` or ``member``."""

    account: int
    nickname: str
    card: str
    role: str
    habit: Habit


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A group as it stands before the play begins."""

    group_id: int
    name: str
    seats: tuple[Seat, ...]

    @property
    def owner(self) -> Seat:
        """The one owner."""
        return next(seat for seat in self.seats if seat.role == "owner")


_SEPARATORS = ("-", "", " ", "_", "—")
_WAYWARD = (Habit.BARE_NAME, Habit.NICKNAME, Habit.EMPTY, Habit.WRONG_DEPARTMENT, Habit.ALIAS)


def plan_groups(college: College, *, tidy: float = 0.8) -> tuple[GroupPlan, ...]:
    """A group for each department and two across the college; ``tidy`` is the compliant share."""
    chance = dice(college.seed, "groups")
    plans = [
        _department_group(chance, college, department, tidy) for department in college.departments
    ]
    everyone = college.staff
    plans.append(_group(chance, f"{SCHOOL}教职工群", everyone, college, tidy))
    welcome = chance.sample(everyone[14:], len(everyone) // 4)
    plans.append(_group(chance, "2026年迎新工作群", [everyone[1], *welcome], college, tidy))
    return tuple(plans)


def _department_group(
    chance: Random, college: College, department: Department, tidy: float
) -> GroupPlan:
    people = college.of(department.name)
    return _group(chance, f"{department.name}工作群", people, college, tidy)


def _group(
    chance: Random, name: str, people: Sequence[Staff], college: College, tidy: float
) -> GroupPlan:
    """The first of ``people`` owns the group; the next two who are still employed help him."""
    helpers = {person.qq for person in [p for p in people[1:] if not p.departed][:2]}
    seats = [_seat(chance, person, college, tidy, helpers) for person in people]
    first = seats[0]
    seats[0] = Seat(first.account, first.nickname, first.card, "owner", first.habit)
    if chance.random() < 0.4:
        account = chance.randrange(3_000_000_000, 3_999_999_999)
        handle = nickname(chance)
        seats.append(Seat(account, handle, "", "member", Habit.OUTSIDER))
    seats.append(Seat(2_854_000_000, "群管家", "", "member", Habit.ROBOT))
    return GroupPlan(chance.randrange(100_000_000, 999_999_999), name, tuple(seats))


def _seat(chance: Random, person: Staff, college: College, tidy: float, helpers: set[int]) -> Seat:
    habit = Habit.COMPLIANT if chance.random() < tidy else chance.choice(_WAYWARD)
    card = _card(chance, person, college, habit)
    role = "admin" if person.qq in helpers else "member"
    return Seat(person.qq, person.nickname, card, role, habit)


def _card(chance: Random, person: Staff, college: College, habit: Habit) -> str:
    separator = chance.choice(_SEPARATORS)
    match habit:
        case Habit.EMPTY:
            return ""
        case Habit.NICKNAME:
            return nickname(chance)
        case Habit.BARE_NAME:
            return person.name
        case Habit.WRONG_DEPARTMENT:
            others = [d.name for d in college.departments if d.name not in person.departments]
            return f"{chance.choice(others)}{separator}{person.name}"
        case Habit.ALIAS:
            return f"{_alias(college, person)}{separator}{person.name}"
        case _:
            return f"{person.department}{separator}{person.name}"


def _alias(college: College, person: Staff) -> str:
    known = next(d for d in college.departments if d.name == person.department)
    return known.aliases[0] if known.aliases else known.name
