"""How near the matcher comes to its own automaton on unfolded text.

``qungui bench matching``: every candidate runs on the same messages in turns
inside one process, so that the ratios hold on a noisy machine. Not a test: it asserts no times.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from daachorse import CharwiseDoubleArrayAhoCorasick
from pypinyin.phrases_dict import phrases_dict

from bot.domain.findings import Severity
from plugins.content.matching import Entry, Matcher, Response, Technique, TechniquePolicy
from plugins.content.matching.fold import fold, fold_table

ROUNDS = 7
MESSAGES = 4000
COMMON = (
    "的一是不了在人有我他这中大来上个国到说们为子和你地"
    "出道也时年得就那要下以生会自着去之过家学对可她里后"
)
ASIDES = [
    "，",
    "。",
    "！",
    "？",
    " ",
    "～",
    "@张老师 ",
    "😊",
    "[图片]",
    "3月12日",
    "OK",
    "PPT",
    "2024",
    "谢谢",
    "哈哈哈",
]


def vocabulary() -> list[str]:
    """Ordinary words of two to four characters, in an order that stays the same."""
    return sorted(word for word in phrases_dict if 2 <= len(word) <= 4)


def messages(chance: random.Random, listed: Sequence[str], share: float) -> list[str]:
    """Chat-like texts of 5 to 200 characters, median about 20; ``share`` of them hold a word."""
    words = vocabulary()
    weights = [1 / (rank + 30) for rank in range(len(words))]
    chance.shuffle(words)
    made = []
    for _ in range(MESSAGES):
        wanted = min(200, max(5, int(chance.lognormvariate(3.0, 0.75))))
        text = ""
        while len(text) < wanted:
            drawn = chance.random()
            if drawn < 0.45:
                text += chance.choices(words, weights)[0]
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


def rate(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Messages a second."""
    start = time.perf_counter()
    for text in texts:
        work(text)
    return len(texts) / (time.perf_counter() - start)


@dataclass(frozen=True, slots=True)
class Row:
    """Medians for one size of word list and one share of hits; ratios are to the raw scan."""

    words: int
    hits: float
    built_seconds: float
    looked_again: float
    messages_per_second: dict[str, float]
    ratios: dict[str, float]

    def __str__(self) -> str:
        shown = "  ".join(
            f"{name} {rate / 1000:.0f}k/s ×{self.ratios[name]:.2f}"
            for name, rate in self.messages_per_second.items()
        )
        tail = f"(built {self.built_seconds:.2f}s, looked again {self.looked_again:.1%})"
        return f"{self.words:>7} words {self.hits:>4.0%} hits: {shown} {tail}"


def compare(count: int, share: float) -> Row:
    """Rates and ratios for ``count`` words and this share of hits."""
    chance = random.Random(20)
    words = lexicon(chance, count)
    texts = messages(chance, words, share)
    entries = [Entry(word, "custom", Severity.SERIOUS) for word in words]
    raw = CharwiseDoubleArrayAhoCorasick(words).find_overlapping
    folded = CharwiseDoubleArrayAhoCorasick(sorted({fold(w) for w in words})).find_overlapping
    table = fold_table()
    plain = TechniquePolicy(
        {t: Response.OFF if t.rank > Technique.PINYIN.rank else Response.ACT for t in Technique}
    )
    started = time.perf_counter()
    everything = Matcher.build(entries)
    built = time.perf_counter() - started
    candidates: dict[str, Callable[[str], object]] = {
        "raw scan": raw,
        "fold+scan": lambda text: folded(text.translate(table)),
        "find, acting only": Matcher.build(entries, plain).find,
        "find, default": everything.find,
    }
    rates: dict[str, list[float]] = {name: [] for name in candidates}
    ratios: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(ROUNDS):
        for name, work in candidates.items():
            rates[name].append(rate(work, texts))
        for name in candidates:
            ratios[name].append(rates[name][-1] / rates["raw scan"][-1])
    opened = sum(bool(everything.explain(text).steps) for text in texts) / len(texts)
    return Row(
        words=count,
        hits=share,
        built_seconds=built,
        looked_again=opened,
        messages_per_second={name: statistics.median(seen) for name, seen in rates.items()},
        ratios={name: statistics.median(seen) for name, seen in ratios.items()},
    )


def main() -> None:
    """Compare at the sizes given, or at 1k, 10k and 100k words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = []
    for count in given.words:
        for share in (0.0, 0.02, 0.2):
            rows.append(compare(count, share))
            if not given.json:
                print(rows[-1], flush=True)
    if given.json:
        print(json.dumps({"items": [asdict(row) for row in rows], "next": None}, indent=2))


if __name__ == "__main__":
    main()
