"""Whether a word list sees what it must and leaves alone what it must. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.lexicon_examples import FEWEST, ListExamples
from plugins.content.overlay import Place, place_of
from plugins.content.sightings import RULE_ID, Sighting

Look = Callable[[str], Sequence[Sighting]]

_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence; ``origin`` names where it stands (a file, or E12)."""

    origin: str
    text: str
    must_hit: bool


@dataclass(frozen=True, slots=True)
class Proven:
    """How the examples of all lists came out."""

    sentences: int
    failures: tuple[str, ...]
    without: tuple[str, ...]
    """Lists that have not three of each."""


def prove(
    look: Look, of_list: Mapping[str, frozenset[Place]], given: Sequence[ListExamples]
) -> Proven:
    """Hold every list against its own examples."""
    failures: list[str] = []
    enough = {f"{one.name}.tsv" for one in given if one.enough}
    for one in given:
        mine = of_list.get(f"{one.name}.tsv", frozenset())
        origin = f"{one.name}.examples.toml"
        sentences = [Example(origin, text, must_hit=True) for text in one.must_hit]
        sentences += [Example(origin, text, must_hit=False) for text in one.must_not_hit]
        failures += [
            complaint(each)
            for each in sentences
            if bool(places_in(look(each.text)) & mine) != each.must_hit
        ]
    count = sum(len(one.must_hit) + len(one.must_not_hit) for one in given)
    return Proven(count, tuple(failures), tuple(sorted(set(of_list) - enough)))


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
