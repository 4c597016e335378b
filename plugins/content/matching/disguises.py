"""Readings that few texts need: pictures, codes, letters in between, digits for letters, columns.

``odd`` is the one cheap question every clean text is asked; a reading is made only of a text that
holds what such a spelling cannot do without, and its way back only if something was found in it.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Final, Self
from urllib.parse import unquote_to_bytes

from bot.domain.spellings import Technique
from plugins.content.matching.fold import fold
from plugins.content.matching.view import Sheet, View, folded_view, spaced_view, view_through

Question = re.Pattern[str]
Readings = Iterator[tuple[str, str, Callable[[], View]]]
"""The name of a reading, its folded text, and how to make its view."""

_NEVER: Final = re.compile(r"(?!)")
_LETTER: Final = "0-9A-Za-zＡ-Ｚａ-ｚ"
_BETWEEN: Final = (
    rf"(?<=[A-Za-zＡ-Ｚａ-ｚ])[ .-]?[^\x00-\x7f][ .-]?[{_LETTER}]{{1,3}}[ .-]?[^\x00-\x7f]"
    rf"|(?<=[0-9])[^\x00-\x7f年月日号点时分][{_LETTER}]{{1,3}}[^\x00-\x7f]"
)
"""A letter, an ideograph, again letters, but no date: 考x试x答."""
_INSERTED: Final = re.compile(rf"(?<=[^\x00-\x7f])[ .-]?[{_LETTER}]{{1,3}}[ .-]?(?=[^\x00-\x7f])")
_MIXED: Final = r"(?<=[A-Za-z])[0-9]+[A-Za-z]|(?<=[0-9])(?<![0-9]{2})[A-Za-z]{2}"
"""Letters and digits, but no measure: v1p, kao3shi, 0ff; not 2024OK."""
_SHORT_LINE: Final = r"(?<=\n)[^\n]{0,24}\n"
_CODES: Final = re.compile(
    r"&#x?[0-9a-fA-F]{2,6};?|\\[uUxX]\{?[0-9a-fA-F]{2,8}\}?"
    # One character of UTF-8.
    r"|%[2-7][0-9a-fA-F]|%[cdCD][0-9a-fA-F]%[0-9a-fA-F]{2}"
    r"|%[eE][0-9a-fA-F](?:%[0-9a-fA-F]{2}){2}|%[fF][0-7](?:%[0-9a-fA-F]{2}){3}"
)
_TOKEN: Final = re.compile(r"(?=[@$!|]*[A-Za-z])[A-Za-z0-9@$!|]{3,}")
_TONES: Final = re.compile(r"(?<=[A-Za-z])[0-5](?![0-9])")
_LEET: Final = (
    str.maketrans("01345789@$!|", "oieastbgasil"),
    str.maketrans("1!|", "lll"),
)
_MOST_COLUMNS: Final = 12
_CODE_SIGNS: Final = "&%\\\\"
_PICTURES: Final = "+\u2300-\u2bff\U0001f000-\U0001faff"


@dataclass(frozen=True, slots=True)
class Disguises:
    """The rare readings, as far as the policy wants to know."""

    wanted: frozenset[Technique]
    odd: Question
    """Asked of every text."""
    plain: Question
    """The same without pictures, of which most mean nothing here."""
    pictures: Mapping[str, tuple[str, ...]]
    """Each picture with the characters of listed words that it may stand for."""

    @classmethod
    def of(cls, wanted: AbstractSet[Technique], words: Iterable[str]) -> Self:
        """For these techniques; ``words``, folded, are those that pictures may stand in."""
        listed = set().union(*words)
        pictures = {
            picture: told
            for picture, meant in _pictures().items()
            if (told := tuple(each for each in meant if listed.issuperset(fold(each))))
        }
        first, then = "", []
        if not wanted.isdisjoint({Technique.LEET, Technique.PINYIN}):
            first, then = _LETTER, [_MIXED]
        if Technique.INSERTED in wanted:
            first, then = _LETTER, [*then, _BETWEEN]
        if Technique.VERTICAL in wanted:
            first, then = first + r"\n", [*then, _SHORT_LINE]
        if Technique.ENCODED in wanted:
            first, then = first + _CODE_SIGNS, [*then, f"(?<=[{_CODE_SIGNS}])"]
        plain = _question(first, then)
        if pictures:
            first, then = first + _PICTURES, [*then, f"(?<=[{_PICTURES}])"]
        return cls(frozenset(wanted), _question(first, then), plain, pictures)

    def suspects(self, text: str) -> bool:
        """Whether a text that is ``odd`` is worth a second look."""
        return bool(self.plain.search(text)) or not self.pictures.keys().isdisjoint(text)

    def readings(self, sheet: Sheet) -> Readings:
        """Every reading the text gives reason for."""
        text = sheet.text
        yield from self._mixed(sheet)
        if len(sheet.folded) == len(text):
            return
        if Technique.ENCODED in self.wanted:
            yield from _decoded(text)
        if not self.pictures.keys().isdisjoint(text):
            yield from self._pictured(text)
        if Technique.VERTICAL in self.wanted and text.count("\n") > 1:
            yield from _columns(text)

    def _mixed(self, sheet: Sheet) -> Readings:
        if Technique.INSERTED in self.wanted:
            yield from _without(_INSERTED, sheet.text, Technique.INSERTED)
        if Technique.PINYIN in self.wanted:
            yield from _without(_TONES, sheet.text, Technique.PINYIN)
        if Technique.LEET in self.wanted:
            yield from _leet(sheet)

    def _pictured(self, text: str) -> Readings:
        there = {picture: self.pictures[picture] for picture in text if picture in self.pictures}
        for choice in range(max(map(len, there.values()))):
            read_as: Mapping[str, str] = {
                picture: meant[choice % len(meant)] for picture, meant in there.items()
            }
            read = fold("".join(read_as.get(each, each) for each in text))
            yield "pictured", read, partial(view_through, text, read_as)


def _question(first: str, then: list[str]) -> Question:
    # One set of first characters lets the search skip all others quickly.
    return re.compile(f"[{first}](?:{'|'.join(then)})") if first else _NEVER


def _without(runs: re.Pattern[str], text: str, technique: Technique) -> Readings:
    read = runs.sub("", text)
    if read != text:
        yield technique.value, fold(read), partial(_view_around, runs, text, technique)


def _view_around(runs: re.Pattern[str], text: str, technique: Technique) -> View:
    """What stands around the runs; what follows one owes its place to the technique."""
    view = folded_view(text)
    position, spans = 0, []
    for run in runs.finditer(text):
        low = bisect_left(view.starts, run.start(), position)
        position = bisect_left(view.starts, run.end(), low)
        spans.append((low, position))
    return spaced_view(view, spans, technique)


def _leet(sheet: Sheet) -> Readings:
    """Digits and signs inside a word of letters, read as the letters they look like."""
    for table in (_LEET[0], _LEET[0] | _LEET[1]):
        read = _translated(sheet.text, table)
        if read != sheet.text:
            yield "leet", fold(read), partial(_read_for, sheet.text, read)


def _read_for(text: str, read: str) -> View:
    """The text as ``read``, character by character."""
    view = folded_view(read)
    changed = (at for at, start in enumerate(view.starts) if read[start] != text[start])
    return View(view.text, view.starts, view.ends, dict.fromkeys(changed, Technique.LEET))


def _decoded(text: str) -> Readings:
    read = _CODES.sub(_plain, text)
    if read != text:
        yield "decoded", fold(read), partial(_view_of_codes, text)


def _view_of_codes(text: str) -> View:
    pieces: list[tuple[str, int, int]] = []
    position = 0
    for code in _CODES.finditer(text):
        pieces += [(text[at], at, at + 1) for at in range(position, code.start())]
        pieces += [(each, *code.span()) for each in _plain(code)]
        position = code.end()
    pieces += [(text[at], at, at + 1) for at in range(position, len(text))]
    return _view_of(pieces, Technique.ENCODED)


def _translated(text: str, table: Mapping[int, int]) -> str:
    return _TOKEN.sub(lambda token: token[0].translate(table), text)


def _columns(text: str) -> Readings:
    """Lines of about one length, read downwards."""
    lines: list[list[int]] = [[]]
    for at, character in enumerate(text):
        if character == "\n":
            lines.append([])
        elif fold(character):
            lines[-1].append(at)
    lines = [line for line in lines if line]
    if len(lines) < 3 or max(map(len, lines)) > _MOST_COLUMNS:
        return
    for column in range(max(map(len, lines))):
        places = [line[column] for line in lines if column < len(line)]
        pieces = [(text[at], at, at + 1) for at in places]
        read = fold("".join(text[at] for at in places))
        yield "columns", read, partial(_view_of, pieces, Technique.VERTICAL)


def _view_of(pieces: Iterable[tuple[str, int, int]], technique: Technique) -> View:
    """Characters with their places; those that are read out of something else go by a technique."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    via: dict[int, Technique] = {}
    for character, start, end in pieces:
        folded = fold(character)
        if technique is Technique.VERTICAL or end - start > 1:
            via |= dict.fromkeys(range(len(starts), len(starts) + len(folded)), technique)
        text.append(folded)
        starts += [start] * len(folded)
        ends += [end] * len(folded)
    return View("".join(text), starts, ends, via)


def _plain(code: re.Match[str]) -> str:
    written = code[0]
    if written.startswith("&"):
        return html.unescape(written)
    if written.startswith("%"):
        return unquote_to_bytes(written).decode("utf-8", "ignore")
    number = int(written.strip("\\uUxX{}"), 16)
    return chr(number) if number < 0x110000 else ""


@cache
def _pictures() -> dict[str, list[str]]:
    source = files("plugins.content.matching").joinpath("data").joinpath("pictures.txt")
    rows = (line for line in source.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {picture: meant for picture, *meant in map(str.split, rows)}
