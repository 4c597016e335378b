"""A reading of a text in which words can be found, with the way back to the original.

Building the way back costs more than the search itself, so a view is only made once the search
has found something to look at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from plugins.content.matching.entries import Technique
from plugins.content.matching.fold import Table, fold_table


@dataclass(frozen=True, slots=True)
class View:
    """``text[i]`` stands for ``original[starts[i]:ends[i]]``."""

    text: str
    starts: list[int]
    ends: list[int]
    via: Mapping[int, Technique] = field(default_factory=dict)
    """Positions whose character is itself the reading of something else."""


def folded_view(original: str) -> View:
    """The folded text."""
    return view_through(fold_table(), original)


def view_through(table: Table, original: str) -> View:
    """The text through a table; a character that becomes several gives them all its place."""
    pieces: list[str] = []
    starts: list[int] = []
    for index, character in enumerate(original):
        try:
            folded = table[ord(character)]
        except IndexError:
            folded = ord(character)
        if folded is None:
            continue
        piece = chr(folded) if isinstance(folded, int) else folded
        pieces.append(piece)
        starts.extend([index] * len(piece))
    return View("".join(pieces), starts, [start + 1 for start in starts])


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
