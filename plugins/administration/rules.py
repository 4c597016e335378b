"""When a rule may go further than it did, and when a bound may be loosened. Pure."""

from collections.abc import Callable
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
    """One administrator's wish for a value, until a second one shares it."""

    value: str
    by: AccountKey
    at: datetime

    def written(self) -> str:
        """As it is kept."""
        return f"{self.value}|{self.by}|{self.at.isoformat()}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """As it was kept; None where nothing is."""
        parts = text.rsplit("|", 2)
        if len(parts) != 3:
            return None
        return cls(parts[0], AccountKey.parse(parts[1]), datetime.fromisoformat(parts[2]))


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


def agreed(wished: Proposal, earlier: Proposal | None, person: Callable[[AccountKey], str]) -> bool:
    """Whether a second person wants now what a first one wanted lately.

    ``person`` says whose an account is: two accounts of one person are one.
    """
    return (
        earlier is not None
        and earlier.value == wished.value
        and person(earlier.by) != person(wished.by)
        and timedelta(0) <= wished.at - earlier.at <= SECOND_WITHIN
    )
