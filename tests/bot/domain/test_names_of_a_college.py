"""A whole made-up college: its roster file is read, and every card in its groups judged."""

from pathlib import Path

import pytest

from adapters.simulator.college import College, build_college
from adapters.simulator.groups import Habit, Seat, plan_groups
from adapters.simulator.roster import TIDY, UNTIDY, RosterStyle, write_xlsx
from bot.domain.departments import Departments
from bot.domain.identifiers import AccountKey, Platform
from bot.domain.names import judge_card
from bot.domain.people import Roster, Standing
from config.roster_file import read_roster

EXPECTED = {
    Habit.COMPLIANT: {Standing.COMPLIANT},
    Habit.ALIAS: {Standing.COMPLIANT},
    Habit.BARE_NAME: {Standing.MISNAMED},
    Habit.NICKNAME: {Standing.MISNAMED},
    Habit.EMPTY: {Standing.MISNAMED},
    Habit.WRONG_DEPARTMENT: {Standing.WRONG_DEPARTMENT},
    Habit.OUTSIDER: {Standing.MISNAMED},
    Habit.ROBOT: {Standing.MISNAMED},
}


def _departed(college: College, seat: Seat) -> bool:
    person = college.by_account(seat.account)
    return person is not None and person.departed


@pytest.mark.parametrize("style", [TIDY, UNTIDY], ids=["tidy", "untidy"])
@pytest.mark.parametrize("seed", range(4))
def test_every_member_is_judged_by_the_truth(seed: int, style: RosterStyle, tmp_path: Path) -> None:
    college = build_college(seed)
    write_xlsx(college, tmp_path / "花名册.xlsx", style)
    reading = read_roster(tmp_path / "花名册.xlsx", mapping={})
    assert (reading.errors, reading.total_rows) == ((), len(college.staff))
    roster = Roster(reading.rows)
    aliases = {one.name: one.aliases for one in college.departments}
    departments = Departments(roster.department_names, aliases)

    for group in plan_groups(college):
        for seat in group.seats:
            account = AccountKey(Platform.QQ, str(seat.account))
            judged = judge_card(seat.card, account, roster, departments)
            gone = _departed(college, seat)
            assert judged.standing in ({Standing.DEPARTED} if gone else EXPECTED[seat.habit]), seat
