"""How much of the corpora the content rules see, by the product's own code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Final

from config.articles import load_articles
from config.lexicons import read_word_list
from config.policy import load_detectors
from plugins.content.matching import TechniquePolicy
from plugins.content.sightings import Sighting, WordLists
from plugins.content.sources import Sources
from plugins.content.subjects import subjects_of
from tests.corpora.reading import WORDS, Evasion, Ordinary

CONFIGURATION: Final = Path(__file__).parents[2] / "config"
_NINETY_FIVE_PERCENT: Final = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the Wilson interval at 95 %."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """The share itself."""
        return self.count / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound."""
        square = _NINETY_FIVE_PERCENT**2
        width = 1 + square / self.total
        middle = (self.value + square / (2 * self.total)) / width
        spread = self.value * (1 - self.value) / self.total + square / (4 * self.total**2)
        reach = _NINETY_FIVE_PERCENT * sqrt(spread) / width
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Recall:
    """What was seen of one technique; ``acting`` of it without asking a person."""

    technique: str
    seen: Share
    acting: int
    missed: tuple[Evasion, ...]


@dataclass(frozen=True, slots=True)
class FalseHit:
    """An ordinary message in which something was seen."""

    message: Ordinary
    sighting: Sighting


def word_lists(path: Path = WORDS) -> WordLists:
    """The corpora's own words, default policy and detectors, built as the service builds them."""
    articles = load_articles(CONFIGURATION)
    words = read_word_list(path, articles.categories)
    detectors = load_detectors(CONFIGURATION)
    return Sources(words, subjects_of(articles), TechniquePolicy(), detectors=detectors).build()


def recalls(lists: WordLists, evasions: Sequence[Evasion]) -> list[Recall]:
    """By technique, in the order of the names."""
    found = []
    for technique in sorted({one.technique for one in evasions}):
        mine = [one for one in evasions if one.technique == technique]
        seen = {one: _meant(lists, one) for one in mine}
        missed = tuple(one for one in mine if not seen[one])
        acting = sum(any(sighting.acts for sighting in seen[one]) for one in mine)
        found.append(Recall(technique, Share(len(mine) - len(missed), len(mine)), acting, missed))
    return found


def false_hits(lists: WordLists, messages: Iterable[Ordinary]) -> list[FalseHit]:
    """Everything seen in ordinary messages, at most one a message."""
    return [FalseHit(one, seen[0]) for one in messages if (seen := lists.look(one.text))]


def _meant(lists: WordLists, evasion: Evasion) -> list[Sighting]:
    """Sightings of the word that was meant, or of a listed word that shares its characters.

    代写 seen in a disguised 代写论文 recalls the same message, so it counts.
    """
    return [
        sighting
        for sent, message in enumerate(evasion.messages)
        for sighting in (*lists.look(message), *_across(lists, evasion.messages[: sent + 1]))
        if sighting.word in evasion.word or evasion.word in sighting.word
    ]


def _across(lists: WordLists, messages: Sequence[str]) -> list[Sighting]:
    """As the chat rule looks at a short message together with those before it."""
    return lists.look_across(messages) if len(messages) > 1 else []
