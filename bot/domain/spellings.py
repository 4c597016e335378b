"""The ways of spelling a word that are seen through, and how each may be answered."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Technique(StrEnum):
    """A way of spelling a word, from the plainest to the least certain.

    The order counts: a hit that takes several is named after the last of them.
    """

    EXACT = "exact"
    WIDTH = "width_case"
    INVISIBLE = "invisible"
    TRADITIONAL = "traditional"
    NUMERAL = "numeral"
    REPETITION = "repetition"
    SEPARATORS = "separators"
    LOOK_ALIKE = "look_alike"
    PINYIN = "pinyin"
    MIXED_PINYIN = "mixed_pinyin"
    SOUND = "sound_alike"
    COMPONENTS = "components"
    REVERSED = "reversed"
    VERTICAL = "vertical"
    INSERTED = "inserted"
    STAND_IN = "stand_in"
    LEET = "leet"
    ENCODED = "encoded"
    SUCCESSIVE = "successive"

    @property
    def rank(self) -> int:
        """0 for the plainest."""
        return _RANKS[self]

    @property
    def label(self) -> str:
        """The name users read."""
        return _LABELS[self]


_RANKS: Final = {technique: rank for rank, technique in enumerate(Technique)}
_LABELS: Final = {
    Technique.EXACT: "原样",
    Technique.WIDTH: "全半角、大小写",
    Technique.INVISIBLE: "夹隐形字符",
    Technique.TRADITIONAL: "繁体、异体",
    Technique.NUMERAL: "数字替换",
    Technique.REPETITION: "叠字",
    Technique.SEPARATORS: "夹符号",
    Technique.LOOK_ALIKE: "形近字符",
    Technique.PINYIN: "整词拼音",
    Technique.MIXED_PINYIN: "部分拼音",
    Technique.SOUND: "谐音",
    Technique.COMPONENTS: "拆字",
    Technique.REVERSED: "倒写",
    Technique.VERTICAL: "竖排",
    Technique.INSERTED: "夹字母、数字",
    Technique.STAND_IN: "数字、表情代字",
    Technique.LEET: "数字冒充字母",
    Technique.ENCODED: "编码文字",
    Technique.SUCCESSIVE: "连发",
}


class Response(StrEnum):
    """What a hit through a technique may lead to."""

    ACT = "act"
    """The bot may act by itself."""
    ASK = "ask"
    """Only a person may act on it."""
    OFF = "off"
    """Not looked for."""


DEFAULT_RESPONSES: Final[Mapping[Technique, Response]] = {
    technique: Response.ACT if technique.rank <= Technique.PINYIN.rank else Response.ASK
    for technique in Technique
}


@dataclass(frozen=True, slots=True)
class TechniquePolicy:
    """Which spellings are seen through, and which may be acted on; a category may differ."""

    responses: Mapping[Technique, Response] = field(default_factory=lambda: DEFAULT_RESPONSES)
    by_category: Mapping[str, Mapping[Technique, Response]] = field(default_factory=dict)

    def response(self, technique: Technique, category: str) -> Response:
        """The category's answer, else the general one."""
        own = self.by_category.get(category, {}).get(technique)
        return own if own is not None else self.responses.get(technique, Response.OFF)

    def looks_for(self, technique: Technique, category: str) -> bool:
        """Whether the technique is seen through in this category."""
        return self.response(technique, category) is not Response.OFF

    def joint_response(self, techniques: AbstractSet[Technique], category: str) -> Response:
        """A hit through several techniques is answered as the least trusted of them."""
        answers = {self.response(technique, category) for technique in techniques}
        if Response.OFF in answers:
            return Response.OFF
        return Response.ASK if Response.ASK in answers else Response.ACT
