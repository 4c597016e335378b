"""Readings that few texts need: pictures, codes, letters in between, digits for letters, columns.

``letters`` and ``signs`` are the cheap questions every clean text is asked; a view is made only
for a text that holds what such a spelling cannot do without.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Self
from urllib.parse import unquote_to_bytes

from bot.domain.spellings import Technique
from plugins.content.matching.fold import fold, fold_table
from plugins.content.matching.view import Sheet, View, folded_view, spaced_view, view_through

Question = re.Pattern[str]
Seen = Iterator[tuple[str, View]]
"""The name of a reading, and the reading."""

_NEVER: Final = re.compile(r"(?!)")
_INSERTED: Final = r"(?<=[^\x00-\x7f])[a-z0-9]{1,3}(?=[^\x00-\x7f])"
_MIXES: Final = (
    # A letter or two, an ideograph, again letters: 考x试x答; letters with digits: v1p, kao3shi4.
    r"[a-z0-9](?:[a-z0-9]{0,2}[^\x00-\x7f][a-z0-9]{1,3}[^\x00-\x7f]"
    r"|(?<=[a-z])[0-9]+[a-z]|(?<=[0-9])[a-z]{2})"
)
_CODES: Final = (
    r"&#x?[0-9a-fA-F]{2,6};?|&[a-z]{2,8};|\\[uUxX]\{?[0-9a-fA-F]{2,8}\}?|[uU]\+[0-9a-fA-F]{4,6}"
    # One character of UTF-8.
    r"|%[2-7][0-9a-fA-F]|%[cdCD][0-9a-fA-F]%[0-9a-fA-F]{2}"
    r"|%[eE][0-9a-fA-F](?:%[0-9a-fA-F]{2}){2}|%[fF][0-7](?:%[0-9a-fA-F]{2}){3}"
)
_SIGN_IN_WORD: Final = r"(?<=[A-Za-z])[@$!|](?=[A-Za-z0-9])"
_TOKEN: Final = re.compile(r"(?=[@$!|]*[A-Za-z])[A-Za-z0-9@$!|]{3,}")
_TONES: Final = re.compile(r"(?<=[a-z])[0-5](?![0-9])")
_LEET: Final = (
    str.maketrans("01345789@$!|", "oieastbgasil"),
    str.maketrans("1!|", "lll"),
)
_MOST_COLUMNS: Final = 12


@dataclass(frozen=True, slots=True)
class Disguises:
    """The questions, as far as the policy wants to know."""

    wanted: frozenset[Technique]
    letters: Question
    """Asked of every folded text."""
    signs: Question
    """Asked of every text that lost something in folding."""
    pictures: Mapping[str, str]
    """Each picture with the characters of listed words that it may stand for."""

    @classmethod
    def of(cls, wanted: AbstractSet[Technique], words: Iterable[str]) -> Self:
        """For these techniques; ``words``, folded, are those that pictures may stand in."""
        listed = set().union(*words)
        pictures = {
            picture: told
            for picture, meant in _pictures().items()
            if (told := "".join(each for each in meant if fold(each) in listed))
        }
        asked = []
        if Technique.ENCODED in wanted:
            asked.append(_CODES)
        if Technique.LEET in wanted:
            asked.append(_SIGN_IN_WORD)
        if pictures:
            asked.append(f"[{re.escape(''.join(pictures))}]")
        mixed = not wanted.isdisjoint({Technique.INSERTED, Technique.LEET, Technique.PINYIN})
        return cls(
            frozenset(wanted),
            re.compile(_MIXES) if mixed else _NEVER,
            _starting_with(asked, pictures) if asked else _NEVER,
            pictures,
        )

    def suspects(self, text: str, folded: str) -> bool:
        """Whether some reading may be worth making; asked of every clean text, so it is quick."""
        if self.letters.search(folded):
            return True
        if len(folded) == len(text):
            return False
        return self.signs.search(text) is not None or text.count("\n") > 1

    def views(self, sheet: Sheet) -> Seen:
        """Every reading the text gives reason for."""
        text = sheet.text
        mixes, signs = self.letters.search(sheet.folded), self.signs.search(text)
        if mixes:
            yield from self._mixed(sheet.view)
        if (mixes or signs) and Technique.LEET in self.wanted:
            yield from _leet(text)
        if signs:
            yield from self._decoded(text)
            yield from self._pictured(text)
        if Technique.VERTICAL in self.wanted and text.count("\n") > 1:
            yield from _columns(text)

    def _mixed(self, view: View) -> Seen:
        if Technique.INSERTED in self.wanted:
            runs = [run.span() for run in re.finditer(_INSERTED, view.text)]
            if runs:
                yield "inserted", spaced_view(view, runs, Technique.INSERTED)
        if Technique.PINYIN in self.wanted:
            tones = [tone.span() for tone in _TONES.finditer(view.text)]
            if tones:
                yield "toned", spaced_view(view, tones, Technique.PINYIN)

    def _decoded(self, text: str) -> Seen:
        if Technique.ENCODED not in self.wanted:
            return
        pieces: list[tuple[str, int, int]] = []
        position = 0
        for code in re.finditer(_CODES, text):
            pieces += [(text[at], at, at + 1) for at in range(position, code.start())]
            pieces += [(each, *code.span()) for each in _plain(code[0])]
            position = code.end()
        pieces += [(text[at], at, at + 1) for at in range(position, len(text))]
        if position:
            yield "decoded", _view_of(pieces, Technique.ENCODED)

    def _pictured(self, text: str) -> Seen:
        there = {picture: self.pictures[picture] for picture in text if picture in self.pictures}
        for choice in range(max(map(len, there.values()), default=0)):
            read_as = {picture: meant[choice % len(meant)] for picture, meant in there.items()}
            yield "pictured", view_through(fold_table(), text, read_as)


def _starting_with(asked: list[str], pictures: Mapping[str, str]) -> Question:
    """One question; a set of first characters lets the search skip all others quickly."""
    first = re.escape("uU&%\\@$!|" + "".join(pictures))
    return re.compile(f"(?=[{first}])(?:{'|'.join(asked)})")


def _leet(text: str) -> Seen:
    """Digits and signs inside a word of letters, read as the letters they look like."""
    for table in (_LEET[0], _LEET[0] | _LEET[1]):
        read = _translated(text, table)
        if read != text and len(read) == len(text):
            view = folded_view(read)
            via = {
                at: Technique.LEET
                for at, start in enumerate(view.starts)
                if read[start] != text[start]
            }
            yield "leet", View(view.text, view.starts, view.ends, via)


def _translated(text: str, table: Mapping[int, int]) -> str:
    return _TOKEN.sub(lambda token: token[0].translate(table), text)


def _columns(text: str) -> Seen:
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
        yield "columns", _view_of([(text[at], at, at + 1) for at in places], Technique.VERTICAL)


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


def _plain(code: str) -> str:
    if code.startswith("&"):
        return html.unescape(code)
    if code.startswith("%"):
        return unquote_to_bytes(code).decode("utf-8", "ignore")
    number = int(code.strip("\\uUxX+{}"), 16)
    return chr(number) if number < 0x110000 else ""


@cache
def _pictures() -> dict[str, str]:
    source = files("plugins.content.matching").joinpath("data").joinpath("pictures.txt")
    rows = (line for line in source.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {row[0]: row[1:] for row in rows}
