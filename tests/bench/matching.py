"""How near the matcher comes to its own automaton on unfolded text, and to what others use.

``qungui bench matching``: every candidate runs on the same messages in turns inside one process,
so that the ratios hold on a noisy machine; only they are worth comparing. Not a test: it asserts
no times. ``--full`` takes a quarter of an hour, ``--profile`` says where the time goes.
"""

import argparse
import cProfile
import json
import pstats
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import ahocorasick
from daachorse import CharwiseDoubleArrayAhoCorasick
from rich.console import Console
from rich.table import Table

from bot.domain.findings import Severity
from plugins.content.matching import Entry, Matcher, Response, Technique, TechniquePolicy
from plugins.content.matching.fold import fold, fold_table
from tests.bench.matching_corpus import lexicon, messages

SIZES = (1000, 10_000, 100_000, 200_000)
SHARES = (0.0, 0.02, 0.2)
RAW = "原文直扫"
ACTING = "查，仅自动处置的写法"
EVERYTHING = "查，全部写法"
_SMALL = 1000
_ROUNDS = 5

Find = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate at one size and share of hits: medians, the ratio to the raw scan."""

    words: int
    hits: float
    candidate: str
    ratio: float
    messages_per_second: float
    megabytes_per_second: float


@dataclass(frozen=True, slots=True)
class Built:
    """How long the matcher took to make, and of how many messages it looked at something again."""

    words: int
    seconds: float
    looked_again: float


def candidates(words: Sequence[str], matchers: dict[str, Matcher]) -> dict[str, Find]:
    """Everything that is compared; what others use finds no disguise at all."""
    raw = CharwiseDoubleArrayAhoCorasick(list(words)).find_overlapping
    folded = CharwiseDoubleArrayAhoCorasick(sorted({fold(w) for w in words})).find_overlapping
    table = fold_table()
    known = ahocorasick.Automaton()
    for word in words:
        known.add_word(word, word)
    known.make_automaton()
    found: dict[str, Find] = {
        RAW: raw,
        "归一后直扫": lambda text: folded(text.translate(table)),
        **{name: matcher.find for name, matcher in matchers.items()},
        "pyahocorasick": lambda text: list(known.iter(text)),
        "纯 Python 字典树": trie(words),
    }
    if len(words) <= _SMALL:
        found["word in text"] = lambda text: [word for word in words if word in text]
    return found


def trie(words: Sequence[str]) -> Find:
    """The usual nested dictionaries, tried from every position."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[""] = word

    def find(text: str) -> list[str]:
        hits = []
        for start in range(len(text)):
            node = root
            for character in text[start:]:
                if character not in node:
                    break
                node = node[character]
                if "" in node:
                    hits.append(node[""])
        return hits

    return find


def matchers_for(words: Sequence[str]) -> tuple[dict[str, Matcher], float]:
    """The matcher with the techniques that may act, and with all; seconds the latter took."""
    entries = [Entry(word, "custom", Severity.SERIOUS) for word in words]
    acting = TechniquePolicy(
        {
            one: Response.ACT if one.rank <= Technique.PINYIN.rank else Response.OFF
            for one in Technique
        }
    )
    few = Matcher.build(entries, acting)
    started = time.perf_counter()
    everything = Matcher.build(entries)
    return {ACTING: few, EVERYTHING: everything}, time.perf_counter() - started


def compare(compared: dict[str, Find], texts: Sequence[str], count: int, share: float) -> list[Row]:
    """Rates and ratios, the candidates taking turns."""
    seconds: dict[str, list[float]] = {name: [] for name in compared}
    for _ in range(_ROUNDS):
        for name, work in compared.items():
            # Time of this thread: what the machine does beside must not decide.
            started = time.thread_time()
            for text in texts:
                work(text)
            seconds[name].append(time.thread_time() - started)
    size = sum(len(text.encode()) for text in texts) / 1e6
    rows = []
    for name, taken in seconds.items():
        ratios = [raw / own for raw, own in zip(seconds[RAW], taken, strict=True)]
        middle = statistics.median(taken)
        rows.append(
            Row(count, share, name, statistics.median(ratios), len(texts) / middle, size / middle)
        )
    return rows


def measure(count: int, shares: Sequence[float]) -> tuple[list[Row], Built]:
    """Everything for one size of word list."""
    words = lexicon(random.Random(20), count)
    matchers, seconds = matchers_for(words)
    compared = candidates(words, matchers)
    rows = []
    for share in shares:
        texts = messages(random.Random(21), words, share)
        rows += compare(compared, texts, count, share)
    clean = messages(random.Random(21), words, 0)
    again = sum(bool(matchers[EVERYTHING].explain(text).steps) for text in clean) / len(clean)
    return rows, Built(count, seconds, again)


def show(rows: Sequence[Row], built: Built, console: Console) -> None:
    """One table for one size."""
    shares = sorted({row.hits for row in rows})
    table = Table(
        title=f"{built.words} 个词，建成 {built.seconds:.2f} 秒，"
        f"无命中的消息中 {built.looked_again:.1%} 需要复核"
    )
    table.add_column("")
    for share in shares:
        table.add_column(f"{share:.0%} 命中", justify="right")
    table.add_column("千条/秒", justify="right")
    table.add_column("MB/秒", justify="right")
    for name in dict.fromkeys(row.candidate for row in rows):
        mine = [row for row in rows if row.candidate == name]
        table.add_row(
            name,
            *(f"×{row.ratio:.3f}" for row in mine),
            f"{mine[0].messages_per_second / 1000:.0f}",
            f"{mine[0].megabytes_per_second:.1f}",
        )
    console.print(table)


def profile(count: int) -> None:
    """Where the time of clean messages goes."""
    words = lexicon(random.Random(20), count)
    matchers, _ = matchers_for(words)
    texts = messages(random.Random(21), words, 0)
    with cProfile.Profile() as profiled:
        for text in texts:
            matchers[EVERYTHING].find(text)
    pstats.Stats(profiled).sort_stats("tottime").print_stats(12)


def main() -> None:
    """Compare at the sizes given; by default at 1k and 10k words, with ``--full`` at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", type=int, nargs="*")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    sizes = given.words or (SIZES if given.full else SIZES[:2])
    if given.profile:
        profile(sizes[0])
        return
    console = Console()
    items: list[dict[str, Any]] = []
    for count in sizes:
        rows, built = measure(count, SHARES)
        items += [asdict(row) for row in rows]
        if not given.json:
            show(rows, built, console)
    if given.json:
        print(json.dumps({"items": items, "next": None}, indent=2))


if __name__ == "__main__":
    main()
