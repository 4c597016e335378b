import pytest

from adapters.simulator.college import build_college
from adapters.simulator.groups import Habit, plan_groups


def test_the_same_seed_builds_the_same_college_and_another_seed_another():
    assert build_college(7) == build_college(7)
    assert plan_groups(build_college(7)) == plan_groups(build_college(7))
    assert build_college(7) != build_college(8)


@pytest.mark.parametrize("seed", range(20))
def test_a_college_has_the_hard_cases_of_a_real_one(seed):
    college = build_college(seed)
    names = [person.name for person in college.staff]
    assert any(name.startswith("欧阳") for name in names)
    assert any("·" in name for name in names)
    assert any(len(person.departments) == 2 for person in college.staff)
    assert any(person.departed for person in college.staff)
    assert len(college.namesakes()) == 3


@pytest.mark.parametrize("seed", range(20))
def test_namesakes_never_share_a_department(seed):
    for one, other in build_college(seed).namesakes().values():
        assert not set(one.departments) & set(other.departments)


@pytest.mark.parametrize("size", [60, 240])
def test_numbers_are_unique_at_any_size(size):
    college = build_college(3, size)
    assert len(college.staff) == size
    assert len({person.staff_id for person in college.staff}) == size
    assert len({person.qq for person in college.staff}) == size


def test_a_college_too_small_for_its_departments_is_refused():
    with pytest.raises(ValueError, match="至少要有"):
        build_college(1, 10)


@pytest.mark.parametrize("seed", range(10))
def test_every_group_has_one_owner_who_is_still_employed(seed):
    college = build_college(seed)
    for plan in plan_groups(college):
        owners = [seat for seat in plan.seats if seat.role == "owner"]
        assert len(owners) == 1
        owner = college.by_account(owners[0].account)
        assert owner is not None
        assert not owner.departed
        accounts = [seat.account for seat in plan.seats]
        assert len(accounts) == len(set(accounts))


def test_a_card_is_written_as_its_habit_says():
    college = build_college(5, 240)
    for plan in plan_groups(college, tidy=0.5):
        for seat in plan.seats:
            person = college.by_account(seat.account)
            match seat.habit:
                case Habit.COMPLIANT:
                    assert person is not None
                    assert seat.card.startswith(person.department)
                    assert seat.card.endswith(person.name)
                case Habit.BARE_NAME:
                    assert person is not None
                    assert seat.card == person.name
                case Habit.WRONG_DEPARTMENT:
                    assert person is not None
                    assert not any(seat.card.startswith(d) for d in person.departments)
                case Habit.EMPTY:
                    assert seat.card == ""
                case Habit.OUTSIDER | Habit.ROBOT:
                    assert person is None


def test_a_perfectly_tidy_college_has_only_compliant_staff():
    college = build_college(5)
    seats = [seat for plan in plan_groups(college, tidy=1.0) for seat in plan.seats]
    habits = {seat.habit for seat in seats}
    assert habits <= {Habit.COMPLIANT, Habit.OUTSIDER, Habit.ROBOT}
