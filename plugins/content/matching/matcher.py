"""The matcher: two searches of the folded text, then a second look at whatever was found."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import Final, Self

from bot.domain.spellings import Response, Technique, TechniquePolicy
from plugins.content.matching.compiling import Compiled, compile_words
from plugins.content.matching.entries import Hit, Listed
from plugins.content.matching.exactly import SHORT, Verdict
from plugins.content.matching.examination import Examiner, Judged
from plugins.content.matching.fold import fold, fold_table
from plugins.content.matching.literals import Literals
from plugins.content.matching.sounds import paired_table
from plugins.content.matching.view import Sheet

NOTHING: Final[tuple[Hit, ...]] = ()
_place = attrgetter("start", "end")


@dataclass(frozen=True, slots=True)
class Step:
    """One candidate on the way to a hit, for ``试 文本``."""

    word: str
    category: str
    view: str
    """The reading in which it was found."""
    start: int
    end: int
    span: str
    technique: Technique | None
    acts: bool
    refusal: str | None
    """In Chinese, why it is no hit; None for a hit."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every stage of one judgement."""

    text: str
    folded: str
    steps: tuple[Step, ...]
    hits: tuple[Hit, ...]


class Matcher:
    """Finds listed words however they are spelled. Immutable: a reload makes another one."""

    def __init__(self, compiled: Compiled) -> None:
        self._examiner = Examiner(compiled)
        self._scan, self._hear = self._examiner.scan, self._examiner.hear
        self._sifted, self._sifted_sounds = self._examiner.sifted, self._examiner.sifted_sounds
        self._suspects = compiled.disguises.suspects
        self._is_odd = compiled.disguises.odd.search
        self._listens = bool(compiled.hearing)
        self._table = paired_table() if self._listens else fold_table()
        self._literals = Literals(map(compiled.table.entry, compiled.literals))
        self._response = lru_cache(1024)(compiled.policy.joint_response)

    @classmethod
    def build(cls, entries: Iterable[Listed], policy: TechniquePolicy | None = None) -> Self:
        """A matcher for these words; ``policy`` None: the defaults of ``TechniquePolicy``."""
        return cls(compile_words(entries, policy or TechniquePolicy()))

    def find(self, text: str) -> tuple[Hit, ...]:
        """The hits in order of position; the same empty tuple for every clean text."""
        read = text.translate(self._table)
        if self._listens:
            folded, sounds = read[1::2], read[::2]
            heard = self._hear(sounds)
            if heard:
                heard = self._sifted_sounds(sounds, heard)
        else:
            folded, sounds, heard = read, "", []
        found = self._scan(folded)
        if found:
            found = self._sifted(text, folded, found)
        if not (found or heard or self._literals.has_signs_only) and not (
            self._is_odd(text) and self._suspects(text)
        ):
            return NOTHING
        sheet = Sheet(text, folded, sounds)
        return self._settle(text, self._examiner.examine(sheet, found, heard))

    def find_across(self, messages: Sequence[str]) -> tuple[Hit, ...]:
        """Words that one author sent in pieces, the last of them in the last message.

        Positions are those of the last piece in the last message.
        """
        pieces = [_bare(message) for message in messages]
        last = pieces[-1]
        joined = "".join(pieces)
        border = len(joined) - len(last)
        offset = messages[-1].find(last)
        borders = set(accumulate(map(len, pieces), initial=0))
        return tuple(
            self._in_last(hit, messages[-1], offset, offset + hit.end - border)
            for hit in self.find(joined)
            if hit.start < border < hit.end and _is_in_pieces(hit, borders)
            if self._across(hit) is not Response.OFF
        )

    def _across(self, hit: Hit) -> Response:
        return self._response(frozenset({hit.technique, Technique.SUCCESSIVE}), hit.category)

    def _in_last(self, hit: Hit, message: str, start: int, end: int) -> Hit:
        return replace(
            hit,
            start=start,
            end=end,
            span=message[start:end],
            technique=Technique.SUCCESSIVE,
            acts=hit.acts and self._across(hit) is Response.ACT,
        )

    def explain(self, text: str) -> Explanation:
        """How ``find`` comes to its answer."""
        read = text.translate(paired_table())
        sheet = Sheet(text, read[1::2], read[::2])
        heard = self._hear(sheet.sounds) if self._listens else []
        heard = self._sifted_sounds(sheet.sounds, heard)
        found = self._sifted(text, sheet.folded, self._scan(sheet.folded))
        judged = list(self._examiner.examine(sheet, found, heard))
        steps = tuple(self._step(text, view, verdict) for view, verdict in judged)
        return Explanation(text, sheet.folded, steps, self._settle(text, judged))

    def _settle(self, text: str, judged: Iterable[Judged]) -> tuple[Hit, ...]:
        """One hit a word and place, by the plainest reading."""
        hits = [hit for _, verdict in judged if (hit := self._hit(text, verdict))]
        if len(hits) > 1:
            hits = _plainest(hits)
        hits.extend(self._literals.find(text))
        return tuple(sorted(hits, key=_place)) if hits else NOTHING

    def _hit(self, text: str, verdict: Verdict) -> Hit | None:
        if verdict.refusal is not None:
            return None
        listed = verdict.target.listed
        response = self._response(verdict.techniques, listed.category)
        if response is Response.OFF:
            return None
        return Hit(
            listed.word,
            listed.category,
            listed.severity,
            verdict.start,
            verdict.end,
            text[verdict.start : verdict.end],
            verdict.technique,
            acts=response is Response.ACT,
        )

    def _step(self, text: str, view: str, verdict: Verdict) -> Step:
        listed = verdict.target.listed
        hit = self._hit(text, verdict)
        off = "该写法已关闭" if verdict.refusal is None and hit is None else None
        return Step(
            listed.word,
            listed.category,
            view,
            verdict.start,
            verdict.end,
            text[verdict.start : verdict.end],
            hit.technique if hit else None,
            acts=hit is not None and hit.acts,
            refusal=verdict.refusal or off,
        )


def _bare(message: str) -> str:
    """Without the signs at its ends."""
    kept = [at for at, character in enumerate(message) if fold(character)]
    return message[kept[0] : kept[-1] + 1] if kept else ""


def _is_in_pieces(hit: Hit, borders: AbstractSet[int]) -> bool:
    """A short word comes about by chance unless some message was nothing but a piece of it."""
    if len(hit.word) > SHORT:
        return True
    inside = sum(hit.start <= border <= hit.end for border in borders)
    return inside > 1


def _plainest(hits: list[Hit]) -> list[Hit]:
    """Of the hits of one word that overlap, the one read most plainly."""
    kept: list[Hit] = []
    places: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for hit in sorted(hits, key=_plainness):
        # What is kept of one word never overlaps: only the two neighbours can be in the way.
        taken = places[hit.word, hit.category]
        at = bisect_left(taken, (hit.start, hit.end))
        near = taken[max(0, at - 1) : at + 1]
        if not any(start < hit.end and hit.start < end for start, end in near):
            taken.insert(at, (hit.start, hit.end))
            kept.append(hit)
    return kept


def _plainness(hit: Hit) -> tuple[int, int, int]:
    return hit.technique.rank, hit.start, hit.end
