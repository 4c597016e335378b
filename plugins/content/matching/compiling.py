"""From word lists to what the matcher searches with: made once, kept as bytes, quick to load."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from daachorse import CharwiseDoubleArrayAhoCorasick

from bot.domain.spellings import Technique, TechniquePolicy
from plugins.content.matching.components import Components
from plugins.content.matching.disguises import Disguises
from plugins.content.matching.entries import Listed
from plugins.content.matching.fold import fold
from plugins.content.matching.hearing import HEARD_FROM, SHORT_LIST, Hearing
from plugins.content.matching.literals import is_literal
from plugins.content.matching.patterns import Bounds, patterns_of
from plugins.content.matching.stutters import Stutters
from plugins.content.matching.table import Index, WordTable

KIND_BITS: Final = 3
"""An owner is the number of a word and, in its lowest bits, the ``Kind`` of its pattern."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """Everything a matcher needs, in few and large pieces."""

    policy: TechniquePolicy
    table: WordTable
    literals: tuple[int, ...]
    patterns: Index
    stutters: Stutters
    components: Components
    automaton: bytes
    """Looks through folded text for the patterns, then the gates in the order of the fields."""
    hearing: Hearing
    disguises: Disguises


def compile_words(entries: Iterable[Listed], policy: TechniquePolicy) -> Compiled:
    """Takes seconds for a hundred thousand words, most of them spent on reading them aloud."""
    return compile_table(WordTable(entries), policy)


def compile_table(table: WordTable, policy: TechniquePolicy) -> Compiled:
    """As ``compile_words``."""
    is_short = len(table) <= SHORT_LIST
    wanted = {
        category: frozenset(
            technique for technique in Technique if policy.looks_for(technique, category)
        )
        for category in table.categories
    }
    literals: list[int] = []
    grouped: dict[str, list[int]] = {}
    by_technique: dict[Technique, list[str]] = {technique: [] for technique in _BY_SPELLING}
    audible: list[int] = []
    for number, word in enumerate(table.words):
        if is_literal(word):
            literals.append(number)
            continue
        folded, wants = fold(word), wanted[table.category(number)]
        # Long words of long lists are heard in letters: to spell them takes most of an automaton.
        is_spelled = is_short or wants.isdisjoint(_BY_SOUND)
        bounds = Bounds(3 if is_short else 4, len(word) if is_spelled else HEARD_FROM - 1)
        for text, kind in patterns_of(word, folded, wants, bounds):
            grouped.setdefault(text, []).append(number << KIND_BITS | kind)
        for technique in _BY_SPELLING:
            if technique in wants:
                by_technique[technique].append(folded)
        if not wants.isdisjoint(_BY_SOUND):
            audible.append(number)
    stutters = Stutters(by_technique[Technique.REPETITION])
    components = Components(by_technique[Technique.COMPONENTS])
    gates = sorted({text for number in literals if (text := fold(table.words[number]))})
    return Compiled(
        policy=policy,
        table=table,
        literals=tuple(literals),
        patterns=Index(grouped.values()),
        stutters=stutters,
        components=components,
        automaton=automaton([*grouped, *stutters.gates, *components.gates, *gates]),
        hearing=Hearing.of(table, audible),
        disguises=Disguises.of(
            frozenset().union(*wanted.values()), by_technique[Technique.STAND_IN]
        ),
    )


def automaton(texts: Sequence[str]) -> bytes:
    """A serialised automaton; for no texts one that finds nothing."""
    return CharwiseDoubleArrayAhoCorasick(list(texts) or ["\0"]).serialize()


_BY_SPELLING: Final = (Technique.REPETITION, Technique.COMPONENTS, Technique.STAND_IN)
_BY_SOUND: Final = (Technique.SOUND, Technique.MIXED_PINYIN, Technique.STAND_IN)
