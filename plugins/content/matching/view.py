"""A reading of a text in which words can be found, with the way back to the original.

Building the way back costs more than the search itself, so a view is only made once the search
has found something to look at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from bot.domain.spellings import Technique
from plugins.content.matching.fold import fold, fold_table

_NOTHING_ELSE: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class View:
    """``text[i]`` stands for ``original[starts[i]:ends[i]]``."""

    text: str
    starts: list[int]
    ends: list[int]
    via: Mapping[int, Technique] = field(default_factory=dict)
    """Positions whose character is itself the reading of something else."""


class Sheet:
    """A text under examination; the way back from its folded form is made when first needed.

    ``sounds[i]`` is how ``folded[i]`` sounds.
    """

    def __init__(self, text: str, folded: str, sounds: str) -> None:
        self.text = text
        self.folded = folded
        self.sounds = sounds

    @cached_property
    def view(self) -> View:
        """The folded text with the way back."""
        return folded_view(self.text)


def folded_view(original: str) -> View:
    """The folded text."""
    return view_through(original)


def view_through(original: str, read_as: Mapping[str, str] = _NOTHING_ELSE) -> View:
    """The folded text; a character that becomes several gives them all its place.

    A character of ``read_as`` is taken for another, by way of ``Technique.STAND_IN``.
    """
    table = fold_table()
    pieces: list[str] = []
    starts: list[int] = []
    via: dict[int, Technique] = {}
    for index, character in enumerate(original):
        meant = read_as.get(character)
        folded = table[ord(character)] if meant is None else fold(meant)
        if not folded:
            continue
        piece = chr(folded) if isinstance(folded, int) else folded
        if meant is not None:
            via |= dict.fromkeys(range(len(starts), len(starts) + len(piece)), Technique.STAND_IN)
        pieces.append(piece)
        starts.extend([index] * len(piece))
    return View("".join(pieces), starts, [start + 1 for start in starts], via)


def collapsed_view(view: View) -> View:
    """Runs of one character read as one."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    via: dict[int, Technique] = {}
    for index, character in enumerate(view.text):
        if text and text[-1] == character:
            ends[-1] = view.ends[index]
            via[len(text) - 1] = Technique.REPETITION
        else:
            text.append(character)
            starts.append(view.starts[index])
            ends.append(view.ends[index])
    return View("".join(text), starts, ends, via)


def with_spots(text: str, spots: Iterable[tuple[int, int, str]]) -> str:
    """The text of ``replaced_view``."""
    pieces: list[str] = []
    position = 0
    for start, end, character in sorted(spots):
        if start >= position:
            pieces += (text[position:start], character)
            position = end
    return "".join((*pieces, text[position:]))


def replaced_view(view: View, spots: list[tuple[int, int, str]], technique: Technique) -> View:
    """The view with ``text[start:end]`` read as one character at each of the ``spots``.

    Spots are taken from left to right; one that overlaps an earlier one is left alone.
    """
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    via: dict[int, Technique] = {}
    position = 0
    for start, end, character in [*sorted(spots), (len(view.text), len(view.text), "")]:
        if start < position:
            continue
        text.extend(view.text[position:start])
        starts.extend(view.starts[position:start])
        ends.extend(view.ends[position:start])
        if character:
            via[len(text)] = technique
            text.append(character)
            starts.append(view.starts[start])
            ends.append(view.ends[end - 1])
        position = end
    return View("".join(text), starts, ends, via)


def spaced_view(view: View, runs: list[tuple[int, int]], technique: Technique) -> View:
    """The view without these runs; what follows one owes its place to the ``technique``."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    via: dict[int, Technique] = {}
    position = 0
    for start, end in [*runs, (len(view.text), len(view.text))]:
        text.append(view.text[position:start])
        starts.extend(view.starts[position:start])
        ends.extend(view.ends[position:start])
        via[len(starts)] = technique
        position = end
    return View("".join(text), starts, ends, via)
