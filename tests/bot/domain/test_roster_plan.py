from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import HeldError
from bot.domain.identifiers import AccountKey, Platform
from bot.domain.people import Staff, StaffStatus
from bot.domain.policy import InterlockLimits
from bot.domain.roster_plan import RosterEntry, RosterPlan, Verdict, next_roster, plan_import
from bot.domain.roster_reading import RosterField, RosterReading, RowProblem

LIMITS = InterlockLimits()
NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=24)
ALL_COLUMNS = frozenset(RosterField)


def staff(count: int, department: str = "") -> list[Staff]:
    return [
        Staff(str(10_000 + one), f"张{one}", (department or f"第{one % 10}处",))
        for one in range(count)
    ]


def left(person: Staff) -> Staff:
    return replace(person, status=StaffStatus.DEPARTED)


def entries(people: Iterable[Staff]) -> list[RosterEntry]:
    return [RosterEntry(one) for one in people]


def reading(people: Iterable[Staff], **changes: object) -> RosterReading:
    rows = tuple(people)
    plain = RosterReading(
        rows=rows,
        total_rows=len(rows),
        errors=(),
        mentioned=frozenset(one.staff_id for one in rows),
        duplicate_ids=(),
        declared_counts=(),
        columns=ALL_COLUMNS,
        missing_columns=(),
        header_row=1,
        source_name="花名册.xlsx",
        sha256="0" * 64,
        notes=(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields vary by test


def plan(current: Iterable[RosterEntry], read: RosterReading, now: datetime = NOW) -> RosterPlan:
    return plan_import(current, read, LIMITS, now)


def test_the_first_import_is_applied_whatever_its_size() -> None:
    people = staff(300)

    made = plan([], reading(people))

    assert (made.verdict, made.added) == (Verdict.OK, tuple(people))
    assert next_roster([], made, NOW) == tuple(entries(people))


def test_the_same_file_again_changes_nothing() -> None:
    current = entries(staff(40))

    made = plan(current, reading(staff(40)))

    assert made.verdict is Verdict.OK
    assert (made.added, made.changed, made.departed, made.missing) == ((), (), (), ())
    assert next_roster(current, made, NOW) == tuple(current)


def test_a_file_with_nobody_on_it_is_rejected() -> None:
    assert plan(entries(staff(40)), reading([])).verdict is Verdict.REJECTED
    assert plan([], reading([])).verdict is Verdict.REJECTED


def test_a_file_without_a_key_column_is_rejected_and_says_how_to_mend() -> None:
    made = plan([], reading([], missing_columns=(RosterField.STAFF_ID,), header_row=3))

    assert made.verdict is Verdict.REJECTED
    assert "第 3 行" in made.reasons[0]
    assert "--map 工号=" in made.reasons[0]


@pytest.mark.parametrize(("broken", "verdict"), [(5, Verdict.OK), (6, Verdict.REJECTED)])
def test_below_ninety_five_percent_of_usable_rows_a_file_is_rejected(
    broken: int, verdict: Verdict
) -> None:
    people = staff(100)
    problems = tuple(RowProblem(row, "姓名", "姓名为空") for row in range(broken))
    read = reading(
        people[broken:],
        total_rows=100,
        errors=problems,
        mentioned=frozenset(one.staff_id for one in people),
    )

    assert plan([], read).verdict is verdict


def test_duplicate_staff_numbers_are_rejected() -> None:
    made = plan([], reading(staff(40), duplicate_ids=("10001",)))

    assert made.verdict is Verdict.REJECTED
    assert "10001" in made.reasons[0]


def test_a_declared_count_that_differs_is_rejected() -> None:
    assert plan([], reading(staff(40), declared_counts=(80,))).verdict is Verdict.REJECTED
    assert plan([], reading(staff(40), declared_counts=(40,))).verdict is Verdict.OK


def test_a_declared_count_may_be_that_of_the_serving() -> None:
    people = [*staff(38), *(left(one) for one in staff(40)[38:])]

    assert plan([], reading(people, declared_counts=(38,))).verdict is Verdict.OK


def test_a_half_empty_file_is_held_and_changes_nothing() -> None:
    current = entries(staff(40))

    made = plan(current, reading(staff(20)))

    assert made.verdict is Verdict.HELD
    with pytest.raises(HeldError, match="20 人"):
        next_roster(current, made, NOW)


@pytest.mark.parametrize(("gone", "verdict"), [(5, Verdict.OK), (6, Verdict.HELD)])
def test_more_than_five_percent_gone_is_held(gone: int, verdict: Verdict) -> None:
    people = staff(100)

    assert plan(entries(people), reading(people[gone:])).verdict is verdict


@pytest.mark.parametrize(("gone", "verdict"), [(50, Verdict.OK), (51, Verdict.HELD)])
def test_more_than_fifty_gone_is_held_however_large_the_organisation(
    gone: int, verdict: Verdict
) -> None:
    people = staff(2000)

    assert plan(entries(people), reading(people[gone:])).verdict is verdict


def test_a_mass_of_explicit_leavers_is_held_too() -> None:
    people = staff(100)
    read = reading([*map(left, people[:10]), *people[10:]])

    assert plan(entries(people), read).verdict is Verdict.HELD


def test_one_leaver_is_never_a_mass() -> None:
    people = staff(5, "教务处")

    made = plan(entries(people), reading([left(people[0]), *people[1:]]))

    assert made.verdict is Verdict.OK
    assert made.departed == (left(people[0]),)


def test_a_department_that_loses_more_than_a_fifth_is_held() -> None:
    small = staff(110, "大处")[:10]
    people = [*(replace(one, departments=("小处",)) for one in small), *staff(110, "大处")[10:]]

    two_gone = plan(entries(people), reading(people[2:]))
    three_gone = plan(entries(people), reading(people[3:]))

    assert two_gone.verdict is Verdict.OK
    assert three_gone.verdict is Verdict.HELD
    assert "小处原有 10 人，将减少 3 人" in three_gone.reasons


def test_moving_a_whole_department_is_held() -> None:
    people = staff(100)
    moved = [
        replace(one, departments=("新处",)) if one.departments == ("第1处",) else one
        for one in people
    ]

    assert plan(entries(people), reading(moved)).verdict is Verdict.HELD


def test_more_than_a_tenth_of_names_changed_is_held() -> None:
    people = staff(100)
    shifted = [replace(one, name=f"李{one.name}") for one in people[:11]]

    assert plan(entries(people), reading([*shifted, *people[11:]])).verdict is Verdict.HELD
    assert plan(entries(people), reading([*shifted[1:], people[0], *people[11:]])).verdict is (
        Verdict.OK
    )


def test_absence_becomes_departure_only_at_the_second_import_a_day_later() -> None:
    people = staff(40)
    current = tuple(entries(people))
    gone = people[0]

    first = plan(current, reading(people[1:]), NOW)
    assert (first.missing, first.departed) == ((gone,), ())
    current = next_roster(current, first, NOW)
    assert current[0] == RosterEntry(gone, absent_since=NOW)

    too_soon = plan(current, reading(people[1:]), LATER - timedelta(seconds=1))
    assert (too_soon.missing, too_soon.departed) == ((gone,), ())
    current = next_roster(current, too_soon, LATER - timedelta(seconds=1))
    assert current[0].absent_since == NOW

    second = plan(current, reading(people[1:]), LATER)
    assert (second.missing, second.departed) == ((), (gone,))
    current = next_roster(current, second, LATER)
    assert not current[0].staff.active


def test_who_is_back_on_the_next_file_was_never_gone() -> None:
    people = staff(40)
    current = next_roster(entries(people), plan(entries(people), reading(people[1:])), NOW)

    made = plan(current, reading(people), LATER)

    assert made.returned == (people[0],)
    assert next_roster(current, made, LATER) == tuple(entries(people))


def test_a_person_on_a_broken_row_is_not_absent() -> None:
    people = staff(40)
    read = reading(
        people[1:],
        total_rows=40,
        errors=(RowProblem(2, "姓名", "姓名为空"),),
        mentioned=frozenset(one.staff_id for one in people),
    )

    made = plan(entries(people), read)

    assert (made.verdict, made.missing) == (Verdict.OK, ())


def test_who_left_before_is_neither_missing_nor_brought_back_by_absence() -> None:
    people = staff(40)
    current = (RosterEntry(left(people[0])), *entries(people[1:]))

    made = plan(current, reading(people[1:]))

    assert (made.missing, made.departed) == ((), ())
    assert next_roster(current, made, NOW) == current


def test_who_comes_back_serves_again() -> None:
    people = staff(40)
    current = (RosterEntry(left(people[0]), absent_since=NOW), *entries(people[1:]))

    made = plan(current, reading(people), LATER)

    assert [one.after for one in made.changed] == [people[0]]
    assert next_roster(current, made, LATER)[0] == RosterEntry(people[0])


def test_a_file_without_an_account_column_leaves_the_accounts_alone() -> None:
    account = AccountKey(Platform.QQ, "123456")
    known = [replace(one, accounts=(account,)) for one in staff(1)]
    without = frozenset((RosterField.STAFF_ID, RosterField.NAME, RosterField.DEPARTMENT))

    assert plan(entries(known), reading(staff(1), columns=without)).changed == ()
    assert len(plan(entries(known), reading(staff(1))).changed) == 1


people_lists = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from("甲乙"), st.sampled_from(StaffStatus)),
    max_size=60,
    unique_by=lambda one: one[0],
).map(lambda rows: [Staff(str(number), name, ("处",), status) for number, name, status in rows])


@given(people_lists, people_lists, people_lists)
def test_nobody_is_ever_dropped_and_never_too_many_leave_at_once(
    first: list[Staff], second: list[Staff], third: list[Staff]
) -> None:
    current: tuple[RosterEntry, ...] = ()
    for hours, people in enumerate((first, second, third)):
        made = plan(current, reading(people), NOW + timedelta(days=hours))
        if made.verdict is not Verdict.OK:
            continue
        serving = {one.staff.staff_id for one in current if one.staff.active}
        following = next_roster(current, made, NOW + timedelta(days=hours))
        still = {one.staff.staff_id for one in following if one.staff.active}
        assert {one.staff.staff_id for one in current} <= {one.staff.staff_id for one in following}
        assert len(serving - still) <= max(1, len(serving) * 0.05)
        assert serving - still == {one.staff_id for one in made.departed}
        current = following
