"""The second look: what the two searches found, judged in the readings it gives reason for."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import Final

from daachorse import CharwiseDoubleArrayAhoCorasick

from bot.domain.spellings import Technique
from plugins.content.matching.compiling import KIND_BITS, Compiled
from plugins.content.matching.exactly import Verdict, verify_exact
from plugins.content.matching.patterns import Kind
from plugins.content.matching.sounds import spelled_out
from plugins.content.matching.table import Targets
from plugins.content.matching.verification import Candidate, verify
from plugins.content.matching.view import Sheet, View, collapsed_view, replaced_view, with_spots

Found = list[tuple[int, int, int]]
"""Start, end and number of a pattern in a folded text."""
Judged = tuple[str, Verdict]
"""In which reading, and what became of it."""

_KIND: Final = (1 << KIND_BITS) - 1
_KINDS: Final = tuple(Kind)
_READ_AGAIN: Final = (Kind.WORD, Kind.PINYIN)


class Examiner:
    """Looks again at what a search found; ``scan`` and ``hear`` are the two searches."""

    def __init__(self, compiled: Compiled) -> None:
        self._patterns = compiled.patterns
        self._stutters, self._components = compiled.stutters, compiled.components
        self._hearing, self._disguises = compiled.hearing, compiled.disguises
        self._target = Targets(compiled.table).get
        self._stutters_from = len(compiled.patterns)
        self._halves_from = self._stutters_from + len(compiled.stutters.gates)
        self._halves_to = self._halves_from + len(compiled.components.gates)
        load = CharwiseDoubleArrayAhoCorasick.deserialize
        self.scan = load(compiled.automaton).find_overlapping
        self.hear = load(compiled.hearing.automaton).find_overlapping

    def sifted(self, text: str, folded: str, found: Found) -> Found:
        """The matches that are worth a second look; most clean texts lose all of theirs here."""
        kept: Found = []
        halves: Found = []
        for match in found:
            number = match[2]
            if number < self._stutters_from:
                kept.append(match)
            elif number < self._halves_from:
                if self._stutters.opens(folded, match[1]):
                    kept.append(match)
            elif number < self._halves_to:
                halves.append(match)
            else:
                kept.append(match)
        if halves and self._components.spots(text, folded, self._halves(halves)):
            kept += halves
        return kept

    def sifted_sounds(self, sounds: str, heard: Found) -> Found:
        """Of syllables in letters only those that stand as in a word: most letters are others."""
        words = len(self._hearing.patterns)
        in_letters = [match for match in heard if match[2] >= words]
        if in_letters and not self._hearing.may_join(sounds, in_letters):
            return [match for match in heard if match[2] < words]
        return heard

    def examine(self, sheet: Sheet, found: Found, heard: Found) -> Iterator[Judged]:
        """Every candidate with its verdict; ``found`` sifted."""
        gates: Found = []
        named = {match[2] for match in found}
        for match in found:
            if match[2] < self._stutters_from:
                yield from self._named(sheet, match)
            else:
                gates.append(match)
        if gates:
            yield from self._gated(sheet, gates, named)
        if heard:
            yield from self._heard(sheet, heard)
        if self._disguises.odd.search(sheet.text):
            yield from self._disguised(sheet, named)

    def _disguised(self, sheet: Sheet, named: AbstractSet[int]) -> Iterator[Judged]:
        for name, text, view in self._disguises.readings(sheet):
            if self._holds_more(text, named):
                yield from self._read_again(sheet.text, name, view())

    def _named(self, sheet: Sheet, match: tuple[int, int, int]) -> Iterator[Judged]:
        start, end, number = match
        for owner in self._patterns[number]:
            target, kind = self._target(owner >> KIND_BITS), _KINDS[owner & _KIND]
            exact = None
            if kind is Kind.WORD:
                exact = verify_exact(sheet.text, sheet.folded, start, end, target)
            yield (
                "folded",
                exact or verify(Candidate(sheet.text, sheet.view, kind, target, start, end)),
            )

    def _gated(self, sheet: Sheet, gates: Found, named: AbstractSet[int]) -> Iterator[Judged]:
        folded = sheet.folded
        halves = [match for match in gates if self._halves_from <= match[2] < self._halves_to]
        if any(match[2] < self._halves_from for match in gates):
            once = "".join(character for character, _ in groupby(folded))
            if self._holds_more(once, named):
                yield from self._read_again(sheet.text, "collapsed", collapsed_view(sheet.view))
        if halves:
            spots = self._components.spots(sheet.text, folded, self._halves(halves))
            if self._holds_more(with_spots(folded, spots), named):
                joined = replaced_view(sheet.view, spots, Technique.COMPONENTS)
                yield from self._read_again(sheet.text, "joined", joined)

    def _holds_more(self, reading: str, named: AbstractSet[int]) -> bool:
        """Whether another word stands in a reading: its text is cheap, its way back is not."""
        return any(
            number < self._stutters_from and number not in named
            for _, _, number in self.scan(reading)
        )

    def _halves(self, found: Found) -> Found:
        return [(start, end, number - self._halves_from) for start, end, number in found]

    def _heard(self, sheet: Sheet, heard: Found) -> Iterator[Judged]:
        words = len(self._hearing.patterns)
        for match in heard:
            if match[2] < words:
                yield from self._sounding(sheet, match)
        if any(match[2] >= words for match in heard):
            spots = list(spelled_out(sheet.sounds))
            if spots:
                sounds = View(sheet.sounds, sheet.view.starts, sheet.view.ends)
                yield from self._mixed(
                    sheet.text, replaced_view(sounds, spots, Technique.MIXED_PINYIN)
                )

    def _sounding(self, sheet: Sheet, match: tuple[int, int, int]) -> Iterator[Judged]:
        start, end, number = match
        for word in self._hearing.patterns[number]:
            target = self._target(word)
            # The word itself sounds like the word: that has been judged by its spelling.
            if sheet.folded[start:end] != target.folded:
                candidate = Candidate(sheet.text, sheet.view, Kind.SOUND, target, start, end)
                yield "sound", verify(candidate)

    def _mixed(self, text: str, view: View) -> Iterator[Judged]:
        for start, end, number in self.hear(view.text):
            if number >= len(self._hearing.patterns) or view.via.keys().isdisjoint(
                range(start, end)
            ):
                continue
            for word in self._hearing.patterns[number]:
                candidate = Candidate(text, view, Kind.SOUND, self._target(word), start, end)
                yield "mixed", verify(candidate)

    def _read_again(self, text: str, name: str, view: View) -> Iterator[Judged]:
        """Only what owes something to this view; the rest has been judged already."""
        for start, end, number in self.scan(view.text):
            if number >= self._stutters_from or view.via.keys().isdisjoint(range(start, end)):
                continue
            for owner in self._patterns[number]:
                kind = _KINDS[owner & _KIND]
                if kind in _READ_AGAIN:
                    target = self._target(owner >> KIND_BITS)
                    yield name, verify(Candidate(text, view, kind, target, start, end))
