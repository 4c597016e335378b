"""What chat changed, laid over what the files list. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.measures import Mode
from data.word_changes import WordChange
from plugins.content.matching import Entry, Listed
from plugins.content.sightings import word_source

Place = tuple[str, str]
"""A word's category, and the word without its capitals."""


@dataclass(frozen=True, slots=True)
class Overlaid:
    """The words in force; ``held`` are those still being watched, by the source of their hits."""

    words: tuple[Listed, ...]
    held: Mapping[str, Mode]


def place_of(category: str, word: str) -> Place:
    """What makes two entries the same."""
    return category, word.casefold()


def overlay(listed: Iterable[Listed], changes: Iterable[WordChange]) -> Overlaid:
    """The files' words with every change in place of them."""
    words: dict[Place, Listed] = {place_of(one.category, one.word): one for one in listed}
    held: dict[str, Mode] = {}
    for change in changes:
        place, after = place_of(change.category, change.word), change.after
        if after is None:
            continue
        words.pop(place, None)
        if after.severity is None:
            continue
        words[place] = Entry(change.word, change.category, after.severity, after.excuses)
        if after.at_most is not Mode.ENFORCE:
            held[word_source(change.category, change.word)] = after.at_most
    return Overlaid(tuple(words.values()), held)
