"""Words, topics and known forms in force together, and kept in step with their files."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.errors import BadInputError
from config.paths import INSTALLED
from plugins.content.loading import WordListKeeper

NOW = datetime(2026, 9, 7, 2, tzinfo=UTC)
TOPIC = """
[[expression]]
id = "own"
title = "本校的话题"
category = "major_event"
severity = "serious"
expression = "搬迁 且 新址"
must_hit = ["搬迁到新址", "新址定了，下月搬迁", "新址搬迁"]
must_not_hit = ["搬迁", "新址", "开会"]
"""
MOVING, CASUALTIES = "下月搬迁到新址", "食堂食物中毒，十几个学生在抢救"
IDENTITY = "身份证 11010519491231002X"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(INSTALLED, tmp_path / "config")
    return tmp_path / "config"


def rules_of(keeper: WordListKeeper, text: str) -> list[str]:
    return [seen.rule for seen in keeper.rule.lists.look(text)]


def test_what_is_installed_sees_words_topics_and_known_forms(folder: Path) -> None:
    keeper = WordListKeeper(folder, NOW)
    assert keeper.problem is None
    assert rules_of(keeper, f"{CASUALTIES}。{IDENTITY}，代写论文") == [
        "expression:emergency-casualties",
        "detector:identity",
        "content",
    ]


async def test_a_new_topic_is_in_force_at_the_next_look(folder: Path) -> None:
    keeper = WordListKeeper(folder, NOW)
    assert rules_of(keeper, MOVING) == []
    (folder / "expressions" / "own.toml").write_text(TOPIC, "utf-8")
    await keeper.watch(NOW)
    assert rules_of(keeper, MOVING) == ["expression:own"]


async def test_a_topic_broken_by_an_edit_stays_in_force_and_is_complained_of(folder: Path) -> None:
    own = folder / "expressions" / "own.toml"
    own.write_text(TOPIC, "utf-8")
    keeper = WordListKeeper(folder, NOW)
    own.write_text(TOPIC.replace("搬迁 且 新址", "搬迁 且"), "utf-8")
    await keeper.watch(NOW)
    assert keeper.problem is not None
    assert "own.toml 的 own：expression 第 5 列" in keeper.problem
    assert rules_of(keeper, MOVING) == ["expression:own"]
    assert rules_of(keeper, CASUALTIES) == ["expression:emergency-casualties"]
    own.unlink()
    await keeper.watch(NOW)
    assert keeper.problem is None
    assert rules_of(keeper, MOVING) == []


async def test_a_detector_is_switched_off_by_the_policy(folder: Path) -> None:
    keeper = WordListKeeper(folder, NOW)
    assert rules_of(keeper, IDENTITY) == ["detector:identity"]
    policy = folder / "policy.toml"
    written = policy.read_text("utf-8")
    policy.write_text(
        written.replace('identity = { answer = "act"', 'identity = { answer = "off"'), "utf-8"
    )
    await keeper.watch(NOW)
    assert rules_of(keeper, IDENTITY) == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            'identity = { answer = "act"',
            'identity = { answer = "maybe"',
            "detectors.identity.answer",
        ),
        ('identity = { answer = "act"', 'identiti = { answer = "act"', "identity"),
        ('hosts = ["t.cn"', 'hosts = ["https://t.cn/"', "detectors.short_link.hosts"),
    ],
)
def test_a_detector_that_is_set_wrong_is_named(
    folder: Path, before: str, after: str, says: str
) -> None:
    policy = folder / "policy.toml"
    policy.write_text(policy.read_text("utf-8").replace(before, after), "utf-8")
    with pytest.raises(BadInputError, match=says):
        WordListKeeper(folder, NOW)
