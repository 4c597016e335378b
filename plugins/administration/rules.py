"""When a rule may go further than it did. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from bot.domain.identifiers import AccountKey
from bot.domain.measures import Mode

MODES = {mode.label: mode for mode in Mode} | {mode.value: mode for mode in Mode}
"""The modes by every name users may write."""
SECOND_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One administrator's wish that a rule may act, until a second one shares it."""

    mode: Mode
    by: AccountKey
    at: datetime

    def written(self) -> str:
        """As it is kept."""
        return f"{self.mode.value}|{self.by}|{self.at.isoformat()}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """As it was kept; None where nothing is."""
        parts = text.split("|")
        if len(parts) != 3:
            return None
        return cls(Mode(parts[0]), AccountKey.parse(parts[1]), datetime.fromisoformat(parts[2]))


@dataclass(frozen=True, slots=True)
class Wish:
    """A change of mode that somebody wants now."""

    now: Mode
    then: Mode
    granted: Mode
    """The operator's own decision for new groups and rules (``QUNGUI_MODE``)."""

    @property
    def needs_second(self) -> bool:
        """To act more than now, and more than the operator decided, takes two people."""
        return self.then.rank > max(self.now.rank, self.granted.rank)


def agreed(wish: Wish, by: AccountKey, at: datetime, earlier: Proposal | None) -> bool:
    """Whether the change may be made: at once, or because a second person wants the same."""
    if not wish.needs_second:
        return True
    return (
        earlier is not None
        and earlier.mode is wish.then
        and earlier.by != by
        and timedelta(0) <= at - earlier.at <= SECOND_WITHIN
    )
