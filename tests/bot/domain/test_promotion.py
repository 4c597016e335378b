"""What a rule must have shown before it may act."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.promotion import (
    Lack,
    PromotionBounds,
    Shadow,
    reviews_needed,
    shortfalls,
    wilson_upper,
)

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BOUNDS = PromotionBounds(
    min_days=timedelta(days=7),
    min_hits=20,
    rare_after=timedelta(days=30),
    reviewed_share=0.5,
    review_at_most=40,
    max_false_share=0.15,
)


def lacks(days: float | None, hits: int = 0, reviewed: int = 0, false_hits: int = 0) -> set[Lack]:
    since = None if days is None else NOW - timedelta(days=days)
    shadow = Shadow(since=since, hits=hits, reviewed=reviewed, false_hits=false_hits)
    return {one.lack for one in shortfalls(BOUNDS, shadow, NOW)}


def test_a_rule_that_was_never_watched_lacks_time_and_hits() -> None:
    assert lacks(None) == {Lack.TIME, Lack.HITS}


def test_a_rule_watched_reviewed_and_right_may_go_further() -> None:
    assert lacks(7, hits=50, reviewed=25) == set()


def test_one_day_too_few_is_too_few() -> None:
    assert lacks(6.9, hits=50, reviewed=25) == {Lack.TIME}


def test_hits_that_nobody_looked_at_prove_nothing() -> None:
    assert lacks(10, hits=50, reviewed=24) == {Lack.REVIEWS}
    assert lacks(10, hits=50) == {Lack.REVIEWS}


def test_no_false_hit_among_few_reviews_is_no_proof() -> None:
    """0 of 21 may well be 15.5 %; 0 of 22 is at most 14.9 %."""
    assert lacks(10, hits=40, reviewed=21) == {Lack.TOO_MANY_FALSE}
    assert lacks(10, hits=40, reviewed=22) == set()


def test_too_many_false_hits_hold_a_rule_back() -> None:
    assert lacks(10, hits=60, reviewed=40, false_hits=5) == {Lack.TOO_MANY_FALSE}


def test_a_rare_rule_may_pass_after_a_month_when_every_hit_was_right() -> None:
    assert lacks(29, hits=3, reviewed=3) == {Lack.HITS}
    assert lacks(30, hits=3, reviewed=3) == set()
    assert lacks(30, hits=3, reviewed=2) == {Lack.REVIEWS}
    assert lacks(30, hits=3, reviewed=3, false_hits=1) == {Lack.TOO_MANY_FALSE}
    assert lacks(30) == set()


def test_a_busy_rule_need_not_be_reviewed_for_ever() -> None:
    assert reviews_needed(BOUNDS, 5000) == 40


@pytest.mark.parametrize(
    ("found", "among", "upper"),
    # Well-known values of the Wilson score interval.
    [(0, 10, 0.2775), (1, 10, 0.4042), (5, 50, 0.2136), (0, 100, 0.0370)],
)
def test_the_bound_is_wilsons(found: int, among: int, upper: float) -> None:
    assert wilson_upper(found, among) == pytest.approx(upper, abs=5e-4)


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_bound_never_lies_below_the_share_itself(found: int, more: int) -> None:
    among = found + more
    assert wilson_upper(found, among) <= 1
    assert among == 0 or wilson_upper(found, among) >= found / among - 1e-9


@given(st.integers(0, 60), st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_another_false_hit_never_opens_the_gate(
    days: int, hits: int, reviewed: int, false_hits: int
) -> None:
    reviewed = min(reviewed, hits)
    false_hits = min(false_hits, reviewed)
    if false_hits < reviewed and lacks(days, hits, reviewed, false_hits):
        assert lacks(days, hits, reviewed, false_hits + 1)
