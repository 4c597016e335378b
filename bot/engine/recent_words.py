"""The last short messages of each author, for words that are sent in pieces. Never stored."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.domain.identifiers import AccountKey, GroupKey

LONGEST_PIECE: Final = 20
"""A longer message is no piece of a word, and ends what was being spelled."""
KEPT_FOR: Final = timedelta(minutes=2)
_PIECES: Final = 8
_AUTHORS: Final = 4096

Key = tuple[GroupKey, AccountKey]
Pieces = deque[tuple[datetime, str]]


@dataclass(slots=True)
class RecentWords:
    """By group and author; whoever has been silent longest is forgotten first."""

    _by_author: OrderedDict[Key, Pieces] = field(default_factory=OrderedDict)

    def note(self, group: GroupKey, author: AccountKey, text: str, at: datetime) -> None:
        """Remember a message, or forget the author's if this one is no piece."""
        key = (group, author)
        if not text or len(text) > LONGEST_PIECE:
            self._by_author.pop(key, None)
            return
        self._by_author.setdefault(key, deque(maxlen=_PIECES)).append((at, text))
        self._by_author.move_to_end(key)
        if len(self._by_author) > _AUTHORS:
            self._by_author.popitem(last=False)

    def of(self, group: GroupKey, author: AccountKey, now: datetime) -> tuple[str, ...]:
        """What the author sent lately in this group, oldest first."""
        pieces = self._by_author.get((group, author), ())
        return tuple(text for at, text in pieces if abs(now - at) <= KEPT_FOR)
