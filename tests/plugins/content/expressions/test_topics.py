"""Topics in messages, and in the files of an organisation."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.findings import Severity
from config.articles import load_articles
from config.expressions import EXPRESSION_FOLDER
from config.paths import INSTALLED
from plugins.content.expressions.loading import load_topics
from plugins.content.expressions.parser import parse
from plugins.content.expressions.topics import Topic, Topics
from plugins.content.matching import TechniquePolicy
from plugins.content.sightings import Sighting

CATEGORIES = load_articles(INSTALLED).categories
POLICY = TechniquePolicy()


def topic(expression: str, identifier: str = "event", *excuses: str) -> Topic:
    return Topic(
        identifier, "活动安排", "major_event", Severity.SERIOUS, parse(expression), excuses
    )


ROUTE = Topics([topic("(校庆 或 巡视组) 且 (路线 近10 时间) 非 (新闻稿 或 转载)")])


def only(found: Sequence[Sighting]) -> Sighting:
    (one,) = found
    return one


def test_a_topic_is_told_by_the_smallest_stretch_that_shows_it() -> None:
    text = "各位：校庆筹备会改期。校庆当天路线和时间另发"
    seen = only(ROUTE.find(text))
    assert seen.rule == "expression:event"
    assert seen.word == "活动安排"
    assert seen.span == text[seen.start : seen.end] == "校庆当天路线和时间"
    assert [text[start:end] for start, end in seen.parts] == ["校庆", "路线", "时间"]
    assert seen.acts


@pytest.mark.parametrize(
    "text",
    ["校庆征文开始了", "路线和时间见附件", "校庆路线和时间见新闻稿", "转载：校庆路线、时间", "校庆",
     "校庆的路线还没有最后确定下来，请等待通知的时间"],
)  # fmt: skip
def test_single_words_news_and_distant_words_are_no_topic(text: str) -> None:
    assert not ROUTE.find(text)


@pytest.mark.parametrize(
    ("text", "acts"),
    [("巡-视-组路線与时间", True), ("xunshizu的路线和时间", True), ("寻视组的路线和时间", False)],
)
def test_words_are_seen_through_as_those_of_lists(text: str, acts: bool) -> None:
    seen = only(ROUTE.find(text))
    assert seen.acts is acts


def test_an_excuse_takes_its_word_out_of_the_reckoning() -> None:
    topics = Topics([topic("校庆 且 路线", "event", "校庆纪念册")])
    assert topics.find("校庆的路线")
    assert not topics.find("校庆纪念册的取件路线")


def test_a_doubtful_spelling_of_what_excuses_excuses_too() -> None:
    topics = Topics([topic("校庆 且 路线 非 安全演练方案")])
    assert topics.find("校庆路线")
    assert not topics.find("校庆路线见安全演连方案")


def test_a_word_that_excuses_counts_even_across_two_others() -> None:
    topics = Topics([topic("校庆 且 路线 非 官网")])
    assert topics.find("校庆路线")
    assert not topics.find("校庆路线请看官网")


def test_topics_with_and_without_the_word_are_told_apart() -> None:
    topics = Topics([topic("校庆 且 路线", "one"), topic("校庆 且 时间", "two")])
    assert [seen.rule for seen in topics.find("校庆时间")] == ["expression:two"]


@settings(max_examples=200, deadline=None)
@given(
    pieces=st.lists(
        st.sampled_from(
            ["校庆", "巡视组", "路线", "时间", "转载", "新闻稿", "，", "😀", "\ud83d", "的"]
        ),
        max_size=12,
    )
)
def test_every_span_lies_inside_the_original_and_holds_its_words(pieces: list[str]) -> None:
    text = "".join(pieces)
    for seen in ROUTE.find(text):
        assert 0 <= seen.start < seen.end <= len(text)
        assert seen.span == text[seen.start : seen.end]
        assert all(seen.start <= start < end <= seen.end for start, end in seen.parts)


def written(identifier: str = "one", **fields: str) -> str:
    told = {
        "id": f'"{identifier}"',
        "title": '"活动安排"',
        "category": '"major_event"',
        "severity": '"serious"',
        "expression": '"校庆 且 路线"',
        "must_hit": '["校庆路线", "路线，校庆", "校庆的路线"]',
        "must_not_hit": '["校庆", "路线", "开会"]',
        **fields,
    }
    return "[[expression]]\n" + "".join(f"{key} = {value}\n" for key, value in told.items())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / EXPRESSION_FOLDER).mkdir()
    return tmp_path


def put(folder: Path, name: str, *texts: str) -> None:
    (folder / EXPRESSION_FOLDER / name).write_text("\n".join(texts), "utf-8")


def test_the_installed_topics_are_in_order() -> None:
    loaded = load_topics(INSTALLED, CATEGORIES, POLICY)
    assert loaded.complaints == ()
    assert {one.category for one in loaded.topics} >= {"major_event", "undisclosed", "rumour"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"expression": '"校庆 且"'}, "expression 第 5 列：“且”后面缺少词语"),
        ({"expression": '""'}, "表达式是空的"),
        ({"category": '"event"'}, "没有类别“event”"),
        ({"severity": '"grave"'}, "severity"),
        ({"id": '"A B"'}, "id 只能用小写字母"),
        ({"must_hit": '["校庆路线", "路线，校庆"]'}, "must_hit 至少要有 3 个例句"),
        ({"must_not_hit": "[]"}, "must_not_hit 至少要有 3 个例句"),
        ({"must_hit": '["校庆路线", "校庆", "校庆的路线"]'}, "例句“校庆”没有命中"),
        ({"must_not_hit": '["校庆路线", "甲", "乙"]'}, "例句“校庆路线”命中了"),
        ({"excuses": '["校园"]'}, "例外词“校园”应当"),
        ({"regex": '"a"'}, "regex"),
    ],
)
def test_a_broken_rule_is_named_with_its_file_and_stops_no_other(
    folder: Path, fields: dict[str, str], says: str
) -> None:
    put(folder, "a.toml", written("bad", **fields), written("good"))
    put(folder, "b.toml", written("other"))
    loaded = load_topics(folder, CATEGORIES, POLICY)
    assert [one.identifier for one in loaded.topics] == ["good", "other"]
    (complaint,) = loaded.complaints
    assert "a.toml" in complaint
    assert says in complaint


def test_the_same_id_twice_counts_once(folder: Path) -> None:
    put(folder, "a.toml", written("one"))
    put(folder, "b.toml", written("one"))
    loaded = load_topics(folder, CATEGORIES, POLICY)
    assert len(loaded.topics) == 1
    assert "a.toml 中已有此编号" in loaded.complaints[0]


@pytest.mark.parametrize("text", ["[[expression", "expression = 3", "[expression]", "\ud83d"])
def test_a_file_that_cannot_be_read_stops_no_other(folder: Path, text: str) -> None:
    (folder / EXPRESSION_FOLDER / "a.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    put(folder, "b.toml", written("other"))
    loaded = load_topics(folder, CATEGORIES, POLICY)
    assert [one.identifier for one in loaded.topics] == ["other"]
    assert len(loaded.complaints) == 1


def test_what_was_in_force_stays_while_its_file_is_broken(folder: Path) -> None:
    put(folder, "a.toml", written("one"), written("two"))
    before = load_topics(folder, CATEGORIES, POLICY)
    put(folder, "a.toml", written("one", expression='"校庆 且"'), written("two"))
    halfway = load_topics(folder, CATEGORIES, POLICY, before)
    assert {one.identifier for one in halfway.topics} == {"one", "two"}
    put(folder, "a.toml", "[[expression")
    broken = load_topics(folder, CATEGORIES, POLICY, halfway)
    assert {one.identifier for one in broken.topics} == {"one", "two"}
    put(folder, "a.toml", written("two"))
    mended = load_topics(folder, CATEGORIES, POLICY, broken)
    assert [one.identifier for one in mended.topics] == ["two"]
    shutil.rmtree(folder / EXPRESSION_FOLDER)
    assert load_topics(folder, CATEGORIES, POLICY, mended).topics == ()


def test_the_example_of_the_manual_can_be_used_as_it_stands(folder: Path) -> None:
    manual = (INSTALLED.parent / "docs" / "词库与规则.md").read_text("utf-8")
    examples = re.findall(r"```toml\n(\[\[expression\]\].*?)```", manual, re.DOTALL)
    assert examples
    for text in examples:
        put(folder, "a.toml", text)
        loaded = load_topics(folder, CATEGORIES, POLICY)
        assert loaded.complaints == ()
        assert len(loaded.topics) == 1
