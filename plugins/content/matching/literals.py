"""Words that live by their signs (``机密★``, ``C++``): the fold would take the signs away."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.spellings import Technique
from plugins.content.matching.entries import Hit, Listed
from plugins.content.matching.fold import fold


def is_literal(word: str) -> bool:
    """Whether the word begins or ends with a sign that the fold deletes."""
    bare = word.strip()
    return not fold(bare[:1]) or not fold(bare[-1:])


class Literals:
    """Finds such words as they stand, upper or lower case alike."""

    def __init__(self, words: Iterable[Listed]) -> None:
        self._words = [(re.compile(re.escape(word.word), re.IGNORECASE), word) for word in words]
        folded = [fold(listed.word) for _, listed in self._words]
        self.has_signs_only = not all(folded)
        """Some word has nothing to hold: every text must be asked."""

    def find(self, text: str) -> Iterator[Hit]:
        """Every occurrence that no excuse encloses."""
        for pattern, listed in self._words:
            for match in pattern.finditer(text):
                start, end = match.span()
                if not any(_encloses(text, excuse, start, end) for excuse in listed.excuses):
                    exact = Technique.EXACT if match[0] == listed.word else Technique.WIDTH
                    yield Hit(
                        listed.word,
                        listed.category,
                        listed.severity,
                        start,
                        end,
                        match[0],
                        exact,
                        acts=True,
                    )


def _encloses(text: str, excuse: str, start: int, end: int) -> bool:
    at = text.find(excuse, max(0, end - len(excuse)))
    return 0 <= at <= start
