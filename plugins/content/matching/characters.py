"""What single characters stand for: the hand-written part of the fold table.

Everything here maps one character to one character. Tables that Unicode itself keeps (width, case,
compatibility forms, accents) are asked of ``unicodedata`` instead.
"""

from enum import Enum
from importlib.resources import files
from typing import Final


class Gap(Enum):
    """What a character that the fold deletes does in ordinary writing."""

    INVISIBLE = "invisible"
    """Nobody sees it; never a reason to doubt a hit."""
    NOISE = "noise"
    """A sign that no sentence needs between two characters."""
    JOINER = "joiner"
    """A sign people do write between words: a slash, a hyphen."""
    SPACE = "space"
    """Spaces, emoji and other pictures, with which people punctuate chat."""
    MARK = "mark"
    """Punctuation and brackets."""
    LINE = "line"
    """A new line."""


JOINERS: Final = frozenset(".-/_·・‧•:：&＆+＋~～|｜\\＼‐‑‒－／＿=＝")
MARKS: Final = frozenset(
    "，。！？；、…—–―,!?;()（）[]［］【】{}｛｝〈〉《》「」『』〔〕〖〗“”‘’\"'＂＇〝〞«»‹›⟨⟩．﹐﹑﹒﹔﹕﹖﹗"
)
LINES: Final = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u034f\U0001d159\ufffc")
"""Letters and symbols by category that draw nothing."""
STROKES: Final = frozenset("丨丶丿亅乀乁乚乛亠ㄧㄟ丄丅ー㇀㇁㇂㇃㇄㇅㇆㇇㇈㇉㇊㇋㇌㇍㇎㇏㇐㇑㇒㇓㇔")
"""Strokes written as if they were signs (丶 between the characters of a nickname)."""

NUMERALS: Final = {
    **dict.fromkeys("〇零", "0"),
    **dict.fromkeys("一壹弌", "1"),
    **dict.fromkeys("二贰貳弍", "2"),
    **dict.fromkeys("三叁參叄弎", "3"),
    **dict.fromkeys("四肆", "4"),
    **dict.fromkeys("五伍", "5"),
    **dict.fromkeys("六陆陸", "6"),
    **dict.fromkeys("七柒漆", "7"),
    **dict.fromkeys("八捌", "8"),
    **dict.fromkeys("九玖", "9"),
    "拾": "十",
    "佰": "百",
    "仟": "千",
}
"""Both ways: the lexicon passes through the same table."""

PICTURED: Final = {
    "℃": "",
    "℉": "",
    "©": "c",
    "®": "r",
    "℗": "p",
    "🅮": "c",
    "æ": "ae",
    "Æ": "ae",
    "œ": "oe",
    "Œ": "oe",
}
"""Symbols and ligatures read as the letters they picture; a degree is a mere sign."""

RADICALS: Final = dict(
    zip(
        "⺁⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "厂乙亻冂几刀刂卜巳小小兀尣尢尢巳幺彑彐忄心扌攵旡日月歹民氵水灬爪爫丬牛犭王疋目示礻竹纟纟网网网网网羊羊羊老聿聿肉臼艹艹艹虎衤西西见角角讠贝足车辶辶辶阝钅长长长门阝阝雨青韦页风飞食食食饣饣马骨鬼鱼鸟卤麦黄黾齐齐齿齿龙龙龟龟",
        strict=True,
    )
)
"""CJK Radicals Supplement, which NFKC leaves alone."""


def _rows(name: str) -> dict[str, str]:
    """A data file in which each line is a character and then the forms that fold to it."""
    source = files("plugins.content.matching").joinpath("data").joinpath(name)
    rows = (line for line in source.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {form: row[0] for row in rows for form in row[1:]}


LETTERS: Final = _rows("letters.txt")
"""Letters of other scripts that look like Latin ones (the idea of UTS #39, single to single)."""
SHAPES: Final = _rows("shapes.txt")
"""Ideographs that pass for another."""
TRADITIONAL: Final = _rows("traditional.txt")
"""Traditional and variant characters."""
