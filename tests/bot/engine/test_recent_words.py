"""What is remembered of an author's last messages, and for how long."""

from datetime import UTC, datetime, timedelta

from bot.domain.identifiers import AccountKey, GroupKey
from bot.engine.recent_words import KEPT_FOR, LONGEST_PIECE, RecentWords

GROUP, OTHER = GroupKey.parse("qq:200"), GroupKey.parse("qq:201")
ZHANG, LI = AccountKey.parse("qq:1"), AccountKey.parse("qq:2")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_each_author_is_remembered_in_each_group() -> None:
    recent = RecentWords()
    recent.note(GROUP, ZHANG, "考", NOW)
    recent.note(GROUP, LI, "好", NOW)
    recent.note(GROUP, ZHANG, "试", NOW)
    assert recent.of(GROUP, ZHANG, NOW) == ("考", "试")
    assert recent.of(GROUP, LI, NOW) == ("好",)
    assert recent.of(OTHER, ZHANG, NOW) == ()


def test_what_was_said_minutes_ago_is_forgotten() -> None:
    recent = RecentWords()
    recent.note(GROUP, ZHANG, "考", NOW)
    assert recent.of(GROUP, ZHANG, NOW + KEPT_FOR) == ("考",)
    assert recent.of(GROUP, ZHANG, NOW + KEPT_FOR + timedelta(seconds=1)) == ()


def test_a_long_message_ends_what_was_being_spelled() -> None:
    recent = RecentWords()
    recent.note(GROUP, ZHANG, "考", NOW)
    recent.note(GROUP, ZHANG, "长" * (LONGEST_PIECE + 1), NOW)
    assert recent.of(GROUP, ZHANG, NOW) == ()


def test_memory_is_bounded() -> None:
    recent = RecentWords()
    for number in range(10_000):
        recent.note(GROUP, AccountKey.parse(f"qq:{number}"), "好", NOW)
        recent.note(GROUP, ZHANG, str(number % 10), NOW)
    held = sum(bool(recent.of(GROUP, AccountKey.parse(f"qq:{n}"), NOW)) for n in range(10_000))
    assert held <= 4096
    assert len(recent.of(GROUP, ZHANG, NOW)) == 8
