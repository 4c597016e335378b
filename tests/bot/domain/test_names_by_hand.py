"""Cards as people write them, with what each must be judged to be."""

import pytest

from bot.domain.names import judge_card
from bot.domain.people import Standing
from tests.bot.domain.college import ExpectedCard, the_cards, the_departments, the_roster


@pytest.mark.parametrize("expected", the_cards(), ids=lambda one: one.note)
def test_the_card_is_judged_as_a_person_would(expected: ExpectedCard) -> None:
    judged = judge_card(expected.card, None, the_roster(), the_departments())

    assert (judged.standing, judged.department, judged.name) == (
        Standing(expected.standing),
        expected.department,
        expected.name,
    )


@pytest.mark.parametrize("expected", the_cards(), ids=lambda one: one.note)
def test_whoever_sets_the_suggested_card_is_left_in_peace(expected: ExpectedCard) -> None:
    suggestion = judge_card(expected.card, None, the_roster(), the_departments()).suggestion
    if suggestion is not None:
        again = judge_card(suggestion, None, the_roster(), the_departments())
        assert again.standing is Standing.COMPLIANT


def test_the_table_is_large_and_holds_many_wrong_cards() -> None:
    wrong = [one for one in the_cards() if one.standing != "compliant"]

    assert len({one.card for one in the_cards()}) == len(the_cards()) >= 320
    assert len(wrong) >= 110
