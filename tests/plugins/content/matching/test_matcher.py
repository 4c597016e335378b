"""Listed words are found however they are spelled, and nothing else is."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.findings import Severity
from plugins.content.matching import Entry, Hit, Matcher, Response, Technique, TechniquePolicy
from plugins.content.matching.fold import fold
from tests.plugins.content.matching.lines import ASKED, EVASIONS, ORDINARY, TEAMWORK, WORDS


def listed(*words: str, category: str = "custom") -> list[Entry]:
    return [Entry(word, category, Severity.SERIOUS) for word in words]


MATCHER = Matcher.build(listed(*WORDS))

CASES = [(technique, *line) for technique, lines in EVASIONS.items() for line in lines]


def hits_of(word: str, text: str, matcher: Matcher = MATCHER) -> list[Hit]:
    return [hit for hit in matcher.find(text) if hit.word == word]


def test_the_table_of_evasions_is_long_enough() -> None:
    assert len(CASES) >= 150
    assert len(ORDINARY) >= 100


@pytest.mark.parametrize(("technique", "word", "text"), CASES)
def test_an_evasive_spelling_is_found_and_named(technique: str, word: str, text: str) -> None:
    found = hits_of(word, text)
    assert found, MATCHER.explain(text)
    assert all(hit.acts for hit in found)
    assert technique in {hit.technique.value for hit in found} | _plainer(text, word)


def _plainer(text: str, word: str) -> set[str]:
    """The name does not matter where the word stands there in plain sight."""
    return {technique.value for technique in Technique} if word in text else set()


@pytest.mark.parametrize(("word", "text"), TEAMWORK)
def test_several_techniques_at_once_are_seen_through(word: str, text: str) -> None:
    assert hits_of(word, text)


@pytest.mark.parametrize("text", ORDINARY)
def test_what_staff_write_all_day_is_no_hit(text: str) -> None:
    assert MATCHER.find(text) == (), MATCHER.explain(text)


def test_clean_texts_share_one_empty_answer() -> None:
    assert MATCHER.find("各位老师好") is MATCHER.find("明天放假")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("我去赌博吧", "赌博"),
        ("我去賭\u200b-博吧", "賭\u200b-博"),
        ("😊😊考 试 答 案😊", "考 试 答 案"),
        ("出kǎo shì dá àn啦", "kǎo shì dá àn"),
        ("考考试试答答案案", "考试试答答案"),
    ],
)
def test_the_span_is_the_original_text(text: str, span: str) -> None:
    hit = max(MATCHER.find(text), key=lambda each: each.end - each.start)
    assert text[hit.start : hit.end] == hit.span
    assert span in hit.span
    assert hit.span.strip("考案") == span.strip("考案")


@pytest.mark.parametrize("text", ["AVPN", "VPNs", "xVPN卖", "ＶＰＮＳ", "QQQ群"])
def test_latin_words_are_whole_tokens(text: str) -> None:
    assert MATCHER.find(text) == ()


@pytest.mark.parametrize("text", ["用VPN上网", "VPN，", "VPN2024", "(VPN)"])
def test_ideographs_and_signs_end_a_latin_word(text: str) -> None:
    assert hits_of("VPN", text)


def test_a_bare_number_is_never_a_word() -> None:
    matcher = Matcher.build(listed("一陆", "五六七", "八九"))
    for text in ("16", "一共16人", "567", "电话89", "89年"):
        assert matcher.find(text) == ()
    assert hits_of("五六七", "五六七", matcher)


def test_a_longer_listed_excuse_protects_what_it_encloses() -> None:
    matcher = Matcher.build(
        [Entry("校花", "custom", Severity.MINOR, ("评选校花大赛", "校花展")), *listed("发票")]
    )
    assert matcher.find("评选校花大赛开始了") == ()
    assert matcher.find("校花展开幕") == ()
    assert hits_of("校花", "谁是校花", matcher)
    assert len(hits_of("校花", "校花展上谁是校花", matcher)) == 1


@pytest.mark.parametrize("text", ["在学校花园集合", "分发票据", "现代考古", "软件开发票务平台"])
def test_two_ordinary_words_meeting_are_no_hit(text: str) -> None:
    assert MATCHER.find(text) == ()


def test_words_that_live_by_their_signs_are_taken_literally() -> None:
    matcher = Matcher.build(
        [Entry("机密★", "secret", Severity.CRITICAL, ("机密★测试",)), *listed("C++")]
    )
    assert hits_of("机密★", "机密★10年", matcher)
    assert matcher.find("机密文件柜") == ()
    assert matcher.find("机密★测试") == ()
    assert hits_of("C++", "学c++的", matcher)
    assert matcher.find("C语言") == ()
    assert hits_of("★★", "五★★级", Matcher.build(listed("★★")))


def test_a_listed_word_with_a_space_is_found_with_and_without_it() -> None:
    matcher = Matcher.build(listed("内部资料 注意保存"))
    for text in ("内部资料 注意保存", "内部资料注意保存", "【内部资料，注意保存】"):
        assert hits_of("内部资料 注意保存", text, matcher), text


def test_a_single_listed_character_is_found() -> None:
    assert hits_of("毒", "有毒", Matcher.build(listed("毒")))


@pytest.mark.parametrize(("technique", "word", "text"), ASKED)
def test_what_is_less_certain_goes_to_a_person(technique: str, word: str, text: str) -> None:
    found = hits_of(word, text)
    assert [hit.technique.value for hit in found] == [technique], MATCHER.explain(text)
    assert not any(hit.acts for hit in found)


@pytest.mark.parametrize("text", ["检察院来人了", "食糖涨价", "论文代谢通路", "留和才", "PPT论文"])
def test_ordinary_words_of_the_same_sound_mean_themselves(text: str) -> None:
    matcher = Matcher.build(listed("检查员", "食堂涨价", "六合彩", "论文代写"))
    assert matcher.find(text) == (), matcher.explain(text)


def test_a_category_may_switch_a_technique_off_or_leave_it_to_a_person() -> None:
    policy = TechniquePolicy(
        by_category={
            "custom": {Technique.SEPARATORS: Response.OFF},
            "rumour": {Technique.SEPARATORS: Response.ASK},
        }
    )
    matcher = Matcher.build([*listed("赌场"), *listed("封城", category="rumour")], policy)
    assert matcher.find("赌-场") == ()
    assert hits_of("赌场", "赌场", matcher)
    assert [hit.acts for hit in matcher.find("封-城")] == [False]


def test_no_words_find_nothing() -> None:
    assert Matcher.build([]).find("赌博") == ()


def test_explaining_shows_why_a_candidate_was_refused() -> None:
    explanation = MATCHER.explain("分发票据，加ＱＱ群")
    refused = [step for step in explanation.steps if step.refusal]
    assert [step.word for step in refused] == ["发票"]
    assert refused[0].span == "发票"
    assert [hit.word for hit in explanation.hits] == ["QQ群"]
    assert explanation.folded == "分发票据加qq群"


def test_one_matcher_serves_many_threads() -> None:
    texts = [text for _, _, text in CASES] * 5
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(MATCHER.find, texts)) == [MATCHER.find(text) for text in texts]


CHANGED = {
    Technique.PINYIN,
    Technique.REVERSED,
    Technique.REPETITION,
    Technique.SOUND,
    Technique.COMPONENTS,
    Technique.MIXED_PINYIN,
}
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [*WORDS, "賭", "kaoshi", "daan", "\u200b", "-", " ", "，", "\n", "①", "㎏"]
        ),
        st.text(max_size=4),
        st.characters(codec=None, categories=["Cs", "Lo", "Mn", "So", "Cf"]),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=400)
@given(PIECES)
def test_any_text_is_judged_and_every_span_lies_in_it(text: str) -> None:
    for hit in MATCHER.find(text):
        assert 0 <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end] == hit.span
        if hit.technique not in CHANGED:
            assert fold(hit.span) == fold(hit.word)


@settings(max_examples=100)
@given(st.sampled_from(WORDS), st.text(max_size=3), st.text(max_size=3))
def test_a_word_between_full_stops_is_always_found(word: str, before: str, after: str) -> None:
    assert hits_of(word, f"{before}。{word}。{after}")


@settings(max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=6), max_size=20))
def test_any_list_of_words_builds(words: list[str]) -> None:
    Matcher.build(listed(*words)).find("".join(words))
