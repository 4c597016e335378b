"""Secrecy markings and the marks of internal papers.

Sources: 保守国家秘密法 (2024) Articles 20, 22 and 64; 国家秘密文件资料标志的规定 (1990) Article 4;
GB/T 9704-2012. The level stands before ★ and the term behind it.
"""

import re
from collections.abc import Iterator
from typing import Final

from plugins.content.detectors.seen import Seen
from plugins.content.matching import Technique

SECRECY: Final = "secrecy_marking"
INTERNAL: Final = "internal_marking"

_GAP: Final = r"[ \t\u3000\u200b-\u200d\ufeff]{0,4}"
_BLANK: Final = " \t\u3000\u200b\u200c\u200d\ufeff"
_LEVEL: Final = rf"(?<!工作)(?:[绝絕]{_GAP}密|[机機]{_GAP}密|[秘祕]{_GAP}密)"
_STAR: Final = "[★☆✭✩✪✮✯⭐🌟]\ufe0f?"
_TERM: Final = (
    rf"(?:[长長]{_GAP}期|永久|[0-9０-９一二三四五六七八九十]{{1,3}}{_GAP}(?:年|个月|月|天|日)"
    r"|[\u4e00-\u9fff]{2,10}前)"
)
_LINE: Final = r"(?:(?<=\n)|\A)[ \t\u3000]*"
_LINE_END: Final = r"[ \t\u3000]*(?=\n|\Z)"
_OPEN, _CLOSE = r"[【\[［〔（(「《]", r"[】\]］〕）)」》]"

_CERTAIN_SECRETS: Final = re.compile(
    rf"{_LEVEL}{_GAP}(?:{_STAR}{_GAP}{_TERM}?|[*＊※]{_GAP}{_TERM})"
    rf"|密级{_GAP}[:：]{_GAP}{_LEVEL}(?!{_GAP}[/／、,，或和□○])"
)
_POSSIBLE_SECRETS: Final = re.compile(
    rf"{_OPEN}{_GAP}{_LEVEL}{_GAP}{_TERM}?{_GAP}{_CLOSE}"
    # 秘密 alone is also an answer people give in fun: a mark has a paper below it.
    rf"|{_LINE}{_LEVEL}{_GAP}(?:{_TERM}{_LINE_END}|{_LINE_END}(?=\n\s*[^\n]{{6,}}))"
    r"|[\u4e00-\u9fff]{1,10}(?<!保)密[\u4e00-\u9fff]{0,3}[〔\[［（(【][12]\d{3}[〕\]］）)】]\s?第?\d{1,5}号"
)
_SECOND_HALF: Final = (
    "注意保存|妥善保[管存]|(?:严禁|不得|请勿|切勿|禁止|勿)(?:外传|外泄|转发|翻印|复印|复制|扩散|对外)"
    "|(?:会|用|阅)后(?:收回|即焚|销毁)"
)
_CERTAIN_INTERNAL: Final = re.compile(
    rf"内{_GAP}部{_GAP}(?:资料|文件|材料|刊物|传阅)[ \t\u3000，,。；;、!！：:】）)（(【\[\]]{{0,4}}"
    rf"(?:{_SECOND_HALF})"
    rf"|工作秘密{_GAP}(?:{_STAR}|[*＊※]){_GAP}{_TERM}?"
)
_POSSIBLE_INTERNAL: Final = re.compile(
    rf"{_OPEN}{_GAP}工作秘密{_GAP}{_CLOSE}|{_LINE}工作秘密{_LINE_END}(?=\n\s*[^\n]{{6,}})"
)


def find(text: str) -> Iterator[Seen]:
    """Markings, and what may be one: a level alone on its line, a number of a secret paper."""
    if "密" in text:
        yield from _found(SECRECY, _CERTAIN_SECRETS, _POSSIBLE_SECRETS, text)
        yield from _found(INTERNAL, _CERTAIN_INTERNAL, _POSSIBLE_INTERNAL, text)
    elif "内" in text:
        yield from _found(INTERNAL, _CERTAIN_INTERNAL, None, text)


def _found(
    detector: str, certain: re.Pattern[str], possible: re.Pattern[str] | None, text: str
) -> Iterator[Seen]:
    sure = [_trimmed(match) for match in certain.finditer(text)]
    for start, end in sure:
        yield _seen(detector, text, start, end, certain=True)
    for match in possible.finditer(text) if possible else ():
        start, end = _trimmed(match)
        if not any(start < high and low < end for low, high in sure):
            yield _seen(detector, text, start, end, certain=False)


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """Where it stands without the spaces around; ideographic and invisible ones included."""
    start, end = match.span()
    found = match[0]
    return (
        start + len(found) - len(found.lstrip(_BLANK)),
        end - len(found) + len(found.rstrip(_BLANK)),
    )


def _seen(detector: str, text: str, start: int, end: int, *, certain: bool) -> Seen:
    spaced = any(character.isspace() for character in text[start:end])
    technique = Technique.SEPARATORS if spaced else Technique.EXACT
    return Seen(detector, start, end, technique, certain)
