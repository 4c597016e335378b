"""What a permit lets pass, what it never does, and what a sensitive period adds."""

from datetime import datetime, timedelta

import pytest

from bot.domain.findings import Finding, Severity
from bot.domain.permit_book import PermitBook
from bot.domain.permits import Permit, PermitState, Signature, fingerprint
from bot.domain.topic_windows import TopicWindow, TopicWindows
from bot.engine.register import Register
from config.articles import load_articles
from config.paths import INSTALLED
from plugins.content.matching import Entry, Matcher
from plugins.content.rules import ContentRule
from plugins.content.sightings import Subject, WordLists
from tests.plugins.scene import GROUP, LIU, NEWCOMER, NOON, college, posted

HOUR = timedelta(hours=1)
EVENT, SECRET, RUMOUR = "三号楼突发停电", "绝密零号方案", "全城停水三年"
TEXT = f"各位老师：{EVENT}，后勤处正在抢修，请勿乘坐电梯。"
LISTS = WordLists(
    Matcher.build(
        [
            Entry("突发停电", "major_event", Severity.SERIOUS),
            Entry(SECRET, "secret", Severity.CRITICAL),
            Entry(RUMOUR, "rumour", Severity.MINOR),
        ]
    ),
    {
        key: Subject(one.title, one.clause)
        for key, one in load_articles(INSTALLED).categories.items()
    },
)


def seen(text: str, register: Register) -> Finding | None:
    judged = list(ContentRule(LISTS).judge(posted(NEWCOMER, text), register))
    assert all(isinstance(one, Finding) for one in judged)
    return judged[0] if judged else None  # type: ignore[return-value]  # as just asserted


def permit(text: str = TEXT) -> Permit:
    return Permit(
        number=7,
        applicant=NEWCOMER,
        topic="停电",
        reason="",
        groups=(GROUP,),
        starts_at=NOON - HOUR,
        ends_at=NOON + HOUR,
        fingerprint=fingerprint(text),
        applied_at=NOON - HOUR,
        state=PermitState.APPROVED,
        approvals=(Signature(LIU, NOON - HOUR, fingerprint(text)),),
    )


def knowing(text: str = TEXT, *windows: TopicWindow) -> Register:
    register = college()
    register.now = NOON
    register.permits = PermitBook([permit(text)], {7: text})
    register.windows = TopicWindows(windows)
    return register


def test_permitted_text_is_no_finding_and_the_same_words_elsewhere_are() -> None:
    assert seen(TEXT, knowing()) is None
    finding = seen(f"{EVENT}！", knowing())
    assert finding is not None
    assert finding.deviation is None


def test_altered_text_is_a_finding_that_names_the_permit_and_not_the_words() -> None:
    finding = seen(TEXT.replace("抢修", "抢险"), knowing())
    assert finding is not None
    assert "与许可 X7 号文本不一致" in finding.reason
    assert finding.deviation is not None
    assert "抢" not in finding.reason
    assert "［险］" in finding.deviation.difference


def test_no_permit_lets_a_secret_pass_or_shows_how_it_differs() -> None:
    text = f"{TEXT}{SECRET}"
    finding = seen(text, knowing(text))
    assert finding is not None
    assert finding.category == "secret"
    altered = seen(f"{text}！", knowing(text))
    assert altered is not None
    assert altered.deviation is None


def test_other_topics_are_not_held_against_permits() -> None:
    finding = seen(RUMOUR, knowing(f"{RUMOUR}。"))
    assert finding is not None
    assert finding.deviation is None


@pytest.mark.parametrize(
    ("opens_at", "severity"), [(NOON, Severity.SERIOUS), (NOON + HOUR, Severity.MINOR)]
)
def test_window_raises_its_categories_while_it_is_open(
    opens_at: datetime, severity: Severity
) -> None:
    window = TopicWindow(
        name="校庆",
        opens_at=opens_at,
        closes_at=NOON + 2 * HOUR,
        categories=frozenset({"rumour"}),
    )
    finding = seen(RUMOUR, knowing(TEXT, window))
    assert finding is not None
    assert finding.severity is severity


def test_word_of_an_open_window_needs_a_permit() -> None:
    window = TopicWindow(
        name="校庆", opens_at=NOON - HOUR, closes_at=NOON + HOUR, words=("校庆预算",)
    )
    finding = seen("校庆·预算是多少", knowing(TEXT, window))
    assert finding is not None
    assert (finding.clause, finding.kind) == ("22", "serious")
    assert "敏感期“校庆”" in finding.reason
    assert finding.excerpt is not None
    assert finding.excerpt.text[finding.excerpt.start : finding.excerpt.end] == "校庆·预算"
    assert seen("校庆预算是多少", knowing("校庆预算是多少", window)) is None
