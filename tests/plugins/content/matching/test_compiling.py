"""Long lists are compiled aside, and judge as those that were compiled here."""

import pickle

from bot.domain.findings import Severity
from plugins.content.matching import Entry, Matcher, Technique, TechniquePolicy
from plugins.content.matching.elsewhere import compile_aside
from plugins.content.matching.table import WordTable
from tests.plugins.content.matching.lines import EVASIONS, WORDS

ENTRIES = [
    *(Entry(word, "custom", Severity.SERIOUS) for word in WORDS),
    Entry("校花园", "advertising", Severity.MINOR, ("学校花园",)),
    *(Entry(f"编{number}号", "custom", Severity.NOTICE) for number in range(6000)),
]


def test_a_list_compiled_in_another_process_finds_the_same() -> None:
    here, aside = Matcher.build(ENTRIES), Matcher(compile_aside(ENTRIES, TechniquePolicy()))
    texts = [text for lines in EVASIONS.values() for _, text in lines]
    for text in [*texts, "学校花园", "这里有校花园", "编5999号"]:
        assert aside.find(text) == here.find(text)
    assert aside.find("编5999号")


def test_packed_words_come_back_as_they_were() -> None:
    table = WordTable(ENTRIES)
    again = pickle.loads(pickle.dumps(table))
    assert [again.entry(number) for number in range(len(again))] == ENTRIES


def test_long_lists_hear_long_words_in_letters() -> None:
    matcher = Matcher.build(ENTRIES)
    for text in ("出kaoshidaan", "kao shi da an", "kǎo shì dá àn", "KAOSHIDAAN啦"):
        assert {(hit.word, hit.technique, hit.acts) for hit in matcher.find(text)} == {
            ("考试答案", Technique.PINYIN, True)
        }
    for text in ("https://a.cn/kaoshidaan", "xkaoshidaan", "kaoshidaanx", "出liuhecai"):
        assert {hit.word for hit in matcher.find(text)} <= {"六合彩"}
    assert matcher.find("出liuhecai")
