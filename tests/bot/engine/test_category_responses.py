"""What a category has of its own: its answer, its severity, its deadlines, its strikes."""

from datetime import timedelta
from pathlib import Path

from bot.domain.identifiers import AccountKey
from bot.domain.measures import MeasureKind
from bot.engine.deadlines import Deadlines
from tests.bot.engine.scene import BAD, GROUP, LI, OWNER, SUPERVISOR, acts, of_kind, said, scene
from tests.bot.engine.stage import Stage

_MILDER = """
[rules.content.category.custom.on.serious]
severity = "minor"
do = ["tell"]
"""
_ASKED = """
[rules.content.category.custom.on.serious]
do = ["ask_owner"]
repeat_every = "2h"
due_after = "5h"
when_due = ["escalate"]
"""
_APART = """
[strikes.category.custom]
window = "2h"
ladder = [{ count = 3, mute = "1h" }]
"""


def _heard(stage: Stage, who: AccountKey) -> int:
    return len([one for one in said(stage, "W1") if one.about.startswith(f"{who}|")])


async def _pass(stage: Stage, duration: timedelta) -> None:
    stage.clock.pass_(duration)
    services, enforcement = stage.engine.services, stage.engine.intake._enforcement
    await Deadlines(
        services.register, services.scribe, enforcement.cases, enforcement.responses,
        services.reload,
    ).run(stage.clock.now())  # fmt: skip
    await stage.settle()


async def test_category_is_answered_as_it_was_set_and_takes_its_own_severity(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, append=_MILDER) as stage:
        await stage.posts(GROUP, LI, BAD)
        await stage.posts(GROUP, LI, BAD)
        assert not acts(stage, MeasureKind.RECALL)
        assert not acts(stage, MeasureKind.MUTE)
        assert {one.severity.value for one in await stage.cases()} == {"minor"}


async def test_unanswered_case_is_asked_again_and_passed_on_when_due(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, append=_ASKED) as stage:
        await stage.posts(GROUP, LI, BAD)
        assert _heard(stage, OWNER) == 1
        for hours, asked, passed_on in ((1, 1, 0), (2, 2, 0), (3, 3, 1), (1, 3, 1)):
            await _pass(stage, timedelta(hours=hours))
            assert _heard(stage, OWNER) == asked
            assert _heard(stage, SUPERVISOR) == passed_on


async def test_answered_case_is_asked_about_no_more(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file, append=_ASKED) as stage:
        await stage.posts(GROUP, LI, BAD)
        await stage.command(OWNER, "已处理 W1")
        await _pass(stage, timedelta(hours=6))
        assert _heard(stage, SUPERVISOR) == 0


async def test_category_with_a_ladder_of_its_own_is_added_up_apart_and_expires(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file, append=_APART) as stage:
        await stage.posts(GROUP, LI, BAD)
        await stage.posts(GROUP, LI, BAD)
        stage.clock.pass_(timedelta(hours=2, minutes=1))
        await stage.posts(GROUP, LI, BAD)
        assert not await of_kind(stage, MeasureKind.MUTE)
        await stage.restart()
        await stage.posts(GROUP, LI, BAD)
        assert not await of_kind(stage, MeasureKind.MUTE)
        await stage.posts(GROUP, LI, BAD)
        assert [one.measure.seconds for one in await of_kind(stage, MeasureKind.MUTE)] == [3600]
