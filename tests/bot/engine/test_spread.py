"""The same content in several groups: who first, where now, told without a copy of it."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.groups import Group, Role
from bot.engine.likeness import alike, sketch
from data import spread
from tests.bot.engine.scene import GROUP, LI, OTHER_GROUP, SUPERVISOR, WANG, members, said
from tests.bot.engine.stage import Stage, bot_seat, seat, staged

_SALT = b"s" * 32
_NOTICE = "关于期末工作安排的通知：请各部门于周五前报送名单，今晚网络赌博群见，过期不候。"
_ENVIRONMENT = {"QUNGUI_SUPERVISORS": "qq:300"}


def _stage(folder: Path, template: Path) -> "object":
    groups = [
        (Group(key=GROUP, name="教务群"), members()),
        (
            Group(key=OTHER_GROUP, name="学工群"),
            [bot_seat(), seat(110, Role.OWNER), seat(201), seat(202)],
        ),
    ]
    return staged(folder, template, groups, environment=_ENVIRONMENT)


async def _places(stage: Stage, number: int) -> list[spread.Seen]:
    async with stage.engine.services.database.reading() as connection:
        return await spread.of_case(connection, number)


async def test_near_copy_in_another_group_is_traced_to_whoever_was_first(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with _stage(tmp_path, migrated_file) as stage:  # type: ignore[attr-defined]  # a context
        stage.platform.private = {SUPERVISOR}
        await stage.connect()
        await stage.posts(GROUP, LI, _NOTICE)
        assert not said(stage, "扩散提示")
        await stage.restart()
        stage.clock.pass_(timedelta(hours=5))
        await stage.posts(OTHER_GROUP, WANG, _NOTICE.replace("周五", "周六") + "！")
        (alarm,) = [one.about for one in said(stage, "扩散提示 W2")]
        assert "教务群（已撤回）" in alarm or "教务群" in alarm
        assert "赌博" not in alarm
        places = await _places(stage, 2)
        assert [(one.violation, one.group) for one in places] == [(1, GROUP), (2, OTHER_GROUP)]
        assert places == await _places(stage, 1)
        assert all(one.gone for one in places)


async def test_copy_that_was_no_case_itself_is_found_as_well(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with _stage(tmp_path, migrated_file) as stage:  # type: ignore[attr-defined]  # a context
        await stage.connect()
        exempt = SUPERVISOR
        minor = "本店清仓甩卖，欢迎各位老师选购"
        await stage.posts(OTHER_GROUP, exempt, minor)
        assert await stage.cases() == []
        await stage.posts(GROUP, LI, minor)
        places = await _places(stage, 1)
        assert [(one.violation, one.account) for one in places] == [(None, exempt), (1, LI)]


async def test_different_content_is_not_traced_and_no_content_is_kept(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with _stage(tmp_path, migrated_file) as stage:  # type: ignore[attr-defined]  # a context
        await stage.connect()
        await stage.posts(GROUP, LI, _NOTICE)
        await stage.posts(OTHER_GROUP, WANG, "网络赌博平台注册就送彩金，详情私聊客服")
        assert [len(await _places(stage, number)) for number in (1, 2)] == [1, 1]
        with sqlite3.connect(stage.database_file) as peek:
            rows = peek.execute("select * from spread").fetchall()
        peek.close()
        assert "网络" not in str(rows)


_WORDS = st.text(
    alphabet="教务处学生会议通知安排周五前报送名单各部门老师请按时参加考试",
    min_size=60,
    max_size=90,
)


@given(_WORDS, st.integers(0, 59))
def test_one_character_more_or_less_is_still_the_same_text(text: str, at: int) -> None:
    changed = text[:at] + text[at + 1 :]
    first, second = sketch(text, _SALT), sketch(changed, _SALT)
    assert first is not None
    assert second is not None
    pieces = len({text[n : n + 3] for n in range(len(text) - 2)})
    if pieces > 50:
        assert alike(first, second)


@pytest.mark.parametrize(
    "other", ["今天下午三点在行政楼开会请准时参加", "图书馆本周末闭馆维护敬请谅解"]
)
def test_unrelated_texts_are_not_alike(other: str) -> None:
    first, second = sketch(_NOTICE, _SALT), sketch(other, _SALT)
    assert first is not None
    assert second is not None
    assert not alike(first, second)


def test_sketches_of_two_installations_cannot_be_compared() -> None:
    mine, theirs = sketch(_NOTICE, _SALT), sketch(_NOTICE, b"t" * 32)
    assert mine is not None
    assert theirs is not None
    assert not alike(mine, theirs)


@pytest.mark.parametrize("empty", ["", " ", "！？——"])
def test_nothing_has_no_sketch(empty: str) -> None:
    assert sketch(empty, _SALT) is None
