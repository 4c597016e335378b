"""Whether a word list sees what it must and leaves alone what it must. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from plugins.content.overlay import Place, place_of
from plugins.content.sightings import RULE_ID, Sighting

Look = Callable[[str], Sequence[Sighting]]

FEWEST = 3
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence; ``origin`` names where it stands (a file, or E12)."""

    origin: str
    text: str
    must_hit: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """The examples of one list or category; ``covers`` says which words are meant by it."""

    covers: Callable[[Place], bool]
    examples: tuple[Example, ...]

    def failures(self, look: Look) -> list[str]:
        """In Chinese, every example that is not as it must be; never the listed word."""
        return [complaint(one) for one in self.examples if self._hits(look, one) != one.must_hit]

    def _hits(self, look: Look, example: Example) -> bool:
        return any(self.covers(place) for place in places_in(look(example.text)))


def places_in(seen: Iterable[Sighting]) -> set[Place]:
    """The listed words that were seen."""
    return {place_of(one.category, one.word) for one in seen if one.rule == RULE_ID}


def complaint(example: Example) -> str:
    """What is wrong with an example that is not as it must be."""
    text = example.text if len(example.text) <= _SHOWN else example.text[:_SHOWN] + "……"
    verdict = "应命中而没有命中" if example.must_hit else "应放行却会命中"
    return f"{example.origin}“{text}”{verdict}"


def lacking(examples: Iterable[Example]) -> tuple[int, int]:
    """How many sentences that must hit, and that must not, are still missing."""
    given = list(examples)
    hits = sum(one.must_hit for one in given)
    return max(0, FEWEST - hits), max(0, FEWEST - (len(given) - hits))
