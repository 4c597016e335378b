"""Reads the corpora from their files."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
HELD_OUT: Final = FOLDER / "heldout"
"""Other words and lines, written before the matching was mended by the misses of the first."""
WORDS: Final = FOLDER / "words.tsv"

_PARTS: Final = " ⏎ "
_ESCAPE: Final = re.compile(r"\\(?:n|t|\\|u([0-9a-f]{4})|U([0-9A-Fa-f]{8}))")
_PLAIN: Final = {r"\n": "\n", r"\t": "\t", r"\\": "\\"}


@dataclass(frozen=True, slots=True)
class Evasion:
    """One attempt to post ``word`` unseen; several ``messages`` follow each other at once."""

    technique: str
    messages: tuple[str, ...]
    word: str
    note: str
    place: str


@dataclass(frozen=True, slots=True)
class Ordinary:
    """A message that must not hit."""

    text: str
    place: str

    @property
    def file(self) -> str:
        """The name of the file it stands in."""
        return self.place.partition(":")[0]


def evasions(folder: Path = FOLDER) -> list[Evasion]:
    """Every line of ``evasive/``, named by the technique its file is for."""
    return [
        _evasion(path, number, line)
        for path in sorted((folder / "evasive").glob("*.tsv"))
        for number, line in _lines(path)
        if not line.startswith("# ")
    ]


def ordinary_messages(folder: Path = FOLDER) -> list[Ordinary]:
    """Every line of ``ordinary/``."""
    return [
        Ordinary(line, f"{path.name}:{number}")
        for path in sorted((folder / "ordinary").glob("*.txt"))
        for number, line in _lines(path)
    ]


def _evasion(path: Path, number: int, line: str) -> Evasion:
    text, word, *note = line.split("\t")
    messages = tuple(_ESCAPE.sub(_unescape, part) for part in text.split(_PARTS))
    return Evasion(path.stem, messages, word, "".join(note), f"{path.name}:{number}")


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _PLAIN[found[0]]


def _lines(path: Path) -> list[tuple[int, str]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [(number, line) for number, line in enumerate(lines, 1) if line]
