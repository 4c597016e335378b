"""Who plays: a made-up college, three of its groups, and everybody's part. One seed, one cast."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from random import Random

from adapters.simulator.chance import dice
from adapters.simulator.college import College, Staff, build_college
from adapters.simulator.groups import GroupPlan, Habit, Seat, plan_groups

_PEOPLE = 84
_IN_THE_BURST = 6
_COLLEGE_OFFICE, _SUPERVISION = "党政办公室", "纪委办公室"
_SCHOOL = "信息工程学院"
_OUTSIDERS = range(3_000_000_000, 3_999_999_999)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody with a part. Groups: ``hall`` is for all staff, ``school`` for one department."""

    college: College
    hall: GroupPlan
    school: GroupPlan
    welcome: GroupPlan
    supervisor: Staff
    administrator: Staff
    misnamed: tuple[Staff, ...]
    """Three whose cards in ``hall`` are wrong, each in another way."""
    evader: Staff
    quoter: Staff
    newcomer: Staff
    """On the roster, asks to enter ``school``."""
    stranger: int
    leaver: Staff
    repeated: Staff
    defiant: Staff
    """Posts while the bot is frozen."""
    burst: tuple[tuple[GroupPlan, Staff], ...]
    """Those who post listed words around the crash."""

    @property
    def groups(self) -> tuple[GroupPlan, ...]:
        """The groups as they stand before the day."""
        return (self.hall, self.school, self.welcome)

    def after_departure(self) -> College:
        """The college once the leaver has left: his row says so."""
        return _with_staff(
            self.college,
            (
                replace(one, departed=True) if one.qq == self.leaver.qq else one
                for one in self.college.staff
            ),
        )

    def half(self) -> College:
        """What an export that broke off in the middle holds."""
        staff = self.after_departure().staff
        return _with_staff(self.college, staff[: len(staff) // 2])


def draw_cast(seed: int) -> Cast:
    """Give out the parts."""
    college = _nobody_left(build_college(seed, size=_PEOPLE))
    plans = {plan.name: plan for plan in map(_without_outsiders, plan_groups(college, tidy=1.0))}
    hall, welcome = tuple(plans.values())[-2:]
    school = plans[f"{_SCHOOL}工作群"]
    supervisor, administrator = _head(college, _SUPERVISION), _head(college, _COLLEGE_OFFICE)
    chance = dice(seed, "day")
    own = [one for one in _plain(college, school, unique=True) if one.department == _SCHOOL]
    newcomer = chance.choice(own)
    protected = {supervisor.qq, administrator.qq}
    kept = {newcomer.qq, *protected}
    kept |= {seat.account for plan in (school, welcome) for seat in plan.seats}
    leads = [one for one in _plain(college, hall, unique=True) if one.qq not in kept]
    chance.shuffle(leads)
    misnamed, (evader, quoter, leaver, repeated, defiant, *others) = leads[:3], leads[3:]
    hall = _with_cards(hall, _wrong_cards(chance, college, misnamed))
    school = _without(school, newcomer.qq)
    return Cast(
        college=college,
        hall=hall,
        school=school,
        welcome=welcome,
        supervisor=supervisor,
        administrator=administrator,
        misnamed=tuple(misnamed),
        evader=evader,
        quoter=quoter,
        newcomer=newcomer,
        stranger=chance.choice(_OUTSIDERS),
        leaver=leaver,
        repeated=repeated,
        defiant=defiant,
        burst=_burst(college, (hall, others), school, welcome, kept={*protected, newcomer.qq}),
    )


def _burst(
    college: College,
    first: tuple[GroupPlan, list[Staff]],
    school: GroupPlan,
    welcome: GroupPlan,
    kept: set[int],
) -> tuple[tuple[GroupPlan, Staff], ...]:
    """Six people in three groups. Nobody twice: a second word would mute him."""
    hall, others = first
    in_school = _others(college, school, kept)[:1]
    in_welcome = _others(college, welcome, kept | {one.qq for one in in_school})[-2:]
    in_hall = others[: _IN_THE_BURST - len(in_school) - len(in_welcome)]
    return tuple(
        (plan, one)
        for plan, people in ((hall, in_hall), (school, in_school), (welcome, in_welcome))
        for one in people
    )


def _nobody_left(college: College) -> College:
    return _with_staff(college, (replace(one, departed=False) for one in college.staff))


def _with_staff(college: College, staff: Iterable[Staff]) -> College:
    return replace(college, staff=tuple(staff))


def _head(college: College, department: str) -> Staff:
    return college.of(department)[0]


def _plain(college: College, plan: GroupPlan, *, unique: bool) -> list[Staff]:
    """Ordinary members; ``unique`` leaves out namesakes, with whom a name alone proves nothing."""
    namesakes = college.namesakes() if unique else {}
    people = (college.by_account(seat.account) for seat in plan.seats if seat.role == "member")
    return [one for one in people if one is not None and one.name not in namesakes]


def _others(college: College, plan: GroupPlan, kept: set[int]) -> list[Staff]:
    return [one for one in _plain(college, plan, unique=True) if one.qq not in kept]


def _change(plan: GroupPlan, change: Callable[[Seat], Seat | None]) -> GroupPlan:
    seats = (change(seat) for seat in plan.seats)
    return replace(plan, seats=tuple(seat for seat in seats if seat is not None))


def _without_outsiders(plan: GroupPlan) -> GroupPlan:
    return _change(plan, lambda seat: None if seat.habit is Habit.OUTSIDER else seat)


def _without(plan: GroupPlan, account: int) -> GroupPlan:
    return _change(plan, lambda seat: None if seat.account == account else seat)


def _with_cards(plan: GroupPlan, cards: dict[int, str]) -> GroupPlan:
    return _change(plan, lambda seat: replace(seat, card=cards.get(seat.account, seat.card)))


def _wrong_cards(chance: Random, college: College, people: list[Staff]) -> dict[int, str]:
    """A nickname, the wrong department, the name alone."""
    nicknamed, misplaced, bare = people
    elsewhere = [one.name for one in college.departments if one.name not in misplaced.departments]
    return {
        nicknamed.qq: nicknamed.nickname,
        misplaced.qq: f"{chance.choice(elsewhere)}-{misplaced.name}",
        bare.qq: bare.name,
    }
