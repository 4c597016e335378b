"""A number that was skipped is looked for, whatever happens in between."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.engine.platform import History
from data import groups
from tests.bot.engine.model_platform import ModelPlatform
from tests.bot.engine.scene import GROUP, LI, scene
from tests.bot.engine.stage import PAUSES, Stage

_HOURS = 3600.0


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Behind which numbers the history is asked for."""
    found: list[int | None] = []

    async def history(_: object, group: Any, *, after: int | None, limit: int) -> History:
        found.append(after)
        return History((), complete=True, missing=None)

    monkeypatch.setattr(ModelPlatform, "history", history)
    return found


async def posts(stage: Stage, *sequences: int) -> None:
    for sequence in sequences:
        posted = stage.platform.message(GROUP, LI, "请各位老师按时提交材料")
        await stage.engine.gate.submit(replace(posted, sequence=sequence))


async def still_open(stage: Stage) -> list[int]:
    async with stage.engine.services.database.reading() as connection:
        return [after for _, after in await groups.open_holes(connection, GROUP.platform)]


async def test_a_hole_is_looked_into_and_then_forgotten(
    tmp_path: Path, migrated_file: Path, asked: list[int | None]
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await posts(stage, 5, 8)
        await stage.settle()
        assert asked[1:] == [5]
        assert await still_open(stage) == []


async def test_a_hole_outlives_the_process_that_saw_it(
    tmp_path: Path, migrated_file: Path, asked: list[int | None]
) -> None:
    waiting = replace(PAUSES, reorder=_HOURS)
    async with scene(tmp_path, migrated_file, pauses=waiting) as stage:
        await posts(stage, 5, 8, 9)
        assert await still_open(stage) == [5]
        stage.pauses = PAUSES
        await stage.restart()
        assert 5 in asked
        assert await still_open(stage) == []


async def test_a_second_hole_during_the_first_is_not_dropped(
    tmp_path: Path, migrated_file: Path, asked: list[int | None]
) -> None:
    waiting = replace(PAUSES, reorder=0.05)
    async with scene(tmp_path, migrated_file, pauses=waiting) as stage:
        await posts(stage, 5, 8, 12)
        await stage.settle()
        assert sorted(one for one in asked if one is not None) == [5, 8]
