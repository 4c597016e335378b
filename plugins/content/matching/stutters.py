"""Doubled characters (考试试答答案): when is a text worth reading with its runs collapsed?

At the ends of a word doubling hides nothing: 考考试案案 still holds 考试案. So only a listed word's
inner characters matter, and only if what follows the run follows it in a listed word too.
"""

from collections.abc import Iterable
from itertools import pairwise


class Stutters:
    """The gates: ``gates[i]`` found in a folded text is a reason to ask ``opens``."""

    def __init__(self, words: Iterable[str]) -> None:
        followers: dict[str, set[str]] = {}
        for word in words:
            for inner, following in pairwise(word[1:]):
                followers.setdefault(inner, set()).add(following)
        self._followers = {inner: "".join(after) for inner, after in followers.items()}
        self.gates = [inner * 2 for inner in sorted(self._followers)]

    def opens(self, folded: str, end: int) -> bool:
        """Whether the run that holds the gate ending at ``end`` goes on like a listed word."""
        inner = folded[end - 1]
        while end < len(folded) and folded[end] == inner:
            end += 1
        return end < len(folded) and folded[end] in self._followers[inner]
