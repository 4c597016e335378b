"""Word lists and chat-like messages for measuring the matcher; the same for the same seed."""

import random
from collections.abc import Sequence
from itertools import accumulate

from pypinyin.phrases_dict import phrases_dict

MESSAGES = 4000
COMMON = (
    "的一是不了在人有我他这中大来上个国到说们为子和你地"
    "出道也时年得就那要下以生会自着去之过家学对可她里后"
)
ASIDES = [
    *("，", "。", "！", "？", " ", "～", "@张老师 ", "😊", "[图片]", "3月12日"),
    *("OK", "PPT", "2024", "谢谢", "哈哈哈"),
]


def vocabulary() -> list[str]:
    """Ordinary words of two to four characters, in an order that stays the same."""
    return sorted(word for word in phrases_dict if 2 <= len(word) <= 4)


def messages(chance: random.Random, listed: Sequence[str], share: float) -> list[str]:
    """Chat-like texts of 5 to 200 characters, median about 20; ``share`` of them hold a word."""
    words = vocabulary()
    weights = list(accumulate(1 / (rank + 30) for rank in range(len(words))))
    chance.shuffle(words)
    made = []
    for _ in range(MESSAGES):
        wanted = min(200, max(5, int(chance.lognormvariate(3.0, 0.75))))
        text = ""
        while len(text) < wanted:
            drawn = chance.random()
            if drawn < 0.45:
                text += chance.choices(words, cum_weights=weights)[0]
            elif drawn < 0.85:
                text += chance.choice(COMMON)
            else:
                text += chance.choice(ASIDES)
        if chance.random() < share:
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(listed) + text[at:]
        made.append(text[:200])
    return made


def lexicon(chance: random.Random, count: int) -> list[str]:
    """Invented words of two to six characters, a tenth of them with letters or digits."""
    characters = [chr(code) for code in range(0x4E00, 0x9FA5) if _is_ordinary(chr(code))]
    found: set[str] = set()
    while len(found) < count:
        length = chance.choices((2, 3, 4, 5, 6), (15, 25, 40, 12, 8))[0]
        word = "".join(chance.choices(characters, k=length))
        if chance.random() < 0.1:
            word = word[:-1] + chance.choice(["QQ", "vx", "88", "app", "66"])
        found.add(word)
    return sorted(found)


def _is_ordinary(character: str) -> bool:
    try:
        return 0xB0 <= character.encode("gb2312")[0] < 0xD8
    except UnicodeEncodeError:
        return False
