"""Whether an expression holds of a text, and the smallest stretch of it that shows so."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from bot.domain.errors import BadInputError
from plugins.content.expressions.nodes import AllOf, AnyOf, Near, Node, Word, is_place

MOST_ALTERNATIVES: Final = 64
WIDEST: Final = 300
"""Characters a topic spans at most: words farther apart in a file or a merged forward have nothing
to do with each other."""

Span = tuple[int, int]
Spans = Mapping[str, Sequence[Span]]
"""Where each word stands, as ``[start, end)``, in order of position; a missing word is nowhere."""


@dataclass(frozen=True, slots=True, order=True)
class Cover:
    """A stretch of text and the words within it that decided."""

    start: int
    end: int
    atoms: tuple[Span, ...]

    @property
    def size(self) -> tuple[int, int]:
        """The shorter and then the earlier comes first."""
        return self.end - self.start, self.start


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to fulfil an expression: every one of the ``wanted`` places, none ``unwanted``."""

    wanted: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()


def alternatives(node: Node) -> tuple[Alternative, ...]:
    """The ways to fulfil an expression.

    Raises:
        BadInputError: there are too many.
    """
    found = tuple(_alternatives(node))
    if len(found) > MOST_ALTERNATIVES:
        raise BadInputError(f"“且”里套“或”的组合超过 {MOST_ALTERNATIVES} 种，请拆成几条。")
    return found


def rarest(alternative: Alternative, frequency: Callable[[str], int]) -> tuple[str, ...]:
    """Words of which one must be there: those that ordinary texts hold least often."""
    return _rarest(alternative.wanted, frequency)


def decide(ways: Iterable[Alternative], spans: Spans, against: Spans) -> Cover | None:
    """The smallest stretch that shows one of the ways to be fulfilled by ``spans``.

    ``against`` is where the unwanted words stand.
    """
    covers = [
        cover
        for way in ways
        if (cover := _smallest(way, spans))
        and cover.end - cover.start <= WIDEST
        and not any(_holds(no, against) for no in way.unwanted)
    ]
    return min(covers, key=lambda cover: cover.size, default=None)


def _alternatives(node: Node) -> Iterator[Alternative]:
    if is_place(node):
        yield Alternative((node,))
    elif isinstance(node, AnyOf):
        for member in node.members:
            yield from _alternatives(member)
    elif isinstance(node, AllOf):
        ways = (alternatives(member) for member in node.wanted)
        for number, chosen in enumerate(product(*ways)):
            if number > MOST_ALTERNATIVES:
                return
            yield Alternative(
                tuple(place for way in chosen for place in way.wanted),
                (*(no for way in chosen for no in way.unwanted), *node.unwanted),
            )


def _rarest(nodes: Iterable[Node], frequency: Callable[[str], int]) -> tuple[str, ...]:
    groups = [words for node in nodes for words in _groups(node, frequency)]
    return min(groups, key=lambda words: (sum(map(frequency, words)), words))


def _groups(node: Node, frequency: Callable[[str], int]) -> Iterator[tuple[str, ...]]:
    """For a place: sets of words of which each must have one there."""
    match node:
        case Word(text):
            yield (text,)
        case Near(left, right):
            yield from _groups(left, frequency)
            yield from _groups(right, frequency)
        case AnyOf(members):
            yield tuple(word for member in members for word in _rarest((member,), frequency))


def _smallest(way: Alternative, spans: Spans) -> Cover | None:
    """For each possible beginning, the nearest ending of every wanted place."""
    places: list[list[Cover]] = []
    for node in way.wanted:
        covers = sorted(_covers(node, spans))
        if not covers:
            return None
        places.append(covers)
    if len(places) == 1:
        return min(places[0], key=lambda cover: cover.size)
    nearest = [_Nearest(covers) for covers in places]
    best: Cover | None = None
    for start in sorted({cover.start for covers in places for cover in covers}):
        chosen = [ending for one in nearest if (ending := one.after(start))]
        if len(chosen) < len(places):
            break
        cover = _joined(chosen)
        if best is None or cover.size < best.size:
            best = cover
    return best


class _Nearest:
    """Answers which of some stretches ends first among those that begin late enough."""

    def __init__(self, covers: Sequence[Cover]) -> None:
        self._starts = [cover.start for cover in covers]
        self._first: list[Cover] = list(covers)
        for at in range(len(covers) - 2, -1, -1):
            later = self._first[at + 1]
            if later.end <= self._first[at].end:
                self._first[at] = later

    def after(self, start: int) -> Cover | None:
        at = bisect_left(self._starts, start)
        return self._first[at] if at < len(self._first) else None


def _joined(covers: Sequence[Cover]) -> Cover:
    atoms = sorted({atom for cover in covers for atom in cover.atoms})
    return Cover(
        min(cover.start for cover in covers), max(cover.end for cover in covers), tuple(atoms)
    )


def _covers(node: Node, spans: Spans) -> Iterator[Cover]:
    """Where a place is; of near pairs, those that matter for the smallest."""
    match node:
        case Word(text):
            for start, end in spans.get(text, ()):
                yield Cover(start, end, ((start, end),))
        case AnyOf(members):
            for member in members:
                yield from _covers(member, spans)
        case Near(left, right, distance):
            one, other = sorted(_covers(left, spans)), sorted(_covers(right, spans))
            yield from _pairs(one, other, distance)
            yield from _pairs(other, one, distance)


def _pairs(first: Sequence[Cover], second: Sequence[Cover], distance: int) -> Iterator[Cover]:
    """Each of the first with whichever of the second ends soonest behind it, if near enough."""
    starts = [cover.start for cover in second]
    for before in first:
        nearest: Cover | None = None
        for at in range(bisect_left(starts, before.end), len(second)):
            behind = second[at]
            if behind.start > before.end + distance or (nearest and behind.start >= nearest.end):
                break
            if nearest is None or behind.end < nearest.end:
                nearest = behind
        if nearest:
            yield _joined((before, nearest))


def _holds(node: Node, spans: Spans) -> bool:
    match node:
        case Word(text):
            return bool(spans.get(text))
        case AnyOf(members):
            return any(_holds(member, spans) for member in members)
        case Near():
            return any(True for _ in _covers(node, spans))
        case AllOf(wanted, unwanted):
            return all(_holds(one, spans) for one in wanted) and not any(
                _holds(one, spans) for one in unwanted
            )
