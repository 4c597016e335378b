"""A message is covered by exactly its permit; one that comes near is told what is different."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import Attachment, Mention, MessagePosted, Part, Quote, Text
from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.permit_book import PermitBook
from bot.domain.permits import Permit, PermitState, Signature, fingerprint
from bot.domain.text_difference import difference, similarity
from bot.domain.topic_windows import TopicWindow, TopicWindows
from tests.bot.domain.test_permits import APPLICANT, GROUP, HOUR, NOON, ONE, permit

TEXT = "各位老师：12月1日起三号楼停水检修，\n请提前储水。"
OTHER_GROUP = GroupKey(Platform.QQ, "2")
STRANGER = AccountKey(Platform.QQ, "99")


def granted(**how: object) -> Permit:
    made = replace(
        permit(),
        fingerprint=fingerprint(TEXT),
        state=PermitState.APPROVED,
        approvals=(Signature(ONE, NOON, fingerprint(TEXT)),),
    )
    return replace(made, **how)  # type: ignore[arg-type]  # the caller's keywords


def posted(
    *parts: Part | str,
    group: GroupKey = GROUP,
    author: AccountKey = APPLICANT,
    after: timedelta = HOUR,
) -> MessagePosted:
    return MessagePosted(
        platform=Platform.QQ,
        event_id="m",
        occurred_at=NOON + after,
        received_at=NOON + after,
        group=group,
        message_id="m",
        author=author,
        author_card="",
        parts=tuple(Text(part) if isinstance(part, str) else part for part in parts),
    )


def book(*permits: Permit) -> PermitBook:
    return PermitBook(permits, {one.number: TEXT for one in permits})


@pytest.mark.parametrize(
    "parts",
    [
        (TEXT,),
        (TEXT.replace("\n", "\r\n") + " \n",),
        (Mention(None), f" {TEXT}"),
        (Quote("m0"), TEXT),
        (TEXT[:5], TEXT[5:]),
    ],
    ids=["exact", "line ends", "everybody mentioned", "in reply", "in two pieces"],
)
def test_message_with_the_text_is_covered(parts: tuple[Part | str, ...]) -> None:
    event = posted(*parts)
    assert book(granted()).covering(event, event.occurred_at) == granted()


UNCOVERED = [
    pytest.param(posted(TEXT + "！"), {}, "与许可 X1 号文本不一致", id="one more character"),
    pytest.param(posted(TEXT, group=OTHER_GROUP), {}, "许可 X1 不包括本群", id="another group"),
    pytest.param(posted(TEXT, after=11 * HOUR), {}, "许可 X1 已到期", id="too late"),
    pytest.param(
        posted(TEXT), {"starts_at": NOON + 2 * HOUR}, "还没有到开始的时间", id="too early"
    ),
    pytest.param(posted(TEXT, author=STRANGER), {}, "没有许可此人发布", id="another author"),
    pytest.param(posted(TEXT, Attachment("picture")), {}, "只许可文字", id="with a picture"),
    pytest.param(
        posted(TEXT), {"state": PermitState.WAITING, "approvals": ()}, "尚未批准", id="waiting"
    ),
    pytest.param(posted(TEXT), {"state": PermitState.REVOKED}, "已撤销", id="revoked"),
    pytest.param(
        posted(TEXT), {"state": PermitState.REJECTED, "approvals": ()}, "已驳回", id="rejected"
    ),
]


@pytest.mark.parametrize(("event", "how", "reason"), UNCOVERED)
def test_message_that_lacks_something_is_not_covered_and_is_told_what(
    event: MessagePosted, how: dict[str, object], reason: str
) -> None:
    known = book(granted(**how))
    text = "".join(part.text for part in event.parts if isinstance(part, Text))
    assert known.covering(event, event.occurred_at) is None
    deviation = known.deviation(event, text, event.occurred_at)
    assert deviation is not None
    assert reason in deviation.reason
    assert TEXT[:4] not in deviation.reason


def test_somebody_named_and_anybody_where_it_says_so_may_post_it() -> None:
    event = posted(TEXT, author=STRANGER)
    assert book(granted(posters=(STRANGER,))).covering(event, event.occurred_at)
    assert book(granted(anybody=True)).covering(event, event.occurred_at)


def test_difference_shows_both_forms_of_the_place() -> None:
    event = posted(TEXT.replace("12月1日", "12月2日"))
    deviation = book(granted()).deviation(event, event.parts[0].text, NOON)  # type: ignore[union-attr]
    assert deviation is not None
    assert "［1］" in deviation.difference
    assert "［2］" in deviation.difference


def test_other_text_is_no_deviation() -> None:
    assert book(granted()).deviation(posted("明天下午开会"), "明天下午开会", NOON) is None
    assert PermitBook().deviation(posted(TEXT), TEXT, NOON) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_a_share_and_only_the_same_is_whole(one: str, other: str) -> None:
    alike = similarity(one, other)
    assert 0 <= alike <= 1
    assert (alike == 1) == (one == other)
    assert bool(difference(one, other)) == (one != other)


def test_long_hostile_texts_are_compared_in_no_time() -> None:
    before = time.perf_counter()
    for _ in range(20):
        similarity("的" * 1000 + "了" * 1000, "了的" * 1000)
    assert time.perf_counter() - before < 1


EXAM = TopicWindow(
    name="招生季",
    opens_at=NOON,
    closes_at=NOON + HOUR,
    categories=frozenset({"rumour"}),
    words=("招生计划", "VIP"),
)


def test_window_opens_and_closes_by_the_clock() -> None:
    windows = TopicWindows([EXAM])
    before, last = NOON - timedelta(seconds=1), NOON + HOUR - timedelta(seconds=1)
    assert [windows.reserves("rumour", at) for at in (before, NOON, last, NOON + HOUR)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert windows.reserves("major_event", before)
    assert windows.raised("rumour", Severity.MINOR, before) is Severity.MINOR
    assert windows.raised("rumour", Severity.MINOR, NOON) is Severity.SERIOUS
    assert windows.raised("rumour", Severity.CRITICAL, NOON) is Severity.CRITICAL
    assert windows.word_in("招生计划", before) is None


@pytest.mark.parametrize(
    "text", ["今年招生计划", "招-生·计 划公布", "ｖｉｐ通道", "招\u200b生计划"]
)
def test_word_of_an_open_window_is_seen_where_it_stands(text: str) -> None:
    seen = TopicWindows([EXAM]).word_in(text, NOON)
    assert seen is not None
    assert text[seen.start : seen.end] in text
    assert TopicWindows([EXAM]).word_in(text[seen.start : seen.end], NOON) is not None


def test_other_words_are_left_alone() -> None:
    assert TopicWindows([EXAM]).word_in("今天下午开会", NOON) is None
