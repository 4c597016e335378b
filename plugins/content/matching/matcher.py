"""The matcher: one search of the folded text, then a second look at whatever was found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from daachorse import CharwiseDoubleArrayAhoCorasick

from plugins.content.matching.components import Components
from plugins.content.matching.entries import (
    Hit,
    Listed,
    Response,
    Technique,
    TechniquePolicy,
)
from plugins.content.matching.fold import fold_table
from plugins.content.matching.literals import Literals, is_literal
from plugins.content.matching.patterns import Kind, Pattern, Target, patterns_of, target_of
from plugins.content.matching.sounds import Sounds
from plugins.content.matching.stutters import Stutters
from plugins.content.matching.verification import Candidate, Verdict, verify
from plugins.content.matching.view import View, collapsed_view, folded_view, replaced_view

NOTHING: Final[tuple[Hit, ...]] = ()

Found = list[tuple[int, int, int]]
Judged = tuple[str, Verdict]
"""In which reading, and what became of it."""


_SOUNDED: Final = (Technique.SOUND, Technique.MIXED_PINYIN)


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

    def __init__(
        self,
        patterns: Sequence[tuple[Pattern, ...]],
        literals: Iterable[Listed],
        targets: Sequence[Target],
        policy: TechniquePolicy,
    ) -> None:
        self._patterns = patterns
        self._literals = Literals(literals)
        self._policy = policy
        self._table = fold_table()
        self._stutters = Stutters(
            target.folded for target in targets if _wants(policy, target, Technique.REPETITION)
        )
        self._sounds = Sounds([target for target in targets if _wants(policy, target, *_SOUNDED)])
        self._components = Components(
            target.folded for target in targets if _wants(policy, target, Technique.COMPONENTS)
        )
        self._gates_from = len(patterns)
        self._halves_from = self._gates_from + len(self._stutters.gates)
        self._halves_to = self._halves_from + len(self._components.gates)
        texts = [same[0].text for same in patterns]
        texts += self._stutters.gates + self._components.gates + self._literals.gates
        self._listen = self._sounds.listen if self._sounds else _hear_nothing
        self._scan = CharwiseDoubleArrayAhoCorasick(texts).find_overlapping

    @classmethod
    def build(cls, entries: Iterable[Listed], policy: TechniquePolicy | None = None) -> Self:
        """A matcher for these words; ``policy`` None: the defaults of ``TechniquePolicy``."""
        chosen = policy or TechniquePolicy()
        literals: list[Listed] = []
        plain: list[Listed] = []
        for entry in entries:
            (literals if is_literal(entry.word) else plain).append(entry)
        targets = [target_of(entry) for entry in plain]
        grouped: dict[str, list[Pattern]] = {}
        for pattern in patterns_of(targets, chosen):
            grouped.setdefault(pattern.text, []).append(pattern)
        return cls([tuple(same) for same in grouped.values()], literals, targets, chosen)

    def find(self, text: str) -> tuple[Hit, ...]:
        """The hits in order of position; the same empty tuple for every clean text."""
        folded = text.translate(self._table)
        found = self._scan(folded)
        sounds = self._listen(text)
        if not found and not sounds and not self._literals.has_signs_only:
            return NOTHING
        return self._settle(text, self._examine(text, folded, found, sounds=sounds))

    def explain(self, text: str) -> Explanation:
        """How ``find`` comes to its answer."""
        folded = text.translate(self._table)
        sounds = self._listen(text)
        judged = list(self._examine(text, folded, self._scan(folded), sounds=sounds))
        steps = tuple(self._step(text, view, verdict) for view, verdict in judged)
        return Explanation(text, folded, steps, self._settle(text, judged))

    def _examine(self, text: str, folded: str, found: Found, *, sounds: bool) -> Iterator[Judged]:
        """Look again at whatever the search found, and open the views it gives reason for."""
        named = [match for match in found if match[2] < self._gates_from]
        stutters = len(named) < len(found) and any(
            self._gates_from <= number < self._halves_from and self._stutters.opens(folded, end)
            for _, end, number in found
        )
        halves = len(named) < len(found) and self._components.spots(
            folded,
            [
                (start, end, n - self._halves_from)
                for start, end, n in found
                if self._halves_from <= n < self._halves_to
            ],
        )
        if named or stutters or halves:
            view = folded_view(text)
            yield from self._verify(text, "folded", view, named)
            if stutters:
                yield from self._examine_again(text, "collapsed", collapsed_view(view))
            if halves:
                joined = replaced_view(view, halves, Technique.COMPONENTS)
                yield from self._examine_again(text, "joined", joined)
        if sounds:
            yield from self._examine_sounds(text)

    def _examine_sounds(self, text: str) -> Iterator[Judged]:
        view, heard = self._sounds.heard(text)
        for start, end, number in heard:
            for pattern in self._sounds.patterns(number):
                yield "sound", verify(Candidate(text, view, pattern, start, end))

    def _examine_again(self, text: str, name: str, view: View) -> Iterator[Judged]:
        """Only what owes something to this view; the rest has been judged already."""
        owing = [
            (start, end, number)
            for start, end, number in self._scan(view.text)
            if number < self._gates_from and any(at in view.via for at in range(start, end))
        ]
        return self._verify(text, name, view, owing)

    def _verify(self, text: str, name: str, view: View, found: Found) -> Iterator[Judged]:
        for start, end, number in found:
            for pattern in self._patterns[number]:
                if not view.via or pattern.kind is Kind.WORD:
                    yield name, verify(Candidate(text, view, pattern, start, end))

    def _settle(self, text: str, judged: Iterable[Judged]) -> tuple[Hit, ...]:
        """One hit a word and place, by the plainest reading."""
        best: dict[tuple[str, int], Hit] = {}
        for _, verdict in judged:
            hit = self._hit(text, verdict)
            if hit is None:
                continue
            place = (hit.word, hit.end)
            known = best.get(place)
            if known is None or hit.technique.rank < known.technique.rank:
                best[place] = hit
        hits = [*best.values(), *self._literals.find(text)]
        return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end))) if hits else NOTHING

    def _hit(self, text: str, verdict: Verdict) -> Hit | None:
        if verdict.refusal is not None:
            return None
        listed = verdict.target.listed
        response = self._policy.joint_response(verdict.techniques, listed.category)
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


def _wants(policy: TechniquePolicy, target: Target, *techniques: Technique) -> bool:
    category = target.listed.category
    return any(policy.looks_for(technique, category) for technique in techniques)


def _hear_nothing(_: str) -> bool:
    return False
