"""``python -m tests.corpora``: recall by technique and false hits, with their intervals."""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from tests.corpora.measuring import FalseHit, Recall, Share, false_hits, recalls, word_lists
from tests.corpora.reading import FOLDER, HELD_OUT, Ordinary, evasions, ordinary_messages

ALL: Final = "合计"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpora", description="识别率与误报率")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--misses", action="store_true", help="列出漏掉的每一行")
    parser.add_argument("--heldout", action="store_true", help="改用另一套词语和消息")
    chosen = parser.parse_args(arguments)
    folder = HELD_OUT if chosen.heldout else FOLDER
    lists = word_lists(folder / "words.tsv")
    by_technique = recalls(lists, evasions(folder))
    ordinary = ordinary_messages(folder)
    hits = false_hits(lists, ordinary)
    wrong = wrong_by_file(ordinary, hits)
    if chosen.json:
        print(json.dumps(_document(by_technique, wrong, hits), ensure_ascii=False, indent=1))
    else:
        _print_recall(by_technique)
        _print_false(wrong, hits)
        if chosen.misses:
            _print_misses(by_technique)


def overall(by_technique: Sequence[Recall]) -> Share:
    """Every line counts once."""
    return Share(
        sum(one.seen.count for one in by_technique), sum(one.seen.total for one in by_technique)
    )


def wrong_by_file(ordinary: Sequence[Ordinary], hits: Sequence[FalseHit]) -> dict[str, Share]:
    """False hits of every file of ordinary messages, and of all under ``ALL``."""
    totals = Counter(one.file for one in ordinary)
    counts = Counter(one.message.file for one in hits)
    shares = {file: Share(counts[file], total) for file, total in totals.items()}
    return shares | {ALL: Share(len(hits), len(ordinary))}


def _print_recall(by_technique: Sequence[Recall]) -> None:
    print("写法                     行数   识别率  95 % 区间        直接处置  交人判断")
    for one in by_technique:
        asking = one.seen.count - one.acting
        print(_line(one.technique, one.seen), f"{one.acting:8}{asking:10}")
    acting = sum(one.acting for one in by_technique)
    total = overall(by_technique)
    print(_line(ALL, total), f"{acting:8}{total.count - acting:10}")


def _print_false(wrong: Mapping[str, Share], hits: Sequence[FalseHit]) -> None:
    print("\n普通消息                 条数   误报  每千条  95 % 区间")
    for name, share in wrong.items():
        low, high = share.interval
        print(
            f"{_padded(name)}{share.total:5}{share.count:7}{1000 * share.value:8.2f}"
            f"  {1000 * low:.2f}–{1000 * high:.2f}"
        )
    for hit in hits:
        seen = hit.sighting
        how = "直接处置" if seen.acts else "交人判断"
        print(f"  {hit.message.place} {seen.word}（{seen.technique}，{how}）：{hit.message.text}")


def _print_misses(by_technique: Sequence[Recall]) -> None:
    for one in by_technique:
        for evasion in one.missed:
            print(f"漏 {evasion.place} {evasion.word}：{' ⏎ '.join(evasion.messages)!r}")


def _line(name: str, share: Share) -> str:
    low, high = share.interval
    return f"{_padded(name)}{share.total:5}{share.value:9.3f}  {low:.3f}–{high:.3f}"


def _padded(name: str) -> str:
    return name + " " * (24 - sum(2 if ord(character) > 0x2E7F else 1 for character in name))


def _document(
    by_technique: Sequence[Recall], wrong: Mapping[str, Share], hits: Sequence[FalseHit]
) -> dict[str, object]:
    return {
        "techniques": [
            {
                "technique": one.technique,
                **_figures(one.seen),
                "acts": one.acting,
                "asks": one.seen.count - one.acting,
                "missed": [
                    {"place": miss.place, "word": miss.word, "messages": miss.messages}
                    for miss in one.missed
                ],
            }
            for one in by_technique
        ],
        "overall": _figures(overall(by_technique)),
        "ordinary": {
            **_figures(wrong[ALL]),
            "files": {name: _figures(share) for name, share in wrong.items() if name != ALL},
            "hits": [
                {
                    "place": hit.message.place,
                    "text": hit.message.text,
                    "rule": hit.sighting.rule,
                    "word": hit.sighting.word,
                    "technique": hit.sighting.technique,
                    "acts": hit.sighting.acts,
                }
                for hit in hits
            ],
        },
    }


def _figures(share: Share) -> dict[str, object]:
    return {
        "count": share.count,
        "total": share.total,
        "share": round(share.value, 5),
        "interval": [round(bound, 5) for bound in share.interval],
    }


if __name__ == "__main__":
    main()
