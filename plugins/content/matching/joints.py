"""Whether what stands between the characters of a word is evasion or ordinary punctuation."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.domain.spellings import Technique
from plugins.content.matching.characters import Gap
from plugins.content.matching.fold import gap_of
from plugins.content.matching.likelihood import Surroundings
from plugins.content.matching.view import View

_QUOTES: Final = ("'", '"', "‘", "’", "“", "”")
_SLACK: Final = 1.0
"""So much likelier, in natural logarithms, must the listed word be than its neighbours."""


@dataclass(frozen=True, slots=True)
class Joints:
    """The gaps inside a candidate of ``length`` characters: joint to the kinds of signs in it."""

    length: int
    gaps: dict[int, frozenset[Gap]]
    has_invisible: bool

    @property
    def is_everywhere(self) -> bool:
        """Every joint is separated."""
        return len(self.gaps) == self.length - 1

    @property
    def kinds(self) -> frozenset[Gap]:
        """All kinds of signs."""
        return frozenset().union(*self.gaps.values())

    def pieces(self) -> list[tuple[int, int]]:
        """The unseparated pieces as ``[start, end)``."""
        cuts = [0, *(joint + 1 for joint in sorted(self.gaps)), self.length]
        return list(pairwise(cuts))


def joints_of(original: str, view: View, start: int, end: int, own: frozenset[int]) -> Joints:
    """Read the gaps of ``view.text[start:end]``; the word's ``own`` marks are no gaps."""
    gaps: dict[int, frozenset[Gap]] = {}
    has_invisible = False
    for joint in range(end - start - 1):
        low, high = view.ends[start + joint], view.starts[start + joint + 1]
        kinds = {gap for character in original[low:high] if (gap := gap_of(character))}
        has_invisible = has_invisible or Gap.INVISIBLE in kinds
        kinds.discard(Gap.INVISIBLE)
        if kinds and joint not in own:
            gaps[joint] = frozenset(kinds)
    return Joints(end - start, gaps, has_invisible)


def judge_joints(
    original: str, view: View, start: int, joints: Joints, word: str
) -> Technique | str:
    """The technique the gaps amount to, or in Chinese why they are ordinary writing."""
    if not joints.gaps:
        return Technique.INVISIBLE if joints.has_invisible else Technique.EXACT
    if joints.is_everywhere and all(Gap.LINE in kinds for kinds in joints.gaps.values()):
        return Technique.VERTICAL if joints.length > 2 else "两行的首尾碰巧相连"
    if joints.is_everywhere and joints.length > 2:
        return Technique.SEPARATORS
    if (
        joints.kinds & {Gap.LINE, Gap.MARK}
        and joints.length > 2
        and not _lone_quote(original, view, start, joints)
    ):
        return "中间是标点或换行，属正常断句"
    if joints.length == 2:
        return _judge_pair(original, view, start, joints, word)
    if Gap.SPACE in joints.kinds and not _mostly_singles(joints):
        return "由空格隔开的完整词语"
    if _sticks_out(original, view, start, word):
        return "首尾属于相邻的词语"
    return Technique.SEPARATORS


def _lone_quote(original: str, view: View, start: int, joints: Joints) -> bool:
    """A quotation mark without its other half quotes nothing (高'利贷)."""
    if len(joints.gaps) > 1:
        return False
    joint = start + next(iter(joints.gaps))
    sign = original[view.ends[joint] : view.starts[joint + 1]]
    return sign in _QUOTES and sum(map(original.count, _QUOTES)) == 1


def _mostly_singles(joints: Joints) -> bool:
    pieces = joints.pieces()
    singles = sum(end - start == 1 for start, end in pieces)
    return singles * 2 >= len(pieces)


def _sticks_out(original: str, view: View, start: int, word: str) -> bool:
    """Whether a neighbour outside rather takes the first or the last character."""
    low, high = view.starts[start], view.ends[start + len(word) - 1]
    return Surroundings(original, low, high, word).is_torn(word, _SLACK)


def _judge_pair(
    original: str, view: View, start: int, joints: Joints, word: str
) -> Technique | str:
    """Two characters with something between: only if neither belongs to a neighbour."""
    if _sticks_out(original, view, start, word):
        return "两侧属于相邻的词语"
    if joints.kinds <= {Gap.NOISE, Gap.JOINER, Gap.SPACE}:
        return Technique.SEPARATORS
    low, high = view.starts[start], view.ends[start + 1]
    alone_before = low == 0 or gap_of(original[low - 1]) is not None
    alone_after = high == len(original) or gap_of(original[high]) is not None
    if alone_before and alone_after and Gap.LINE not in joints.kinds:
        return Technique.SEPARATORS
    return "中间是标点或换行，属正常断句"
