"""Words found in attachments are judged like those of a message; long files in pieces."""

from datetime import timedelta

import pytest

from bot.domain.events import AttachmentRead
from bot.domain.findings import Finding
from bot.domain.groups import Role
from bot.domain.identifiers import MessageKey, Platform
from bot.domain.inspection import Inspection, Uninspected
from plugins.content.inspecting import AttachmentInspector
from plugins.content.inspection.reader import Reader
from plugins.content.rules import ContentRule
from tests.plugins.content.test_rules import ADVERT, LISTS, RUMOUR, SECRET
from tests.plugins.scene import GROUP, NEWCOMER, NOON, college


def judge(text: str, **more: object) -> Finding | None:
    event = AttachmentRead(
        **{  # type: ignore[arg-type]  # the caller's keywords
            "platform": Platform.QQ, "event_id": "r", "occurred_at": NOON, "received_at": NOON,
            "group": GROUP, "message": MessageKey(GROUP, "m1"), "place": 0, "form": "picture",
            "author": NEWCOMER, "author_role": Role.MEMBER, "posted_at": NOON, "text": text, **more,
        }
    )  # fmt: skip
    judged = list(ContentRule(LISTS).judge(event, college()))
    assert len(judged) <= 1
    assert not judged or isinstance(judged[0], Finding)
    return judged[0] if judged else None  # type: ignore[return-value]  # asserted above


def test_a_word_in_a_picture_is_a_finding_about_its_message() -> None:
    finding = judge(f"海报 {ADVERT}")

    assert finding is not None
    assert (finding.kind, finding.account) == ("serious", NEWCOMER)
    assert finding.message == MessageKey(GROUP, "m1")
    assert "在图片中" in finding.reason


def test_nothing_of_a_secret_in_a_file_is_copied() -> None:
    finding = judge(f"会议纪要 {SECRET}", form="file")

    assert finding is not None
    assert finding.excerpt is not None
    assert finding.excerpt.text == ""
    assert SECRET not in repr(finding)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"author_role": Role.OWNER}, "by_owner"),
        ({"late": True, "posted_at": NOON - timedelta(hours=3)}, "suspected"),
        ({"late": True, "posted_at": NOON - timedelta(hours=1)}, "serious"),
    ],
)
def test_who_posted_it_and_when_decide_as_for_words(more: dict[str, object], kind: str) -> None:
    finding = judge(ADVERT, **more)

    assert finding is not None
    assert finding.kind == kind


def test_clean_and_unread_attachments_are_no_findings() -> None:
    assert judge("下午三点开会") is None
    assert judge("", uninspected=Uninspected.LOCKED) is None


class CountingReader(Reader):
    """Reads text without a child, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def read(self, content: bytes) -> Inspection:
        self.count += 1
        return Inspection(content.decode())


async def inspected(text: str, *, times: int = 1) -> tuple[str, int]:
    reader = CountingReader()
    inspector = AttachmentInspector(lambda: LISTS, reader)
    try:
        for _ in range(times):
            found = await inspector.inspect(text.encode())
    finally:
        await inspector.close()
    return found.text, reader.count


async def test_the_same_content_is_read_once() -> None:
    assert await inspected("下午三点开会", times=3) == ("下午三点开会", 1)


async def test_of_a_long_file_the_piece_with_the_gravest_word_is_judged() -> None:
    filler = "下午三点在行政楼开会。" * 1000
    text, _ = await inspected(f"{filler}{RUMOUR}{filler}{ADVERT}{filler}")

    assert ADVERT in text
    assert RUMOUR not in text
    assert len(text) <= 4000


async def test_a_word_where_two_pieces_meet_is_seen() -> None:
    for start in range(3990, 4001):
        text, _ = await inspected("一" * start + ADVERT + "一" * 5000)
        assert ADVERT in text


async def test_a_long_clean_file_leaves_nothing_to_judge() -> None:
    assert (await inspected("下午三点在行政楼开会。" * 1000))[0] == ""
