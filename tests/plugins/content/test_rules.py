"""The content rule: what is judged, against whom, and how gravely."""

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.events import Attachment, Forward, Mention, Part, Quote, Text
from bot.domain.findings import Finding, Severity
from bot.domain.groups import Role
from bot.domain.identifiers import MessageKey
from bot.engine.register import Register
from config.articles import load_articles
from config.paths import INSTALLED
from plugins.content.expressions.parser import parse
from plugins.content.expressions.topics import Topic, Topics
from plugins.content.matching import (
    DEFAULT_RESPONSES,
    Entry,
    Matcher,
    Response,
    Technique,
    TechniquePolicy,
)
from plugins.content.rules import ContentRule, authored_text
from plugins.content.sightings import Subject, WordLists
from tests.plugins.scene import (
    GROUP,
    NEWCOMER,
    check_citations,
    college,
    member,
    posted,
    renamed,
)

ADVERT, FRAUD, SECRET, RUMOUR, TRIFLE = (
    "低价代写论文",
    "代考替考包过",
    "绝密零号方案",
    "全城停水三年",
    "拼单奶茶券",
)
ENTRIES = (
    Entry(ADVERT, "advertising", Severity.SERIOUS),
    Entry(FRAUD, "other_prohibited", Severity.CRITICAL),
    Entry(SECRET, "secret", Severity.CRITICAL),
    Entry(RUMOUR, "rumour", Severity.MINOR),
    Entry(TRIFLE, "custom", Severity.NOTICE),
)
ARTICLES = load_articles(INSTALLED)
# A spelling that is easy to write stands for all that only a person may act on.
DOUBTFUL = TechniquePolicy({**DEFAULT_RESPONSES, Technique.TRADITIONAL: Response.ASK})
LIKE_ADVERT, LIKE_FRAUD = "低價代写论文", "代考替考包過"
LISTS = WordLists(
    Matcher.build(ENTRIES, DOUBTFUL),
    {key: Subject(one.title, one.clause) for key, one in ARTICLES.categories.items()},
)


def judge(*parts: Part | str, register: Register | None = None, **how: object) -> Finding | None:
    event = posted(NEWCOMER, *parts, **how)  # type: ignore[arg-type]  # the caller's keywords
    judged = list(ContentRule(LISTS).judge(event, register or college()))
    assert len(judged) <= 1
    finding = judged[0] if judged else None
    assert finding is None or isinstance(finding, Finding)
    return finding


def forward(*items: tuple[Part, ...]) -> Forward:
    return Forward("f1", items)


@pytest.mark.parametrize(
    ("word", "kind", "clause"),
    [
        (TRIFLE, "notice", "21.1"),
        (RUMOUR, "minor", "11.6"),
        (ADVERT, "serious", "21.2"),
        (FRAUD, "critical", "11.10"),
        (SECRET, "critical", "21.3"),
    ],
)
def test_the_severity_of_the_word_decides_the_kind(word: str, kind: str, clause: str) -> None:
    finding = judge(f"各位，{word}要的联系")
    assert finding is not None
    assert (finding.kind, finding.clause) == (kind, clause)
    assert finding.severity is Severity(kind)
    assert finding.certain
    assert finding.message == MessageKey(GROUP, "m1")
    assert not finding.standing


SEEN: list[tuple[str, tuple[Part | str, ...]]] = [
    ("his own words", (f"有人{ADVERT}",)),
    ("words around a picture", ("低价代写", Attachment("picture", name="x.png"), "论文", ADVERT)),
    ("a word cut at every joint by pictures", tuple(
        part for letter in ADVERT for part in (letter, Attachment("picture"))
    )),
    ("a card's title", (Attachment("card", text=f"点击领取 {ADVERT}"),)),
    ("a file name", (Attachment("file", name="a.docx", text=f"{ADVERT}.docx"),)),
    ("a merged forward", (forward((Text("早"),), (Text(ADVERT),)),)),
    ("a forward in a forward", (forward((forward((Text(ADVERT),)),)),)),
    ("a file in a forward", (forward((Attachment("file", text=f"{ADVERT}.zip"),)),)),
    ("words beside a quotation", (Quote("m0"), f"我也要{ADVERT}")),
]  # fmt: skip


@pytest.mark.parametrize("parts", [parts for _, parts in SEEN], ids=[name for name, _ in SEEN])
def test_what_the_author_answers_for_is_judged(parts: tuple[Part | str, ...]) -> None:
    finding = judge(*parts)
    assert finding is not None
    assert finding.kind == "serious"
    assert finding.account == NEWCOMER


CLEAN: list[tuple[str, tuple[Part | str, ...]]] = [
    ("plain talk", ("下午三点开会",)),
    ("nothing at all", ()),
    ("a quotation alone", (Quote("m0"), "收到")),
    ("a mention", (Mention(NEWCOMER), Mention(None), "收到")),
    ("a picture's own name", (Attachment("picture", name=f"{ADVERT}.png"),)),
    ("an unopened forward", (Forward("f1"),)),
    ("a quotation within a forward", (forward((Quote("m0"), Text("早"))),)),
    ("two messages of a forward that only together make a word",
     (forward((Text("低价代写"),), (Text("论文"),)),)),
]  # fmt: skip


@pytest.mark.parametrize("parts", [parts for _, parts in CLEAN], ids=[name for name, _ in CLEAN])
def test_what_is_not_the_authors_own_is_passed_over(parts: tuple[Part | str, ...]) -> None:
    assert judge(*parts) is None


def test_the_gravest_word_decides_whatever_comes_first() -> None:
    finding = judge(f"{TRIFLE},{ADVERT},{FRAUD},{RUMOUR}")
    assert finding is not None
    assert finding.kind == "critical"
    assert finding.category == "other_prohibited"


def test_a_word_that_may_be_acted_on_outweighs_a_graver_suspicion() -> None:
    finding = judge(f"{LIKE_FRAUD},{RUMOUR}")
    assert finding is not None
    assert finding.kind == "minor"


def test_a_mere_likeness_is_put_to_a_person() -> None:
    finding = judge(LIKE_ADVERT)
    assert finding is not None
    assert finding.kind == "suspected"
    assert not finding.certain
    assert finding.severity is None
    assert Technique.TRADITIONAL.label in finding.reason


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
@pytest.mark.parametrize(
    ("word", "kind"), [(ADVERT, "by_owner"), (RUMOUR, "by_owner"), (TRIFLE, "notice")]
)
def test_owners_and_admins_are_put_to_the_supervisor(role: Role, word: str, kind: str) -> None:
    finding = judge(word, role=role)
    assert finding is not None
    assert finding.kind == kind


def test_the_role_as_last_read_counts_where_the_message_tells_none() -> None:
    register = college([member(NEWCOMER, "教务处-张三", Role.OWNER)])
    finding = judge(ADVERT, register=register, role=Role.UNKNOWN)
    assert finding is not None
    assert finding.kind == "by_owner"


def test_the_bot_is_not_judged() -> None:
    assert judge(FRAUD, by_this_bot=True) is None


def test_grave_words_of_an_exempt_account_are_only_shown_to_a_person() -> None:
    register = college()
    register.exempt_accounts |= {NEWCOMER}
    finding = judge(FRAUD, register=register)
    assert finding is not None
    assert (finding.kind, finding.certain) == ("suspected", False)
    assert judge(RUMOUR, register=register) is None
    assert judge(LIKE_ADVERT, register=register) is None


@pytest.mark.parametrize(
    ("age", "late", "kind"),
    [
        (timedelta(minutes=119), True, "serious"),
        (timedelta(minutes=121), True, "suspected"),
        (timedelta(minutes=121), False, "serious"),
    ],
)
def test_what_was_missed_long_ago_is_put_to_a_person(age: timedelta, late: bool, kind: str) -> None:
    finding = judge(ADVERT, age=age, late=late)
    assert finding is not None
    assert finding.kind == kind
    assert finding.certain is (kind == "serious")
    assert ("旧消息" in finding.reason) is (kind == "suspected")


def test_the_excerpt_holds_the_hit_and_forty_characters_around_it() -> None:
    text = "甲" * 100 + ADVERT + "乙" * 100
    finding = judge(text)
    assert finding is not None
    excerpt = finding.excerpt
    assert excerpt is not None
    assert excerpt.text == "甲" * 40 + ADVERT + "乙" * 40
    assert excerpt.text[excerpt.start : excerpt.end] == ADVERT
    assert excerpt.fingerprint == hashlib.sha256(text.encode()).hexdigest()


def test_of_a_topic_that_spans_much_only_the_beginning_is_kept() -> None:
    topics = Topics([Topic("t", "标题", "major_event", Severity.SERIOUS, parse("校庆 且 路线"))])
    lists = WordLists(Matcher.build(()), LISTS.subjects, (topics,))
    text = f"{'甲' * 100}校庆{'乙' * 200}路线{'丙' * 100}"
    (finding,) = ContentRule(lists).judge(posted(NEWCOMER, text), college())
    assert isinstance(finding, Finding)
    assert finding.source == "expression:t"
    excerpt = finding.excerpt
    assert excerpt is not None
    assert excerpt.text == "甲" * 40 + "校庆" + "乙" * 118
    assert excerpt.text[excerpt.start : excerpt.end] == "校庆" + "乙" * 78


@pytest.mark.parametrize("text", [SECRET, f"{FRAUD} {SECRET}", f"{SECRET} {ADVERT}"])
def test_nothing_is_copied_where_a_state_secret_is_suspected(text: str) -> None:
    finding = judge(text)
    assert finding is not None
    excerpt = finding.excerpt
    assert excerpt is not None
    assert (excerpt.text, excerpt.start, excerpt.end) == ("", 0, 0)
    assert excerpt.fingerprint == hashlib.sha256(text.encode()).hexdigest()


WORDS = st.sampled_from([entry.word for entry in ENTRIES])
FILLING = st.text(alphabet="今天下午开会请准时参加谢谢😀 ，。a1", max_size=60)


@settings(max_examples=150, deadline=None)
@given(before=FILLING, word=WORDS, after=FILLING, role=st.sampled_from(Role))
def test_a_reason_never_repeats_the_word_and_the_excerpt_always_holds_it(
    before: str, word: str, after: str, role: Role
) -> None:
    finding = judge(before, word, after, role=role)
    assert finding is not None
    assert word not in finding.reason
    assert finding.kind in ContentRule.kinds
    assert finding.clause in ContentRule.clauses
    excerpt = finding.excerpt
    assert excerpt is not None
    if excerpt.text:
        assert word in excerpt.text
        assert len(excerpt.text) <= 80 + excerpt.end - excerpt.start


def test_half_an_emoji_does_not_stop_the_rule() -> None:
    finding = judge(f"\ud83d{ADVERT}")
    assert finding is not None


PARTS = st.recursive(
    st.one_of(
        st.builds(Text, st.text(max_size=5)),
        st.just(Mention(None)),
        st.just(Quote("m0")),
        st.builds(Attachment, st.just("card"), text=st.text(max_size=5)),
        st.just(Forward("f0")),
    ),
    lambda inner: st.builds(
        lambda items: Forward("f", tuple(map(tuple, items))),
        st.lists(st.lists(inner, max_size=3), max_size=3),
    ),
    max_leaves=10,
)


def _words_of(parts: tuple[Part, ...]) -> list[str]:
    said: list[str] = []
    for part in parts:
        if isinstance(part, Text | Attachment):
            said.append(part.text)
        elif isinstance(part, Forward):
            for item in part.items or ():
                said += _words_of(item)
    return said


@given(parts=st.lists(PARTS, max_size=5).map(tuple))
def test_all_words_are_read_in_order_and_nothing_is_invented(parts: tuple[Part, ...]) -> None:
    def letters(text: str) -> str:
        return text.replace("\n", "").replace(" ", "")

    assert letters(authored_text(parts)) == letters("".join(_words_of(parts)))


def test_a_very_deep_forward_is_read_to_the_bottom() -> None:
    part: Part = Text(ADVERT)
    for _ in range(5000):
        part = Forward("f", ((part,),))
    finding = judge(part)
    assert finding is not None


def test_other_lists_are_judged_by_from_the_next_message_on() -> None:
    rule = ContentRule(LISTS)
    register = college()
    assert list(rule.judge(posted(NEWCOMER, ADVERT), register))
    rule.take(WordLists(Matcher.build(()), LISTS.subjects))
    assert list(rule.judge(posted(NEWCOMER, ADVERT), register)) == []


def test_events_without_words_are_passed_over() -> None:
    assert list(ContentRule(LISTS).judge(renamed(NEWCOMER, ADVERT), college())) == []


def test_the_rule_and_the_articles_name_each_other() -> None:
    controls = {key: clause.controls for key, clause in ARTICLES.clauses.items()}
    cited = [category.clause for category in ARTICLES.categories.values()]
    check_citations(ContentRule(LISTS), cited, controls)


def test_a_word_sent_in_pieces_is_put_to_a_person() -> None:
    register = college()
    for piece in ("低价", "代写"):
        register.recent.note(GROUP, NEWCOMER, piece, register.now)
    finding = judge("论文", register=register)
    assert finding is not None
    assert finding.kind == "suspected"
    assert "连发" in finding.reason
    assert finding.message == MessageKey(GROUP, "m1")
    assert judge("论文") is None
