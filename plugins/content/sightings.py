"""What can be seen in a text: listed words, topics and numbers, told in one shape.

The chat rule, ``qungui scan``, ``试`` and the texts of attachments all look through ``WordLists``.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from bot.domain.findings import STATE_SECRETS, Severity
from bot.domain.measures import Mode
from plugins.content.matching import Hit, Matcher

RULE_ID: Final = "content"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something seen in a text at ``start`` to ``end``, code points of the original.

    ``rule`` is ``content`` for a listed word, ``expression:<id>`` or ``detector:<name>``;
    ``word`` is the listed word, or the title of the topic or of the kind of number.
    ``technique`` is for programs, ``manner`` says the same in Chinese.
    ``acts`` is False where only a person may act on it.
    """

    rule: str
    word: str
    category: str
    severity: Severity
    start: int
    end: int
    span: str = field(repr=False)
    technique: str
    manner: str
    acts: bool
    parts: tuple[tuple[int, int], ...] = ()
    """Where the words of a topic stand, in order."""

    def words(self) -> tuple[str, ...]:
        """What stands there: the words that decided, or the whole span."""
        places = self.parts or ((self.start, self.end),)
        return tuple(self.span[start - self.start : end - self.start] for start, end in places)


class Finder(Protocol):
    """Sees one sort of thing: topics, or numbers."""

    def find(self, text: str) -> Iterable[Sighting]:
        """Everything of its sort; an empty tuple for nearly every text."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A category of content: what users read, and the clause a violation of it cites."""

    title: str
    clause: str


@dataclass(frozen=True, slots=True)
class WordLists:
    """The matcher with the categories its words belong to, and whatever else is looked for.

    A reload makes another one.
    """

    matcher: Matcher
    subjects: Mapping[str, Subject]
    finders: tuple[Finder, ...] = ()
    held: Mapping[str, Mode] = field(default_factory=dict)
    """How far a source may go that is still being watched; see ``source_of``."""

    def look(self, text: str) -> list[Sighting]:
        """Everything to be seen in a text, in order of position; empty for a clean one."""
        hits = self.matcher.find(text)
        seen = [word_sighting(hit) for hit in hits] if hits else []
        for finder in self.finders:
            seen.extend(finder.find(text))
        if len(seen) > 1:
            seen.sort(key=lambda sighting: (sighting.start, sighting.end))
        return seen

    def look_across(self, messages: Sequence[str]) -> list[Sighting]:
        """A word sent in pieces that ends in the last of one author's messages."""
        return [word_sighting(hit) for hit in self.matcher.find_across(messages)]

    def deciding(self, seen: Sequence[Sighting]) -> Sighting:
        """What decides about a text: what is still being watched hides nothing that may act."""
        if self.held:
            proven = [one for one in seen if source_of(one) not in self.held]
            return gravest(proven or seen)
        return gravest(seen)


def word_source(category: str, word: str) -> str:
    """What a case keeps of the word that was hit: enough to count by, not the word."""
    digest = hashlib.sha256(f"{category}\n{word.casefold()}".encode()).hexdigest()
    return f"word:{digest[:16]}"


def source_of(sighting: Sighting) -> str:
    """Which part of the rule saw it: the listed word, the topic or the detector."""
    if sighting.rule == RULE_ID:
        return word_source(sighting.category, sighting.word)
    return sighting.rule


def word_sighting(hit: Hit) -> Sighting:
    """A listed word as a sighting."""
    return Sighting(
        RULE_ID,
        hit.word,
        hit.category,
        hit.severity,
        hit.start,
        hit.end,
        hit.span,
        hit.technique,
        f"写法：{hit.technique.label}",
        hit.acts,
    )


def gravest(sightings: Iterable[Sighting]) -> Sighting:
    """What decides: what may be acted on, then a state secret, then the gravest, then the first.

    A secret beside something graver must not miss its first aid.
    """
    return min(
        sightings,
        key=lambda seen: (
            not seen.acts,
            seen.category != STATE_SECRETS,
            -seen.severity.rank,
            seen.start,
        ),
    )


def reason_for(sighting: Sighting, subjects: Mapping[str, Subject]) -> str:
    """What users read: the category and how it was recognised, never the words themselves."""
    sort = "词语" if sighting.rule == RULE_ID else "内容"
    return f"涉及“{subjects[sighting.category].title}”类{sort}（{sighting.manner}）"
