"""Letters in between, digits and pictures for characters, codes, columns, words sent in pieces."""

import pytest

from bot.domain.findings import Severity
from plugins.content.matching import Entry, Hit, Matcher, Response, Technique, TechniquePolicy
from tests.plugins.content.matching.lines import ORDINARY, WORDS

MATCHER = Matcher.build(
    Entry(word, "custom", Severity.SERIOUS) for word in (*WORDS, "好久不见", "银行转账", "PORN")
)

SPELLED: list[tuple[str, str, str]] = [
    ("inserted", "考试答案", "考x试y答z案"),
    ("inserted", "考试答案", "考a试a答a案"),
    ("inserted", "考试答案", "考1试2答3案"),
    ("inserted", "考试答案", "有考 x 试 x 答 x 案的吗"),
    ("inserted", "六合彩", "六ok合ok彩"),
    ("inserted", "加微信", "加Ａ微Ａ信"),
    ("stand_in", "枪手", "找🔫手"),
    ("stand_in", "代开发票", "代开发🎫"),
    ("stand_in", "银行转账", "🏦转账"),
    ("stand_in", "加微信", "+微信"),
    ("stand_in", "好久不见", "好9不见"),
    ("leet", "考试答案", "ka0shidaan"),
    ("leet", "PORN", "p0rn"),
    ("pinyin", "考试答案", "kao3shi4da2an4"),
    ("encoded", "考试答案", "&#32771;&#35797;&#31572;&#26696;"),
    ("encoded", "考试答案", "&#x8003;&#x8BD5;答案"),
    ("encoded", "考试答案", "%E8%80%83%E8%AF%95%E7%AD%94%E6%A1%88"),
    ("encoded", "考试答案", r"有\u8003\u8bd5\u7b54\u6848"),
    ("vertical", "考试答案", "考我\n试是\n答谁\n案啊"),
    ("mixed_pinyin", "代考", "代kao四级"),
    ("mixed_pinyin", "裸聊", "深夜裸liáo"),
    ("reversed", "高利贷", "找贷利高"),
]

MEANT_AS_WRITTEN = [
    "3月12日到4月5日",
    "一共5人1组2天",
    "A班B班C班",
    "100%完成，还差20%",
    "路径是C:\\users\\x64\\u1234",
    "骑马🐎去公园",
    "A1教室B2教室C3教室",
    "请看🔥通知",
    "1+1=2",
    "WiFi密码a1b2c3d4",
    "文件在/share/gaolidai/01.pdf",
    "高立岱老师的讲座",
]


def named(found: tuple[Hit, ...], word: str) -> list[str]:
    return [hit.technique.value for hit in found if hit.word == word]


@pytest.mark.parametrize(("technique", "word", "text"), SPELLED)
def test_a_rarer_spelling_is_seen_through_and_named(technique: str, word: str, text: str) -> None:
    assert technique in named(MATCHER.find(text), word), MATCHER.explain(text)


@pytest.mark.parametrize(("technique", "word", "text"), SPELLED)
def test_a_span_is_what_stands_in_the_original(technique: str, word: str, text: str) -> None:
    for hit in MATCHER.find(text):
        assert text[hit.start : hit.end] == hit.span


@pytest.mark.parametrize("text", MEANT_AS_WRITTEN)
def test_digits_letters_and_pictures_are_mostly_themselves(text: str) -> None:
    assert MATCHER.find(text) == (), MATCHER.explain(text)


def test_rarer_spellings_are_left_to_a_person() -> None:
    for technique, word, text in SPELLED:
        hits = [hit for hit in MATCHER.find(text) if hit.word == word]
        assert all(hit.acts == (technique == "pinyin") for hit in hits), text


@pytest.mark.parametrize(
    ("messages", "span"),
    [
        (("考", "试", "答", "案"), "案"),
        (("考试", "答案"), "答案"),
        (("有没有考试", "答案，急"), "答案"),
        (("考。", "试！", "答…", "案？"), "案"),
        (("赌", "博"), "博"),
        (("kao", "shi", "da", "an"), "an"),
    ],
)
def test_a_word_sent_in_pieces_is_found_in_the_last(messages: tuple[str, ...], span: str) -> None:
    hits = MATCHER.find_across(messages)
    assert hits
    for hit in hits:
        assert hit.technique is Technique.SUCCESSIVE
        assert messages[-1][hit.start : hit.end] == hit.span == span
        assert not hit.acts


@pytest.mark.parametrize(
    "messages", [("考试答案", "好的"), ("明天考试", "收到"), ("他打赌", "博物馆见"), ("。", "！")]
)
def test_messages_that_only_follow_each_other_are_no_word(messages: tuple[str, ...]) -> None:
    assert MATCHER.find_across(messages) == ()


def test_consecutive_ordinary_messages_are_no_hit() -> None:
    for at in range(2, len(ORDINARY)):
        assert MATCHER.find_across(ORDINARY[at - 2 : at + 1]) == ()


def test_what_a_category_switches_off_is_not_seen() -> None:
    off = dict.fromkeys(Technique, Response.OFF)
    policy = TechniquePolicy(by_category={"custom": {**off, Technique.EXACT: Response.ACT}})
    matcher = Matcher.build((Entry("考试答案", "custom", Severity.SERIOUS),), policy)
    for _, _, text in SPELLED:
        assert matcher.find(text) == ()
    assert matcher.find_across(("考试", "答案")) == ()
    assert matcher.find("考试答案")
