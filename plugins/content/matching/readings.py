"""How words sound: read once when a list is built, never while judging."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

from plugins.content.matching.fold import fold

_MANY_READINGS: Final = frozenset(
    "重行乐长薄还都得着了落弹调藏传降率参曾朝单发和会觉壳模宁强塞色省什说似系吓校血咽要应载扎择占折种转卜盛数"
)
"""Everyday characters of which two readings are in everyday use."""
_USUAL: Final = {
    "佛": "fo",
    "曝": "bao",
    "沓": "ta",
    "粘": "nian",
    "肋": "lei",
    "勒": "le",
    "薄": "bo",
    "仔": "zi",
    "伽": "jia",
    "傀": "kui",
    "琢": "zhuo",
    "椎": "zhui",
    "囤": "tun",
    "靓": "liang",
    "掺": "chan",
    "茄": "qie",
    "辗": "zhan",
    "铤": "ting",
    "诘": "jie",
    "啜": "chuo",
    "漯": "luo",
}
"""Characters of which most words take another reading than the first that is listed."""
_MOST_READINGS: Final = 5
_LONGEST_PHRASE: Final = 4


@cache
def syllable(character: str) -> str | None:
    """The usual reading of an ideograph without its tone, ``ü`` as ``v``; None for other signs."""
    if character in _USUAL:
        return _USUAL[character]
    listed = pinyin_dict.get(ord(character))
    return _bare(listed.split(",")[0]) if listed else None


def readings(word: str) -> tuple[tuple[str, ...], ...]:
    """How an all-ideograph word may be read: by its phrases, by its characters, and otherwise.

    At most five ways; a character of many readings is varied once.
    """
    if not all(map(syllable, word)):
        return ()
    phrased = tuple(_by_phrases(word))
    found = {phrased: None, tuple(filter(None, map(syllable, word))): None}
    for at, character in enumerate(word):
        if character in _MANY_READINGS:
            for other in _others(character):
                found.setdefault((*phrased[:at], other, *phrased[at + 1 :]))
    return tuple(found)[:_MOST_READINGS]


def _by_phrases(word: str) -> Iterator[str]:
    """Longest known phrase first: 银行卡 is not read like 自行车."""
    at = 0
    while at < len(word):
        for end in range(min(len(word), at + _LONGEST_PHRASE), at + 1, -1):
            phrase = phrases_dict.get(word[at:end])
            if phrase and len(phrase) == end - at:
                yield from (_bare(reading[0]) for reading in phrase)
                at = end
                break
        else:
            yield syllable(word[at]) or ""
            at += 1


def _others(character: str) -> tuple[str, ...]:
    listed = pinyin_dict[ord(character)].split(",")
    return tuple(dict.fromkeys(map(_bare, listed[1:3])))


@cache
def _bare(reading: str) -> str:
    return fold(reading.replace("ü", "v").replace("ǘ", "v").replace("ǚ", "v").replace("ǜ", "v"))
