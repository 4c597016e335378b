"""Topics ready to be looked for: an expression is asked only when its rarest word was seen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.findings import Severity
from plugins.content.expressions.evaluation import (
    Alternative,
    Cover,
    Span,
    alternatives,
    decide,
    rarest,
)
from plugins.content.expressions.nodes import Node, words_of
from plugins.content.matching import Entry, Hit, Matcher, Technique, TechniquePolicy
from plugins.content.matching.words import frequency
from plugins.content.sightings import Sighting

Profile = tuple[str, tuple[str, ...]]
"""Category and excuses: expressions that share both can be answered from one search."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One expression of an organisation; ``excuses`` as for listed words."""

    identifier: str
    title: str
    category: str
    severity: Severity
    expression: Node
    excuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ready:
    topic: Topic
    ways: tuple[Alternative, ...]
    words: frozenset[str]
    unwanted: frozenset[str]
    profile: Profile


class Topics:
    """Finds topics in a text. Immutable: a reload makes another one."""

    def __init__(self, topics: Iterable[Topic], policy: TechniquePolicy | None = None) -> None:
        """Make ready what ``parse`` gave.

        Raises:
            BadInputError: an expression has too many alternatives.
        """
        self._woken_by: defaultdict[str, list[_Ready]] = defaultdict(list)
        triggers: dict[tuple[str, str], Entry] = {}
        atoms: defaultdict[Profile, dict[str, Entry]] = defaultdict(dict)
        for topic in topics:
            ready = _ready(topic)
            for word in {word for way in ready.ways for word in rarest(way, frequency)}:
                self._woken_by[word].append(ready)
                triggers[word, topic.category] = Entry(word, topic.category, topic.severity)
            for word in ready.words:
                atoms[ready.profile][word] = _entry(word, topic)
        self._triggers = Matcher.build(triggers.values(), policy)
        self._atoms: Mapping[Profile, Matcher] = {
            profile: Matcher.build(entries.values(), policy) for profile, entries in atoms.items()
        }

    def find(self, text: str) -> Sequence[Sighting]:
        """One sighting for each topic that is there, over the smallest stretch that shows it."""
        seen = self._triggers.find(text)
        if not seen:
            return ()
        woken = {
            id(ready): ready
            for word in {hit.word for hit in seen}
            for ready in self._woken_by[word]
        }
        hits = {
            profile: self._atoms[profile].find(text)
            for profile in {ready.profile for ready in woken.values()}
        }
        sightings = (_judge(ready, text, hits[ready.profile]) for ready in woken.values())
        return [sighting for sighting in sightings if sighting]


def _ready(topic: Topic) -> _Ready:
    ways = alternatives(topic.expression)
    return _Ready(
        topic,
        ways,
        frozenset(words_of(topic.expression)),
        frozenset(word for way in ways for node in way.unwanted for word in words_of(node)),
        (topic.category, topic.excuses),
    )


def _entry(word: str, topic: Topic) -> Entry:
    excuses = tuple(
        excuse
        for excuse in topic.excuses
        if word.casefold() in excuse.casefold() and len(excuse) > len(word)
    )
    return Entry(word, topic.category, topic.severity, excuses)


def _judge(ready: _Ready, text: str, hits: Sequence[Hit]) -> Sighting | None:
    """By the spellings that may be acted on if they suffice, else by all of them."""
    own = [hit for hit in hits if hit.word in ready.words]
    spans = _spans(own)
    against = spans | _plainly(ready.unwanted - spans.keys(), text)
    cover = decide(ready.ways, _spans(hit for hit in own if hit.acts), against)
    acts = cover is not None
    cover = cover or decide(ready.ways, spans, against)
    if cover is None:
        return None
    topic = ready.topic
    technique = _least_plain(own, cover)
    return Sighting(
        f"expression:{topic.identifier}",
        topic.title,
        topic.category,
        topic.severity,
        cover.start,
        cover.end,
        text[cover.start : cover.end],
        technique,
        f"话题：{topic.title}，写法：{technique.label}",
        acts=acts,
        parts=cover.atoms,
    )


def _spans(hits: Iterable[Hit]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {}
    for hit in hits:
        spans.setdefault(hit.word, []).append((hit.start, hit.end))
    return spans


def _plainly(words: Iterable[str], text: str) -> dict[str, list[Span]]:
    """Where words stand that excuse: here the benefit of the doubt is the author's.

    The matcher doubts a word across two others (看官|网), which is right for what accuses.
    """
    return {word: [(at, at + len(word))] for word in words if (at := text.find(word)) >= 0}


def _least_plain(hits: Iterable[Hit], cover: Cover) -> Technique:
    deciding = (hit.technique for hit in hits if (hit.start, hit.end) in cover.atoms)
    return max(deciding, key=lambda technique: technique.rank)
