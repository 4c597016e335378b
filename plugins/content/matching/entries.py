"""What is looked for, and what is found."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.findings import Severity
from bot.domain.spellings import Technique


class Listed(Protocol):
    """A word of a list: what ``Matcher.build`` needs to know of it."""

    @property
    def word(self) -> str:
        """As the list spells it."""

    @property
    def category(self) -> str:
        """A key under ``[categories]`` of ``articles.toml``."""

    @property
    def severity(self) -> Severity:
        """How grave a hit is."""

    @property
    def excuses(self) -> tuple[str, ...]:
        """Longer words that excuse a hit when they enclose it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The plainest ``Listed``."""

    word: str
    category: str
    severity: Severity
    excuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed word in a text.

    ``start`` and ``end`` are code-point positions in the original text, ``span`` what stands there.
    ``acts`` is False where only a person may act on it.
    """

    word: str
    category: str
    severity: Severity
    start: int
    end: int
    span: str
    technique: Technique
    acts: bool
