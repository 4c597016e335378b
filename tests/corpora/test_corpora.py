"""The corpora are what their README says; whether the aims are reached is asked elsewhere."""

from collections import Counter

from config.articles import load_articles
from config.lexicons import read_word_list
from tests.corpora.measuring import CONFIGURATION, Share
from tests.corpora.reading import WORDS, evasions, ordinary_messages

FEWEST_TECHNIQUES = 14
FEWEST_LINES = 45
FEWEST_ORDINARY = 2000
FEWEST_NEAR_MISSES = 400
GREATEST_SHARE_FROM_PATTERNS = 1 / 3


def test_every_technique_has_lines_enough() -> None:
    lines = Counter(one.technique for one in evasions())
    assert len(lines) >= FEWEST_TECHNIQUES
    assert min(lines.values()) >= FEWEST_LINES, lines


def test_no_line_stands_twice() -> None:
    hidden = Counter((one.messages, one.word) for one in evasions())
    ordinary = Counter(one.text for one in ordinary_messages())
    assert [one for one, times in (*hidden.items(), *ordinary.items()) if times > 1] == []


def test_every_word_is_listed_once_in_a_known_category() -> None:
    words = read_word_list(WORDS, load_articles(CONFIGURATION).categories)
    rows = [line for line in WORDS.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len({one.word for one in words}) == len(rows)
    assert {one.word for one in evasions()} <= {one.word for one in words}


def test_no_evasive_line_holds_a_listed_word_plainly() -> None:
    words = [one.word for one in read_word_list(WORDS, load_articles(CONFIGURATION).categories)]
    plain = [
        one.place
        for one in evasions()
        for message in one.messages
        if any(word in message for word in words)
    ]
    assert plain == []


def test_ordinary_messages_are_many_and_mostly_written_by_hand() -> None:
    files = Counter(one.file for one in ordinary_messages())
    assert files.total() >= FEWEST_ORDINARY
    assert files["near-misses.txt"] >= FEWEST_NEAR_MISSES
    assert files["from-patterns.txt"] <= GREATEST_SHARE_FROM_PATTERNS * files.total()


def test_the_interval_is_wilsons() -> None:
    low, high = Share(8, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert Share(0, 10).interval[0] == 0
    assert Share(10, 10).interval[1] == 1
