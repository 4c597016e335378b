"""Whatever the seed, every part has its own player, and every line says what it should."""

from datetime import UTC, datetime
from random import Random

import pytest

from bot.cli.demo.cast import draw_cast
from bot.cli.demo.talk import ORDINARY, offences
from config.paths import INSTALLED
from plugins.content.loading import load
from plugins.content.matching import Matcher


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return load(INSTALLED, datetime.now(UTC)).lists.matcher


@pytest.mark.parametrize("seed", range(0, 400, 7))
def test_every_part_has_a_player_of_its_own(seed: int) -> None:
    cast = draw_cast(seed)
    alone = (
        *cast.misnamed,
        *(cast.evader, cast.quoter, cast.newcomer, cast.leaver, cast.repeated, cast.defiant),
        *(person for _, person in cast.burst),
        *(cast.supervisor, cast.administrator),
    )
    owners = {plan.owner.account for plan in cast.groups}
    assert len({one.qq for one in alone}) == len(alone) == 17
    assert not owners & {one.qq for one in alone}
    assert cast.college.by_account(cast.stranger) is None
    assert {plan.name for plan, _ in cast.burst} == {plan.name for plan in cast.groups}


def test_one_seed_is_one_cast_and_another_is_another() -> None:
    assert draw_cast(5) == draw_cast(5)
    assert draw_cast(5).evader != draw_cast(6).evader


def test_the_leaver_leaves_one_group_and_half_a_roster_is_half() -> None:
    cast = draw_cast(3)
    seats = [plan for plan in cast.groups for seat in plan.seats if seat.account == cast.leaver.qq]
    assert seats == [cast.hall]
    assert [one.qq for one in cast.after_departure().staff if one.departed] == [cast.leaver.qq]
    assert len(cast.half().staff) * 2 == len(cast.college.staff)


def test_every_bait_is_taken_and_what_is_shown_of_it_gives_no_word_away(matcher: Matcher) -> None:
    for offence in offences(Random(1)):
        assert any(hit.acts for hit in matcher.find(offence.posted)), offence
        assert matcher.find(offence.shown) == (), offence
        assert "＊" in offence.shown


def test_ordinary_talk_is_ordinary(matcher: Matcher) -> None:
    assert [line for line in ORDINARY if matcher.find(line)] == []
