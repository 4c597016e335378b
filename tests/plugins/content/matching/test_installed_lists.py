"""The word lists that come with the installation, on what staff write all day."""

import pytest

from config.articles import load_articles
from config.lexicons import load_lexicons
from config.paths import INSTALLED
from plugins.content.matching import Matcher
from tests.plugins.content.matching.lines import ORDINARY

WORDS = load_lexicons(INSTALLED, load_articles(INSTALLED).categories)
MATCHER = Matcher.build(WORDS)


@pytest.mark.parametrize("text", [*ORDINARY, "禁止赌博，人人有责", "反邪教宣传：警惕全能神"])
def test_an_ordinary_message_is_no_hit(text: str) -> None:
    assert MATCHER.find(text) == (), MATCHER.explain(text)


def test_every_listed_word_is_found_as_it_stands() -> None:
    missed = [
        listed.word
        for listed in WORDS
        if listed.word not in {hit.word for hit in MATCHER.find(f"看：{listed.word}。")}
    ]
    assert missed == []
