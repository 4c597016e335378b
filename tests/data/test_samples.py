"""The sample rosters that the manuals import: tidy, and as offices send them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.identifiers import Platform
from bot.domain.policy import InterlockLimits
from bot.domain.roster_plan import Verdict, plan_import
from config.roster_file import read_roster

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"


@pytest.mark.parametrize("name", ["roster-tidy.csv", "roster-messy.csv"])
def test_a_sample_roster_can_be_imported_as_it_is(name: str) -> None:
    reading = read_roster(SAMPLES / name, mapping={})
    plan = plan_import((), reading, InterlockLimits(), datetime.now(UTC))
    assert plan.verdict is Verdict.OK
    assert (plan.total_rows, plan.valid_rows, plan.errors) == (20, 20, ())


def test_both_samples_are_the_same_people() -> None:
    def people(name: str) -> list[tuple[object, ...]]:
        rows = read_roster(SAMPLES / name, mapping={}).rows
        return [
            (one.staff_id, one.name, one.departments, one.active, one.account_on(Platform.QQ))
            for one in rows
        ]

    assert people("roster-tidy.csv") == people("roster-messy.csv")
