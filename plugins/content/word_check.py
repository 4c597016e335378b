"""What speaks against listing a word: too short, or a word of everyday work. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import BadInputError
from plugins.content.matching import Listed, Matcher, TechniquePolicy
from plugins.content.matching.fold import fold

FEWEST_CHARACTERS = 2
MOST_CHARACTERS = 50
MOST_ORDINARY = 0.02
"""Of the ordinary sentences: a word in more of them would hit everybody."""
MOST_SAMPLES = 0.05
"""Of the messages kept (interlock I1)."""
_FEWEST_TO_JUDGE = 3


@dataclass(frozen=True, slots=True)
class Impact:
    """What one word would have met."""

    messages: int = 0
    hits: int = 0
    people: int = 0
    groups: int = 0

    @property
    def share(self) -> float:
        """Of the messages."""
        return self.hits / self.messages if self.messages else 0.0


def require_word(word: str) -> None:
    """Make sure something is there that can be listed.

    Raises:
        BadInputError: it is empty, too short or too long; says why.
    """
    signs = sum(unicodedata.category(one).startswith("S") for one in word)
    size = max(len(fold(word)), signs)
    if size < FEWEST_CHARACTERS:
        raise BadInputError(
            f"“{word}”只有 {size} 个字，会误伤太多普通消息，没有加入。请写至少 "
            f"{FEWEST_CHARACTERS} 个字的词。"
        )
    if len(word) > MOST_CHARACTERS:
        raise BadInputError(f"词语有 {len(word)} 字，请缩短到 {MOST_CHARACTERS} 字以内。")


def require_excuses(word: str, excuses: Sequence[str]) -> None:
    """Make sure that each excuse is a longer word around this one.

    Raises:
        BadInputError: one is not.
    """
    for excuse in excuses:
        if word.casefold() not in excuse.casefold() or len(excuse) <= len(word):
            raise BadInputError(f"例外词“{excuse}”应当比“{word}”长并且包含它。")


def alone(word: Listed, policy: TechniquePolicy) -> Matcher:
    """A matcher of one word: what a change of it would touch."""
    return Matcher.build([word], policy)


def ordinary_hits(matcher: Matcher, ordinary: Sequence[str]) -> list[str]:
    """The ordinary sentences it would hit.

    Raises:
        BadInputError: too many of them: it is a word of everyday work.
    """
    found = [sentence for sentence in ordinary if matcher.find(sentence)]
    if len(found) >= _FEWEST_TO_JUDGE and len(found) > MOST_ORDINARY * len(ordinary):
        raise BadInputError(
            f"{len(ordinary)} 句普通工作消息中有 {len(found)} 句会命中（如“{found[0]}”），"
            "这是个普通词，没有加入。请写得更具体，或加上例外词。"
        )
    return found


def require_rare(impact: Impact) -> None:
    """Make sure a word would not have met a good part of what people really write.

    Raises:
        BadInputError: it would.
    """
    if impact.hits >= _FEWEST_TO_JUDGE and impact.share > MOST_SAMPLES:
        raise BadInputError(
            f"保存的 {impact.messages} 条消息中有 {impact.hits} 条（{impact.people} 人）会命中，"
            "超过 5%，没有加入。请写得更具体，或加上例外词。"
        )
