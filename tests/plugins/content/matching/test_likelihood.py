"""Which reading of a text is the likeliest, by the dictionary's frequencies."""

import pytest

from plugins.content.matching.likelihood import Surroundings

SLACK = 1.0


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [("分", "发票", "据"), ("请安", "静坐", "下"), ("集", "中奖", "励名单"), ("上", "传单", "据")],
)
def test_neighbours_tear_a_word_that_they_only_share(before: str, word: str, after: str) -> None:
    text = before + word + after
    around = Surroundings(text, len(before), len(before + word))
    assert around.is_torn(word, SLACK)


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [("代开", "发票", ""), ("昨天", "中奖", "了"), ("有人找", "代写", "吗")],
)
def test_a_word_between_words_stays_whole(before: str, word: str, after: str) -> None:
    text = before + word + after
    around = Surroundings(text, len(before), len(before + word))
    assert not around.is_torn(word, SLACK)


def test_a_misspelled_text_gains_more_by_the_listed_word_than_an_ordinary_one() -> None:
    misspelled = Surroundings("百佳乐日入过千", 0, 3).gain("百家乐")
    ordinary = Surroundings("该成绩有效期两年", 0, 3).gain("改成绩")
    assert ordinary < 1 < misspelled
