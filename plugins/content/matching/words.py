"""Where ordinary words begin and end: the dictionary's opinion, asked only about a candidate."""

from functools import cache
from typing import Final

import rjieba

_WINDOW: Final = 16


@cache
def _dictionary() -> rjieba.Jieba:
    return rjieba.Jieba()


def is_word(word: str) -> bool:
    """Whether the dictionary lists it."""
    return bool(_dictionary().has_word(_encodable(word)))


def frequency(word: str) -> int:
    """How common the dictionary takes it to be; 1 for what it does not list."""
    return int(_dictionary().suggest_freq(_encodable(word)))


def _encodable(text: str) -> str:
    """Lone surrogates are legal in a Python text and unknown to the dictionary."""
    return text.encode("utf-8", "replace").decode()


class Cut:
    """The words of the surroundings of one candidate ``text[start:end]``.

    Guessing at unknown words is off: it glues evasive spellings to their neighbours.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        low = max(0, start - _WINDOW)
        self._tokens: list[tuple[int, int]] = []
        position = low
        window = _encodable(text[low : end + _WINDOW])
        for token in _dictionary().cut(window, False):
            self._tokens.append((position, position + len(token)))
            position += len(token)

    def around(self, index: int) -> tuple[int, int]:
        """The word that covers ``index``."""
        for start, end in self._tokens:
            if start <= index < end:
                return start, end
        return index, index + 1

    def sticks_out(self, start: int, end: int, *, inside: int | None = None) -> bool:
        """Whether a word begins before ``start`` or ends after ``end``, and another is cut off.

        With ``inside`` only words of which no more than so many characters lie inside count.
        """
        left, right = self.around(start), self.around(end - 1)
        most = end - start if inside is None else inside
        return left != right and (
            (left[0] < start and left[1] - start <= most)
            or (right[1] > end and end - right[0] <= most)
        )

    def is_inside_word(self, index: int) -> bool:
        """Whether the character is part of a longer word."""
        start, end = self.around(index)
        return end - start > 1
