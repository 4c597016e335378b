"""Gathers the words of one attachment within bounds that no file can stretch."""

from dataclasses import dataclass, field

from bot.domain.inspection import Inspection, Uninspected

MOST_BYTES = 20 * 1024 * 1024
"""Of one attachment as it comes."""
MOST_CHARACTERS = 300_000
_MOST_UNPACKED = 200 * 1024 * 1024
_MOST_MEMBERS = 2_000
_MOST_PICTURES = 10
_MOST_PAGES = 300


class Refused(Exception):  # noqa: N818  # a verdict about the file, not an error of ours
    """This part is not looked into, for ``reason``; the parts beside it are."""

    def __init__(self, reason: Uninspected) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Enough(Exception):  # noqa: N818  # as above
    """No more words are taken: what was gathered is judged."""


@dataclass(slots=True)
class Gathering:
    """What was read so far, and how much may still be read. Counts run over the whole attachment.

    The first reason noted is the one that is told: it stopped the most.
    """

    unpacked_left: int = _MOST_UNPACKED
    members_left: int = _MOST_MEMBERS
    pictures_left: int = _MOST_PICTURES
    pages_left: int = _MOST_PAGES
    _pieces: list[str] = field(default_factory=list)
    _characters_left: int = MOST_CHARACTERS
    _reasons: list[Uninspected] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Take words.

        Raises:
            Enough: there is no room for more.
        """
        if len(text) >= self._characters_left:
            self._pieces.append(text[: self._characters_left])
            self._characters_left = 0
            self.note(Uninspected.TOO_LONG)
            raise Enough
        self._characters_left -= len(text)
        self._pieces.append(text)

    def note(self, reason: Uninspected) -> None:
        """Something was left out."""
        self._reasons.append(reason)

    def unpack(self, size: int) -> None:
        """Count bytes that came out of an archive.

        Raises:
            Enough: too many; an archive like this is built to exhaust the machine.
        """
        self.unpacked_left -= size
        if self.unpacked_left < 0:
            self.note(Uninspected.TOO_DENSE)
            raise Enough

    def inspection(self) -> Inspection:
        """What came of it."""
        text = "".join(self._pieces).encode("utf-8", "replace").decode()
        return Inspection(text.strip(), self._reasons[0] if self._reasons else None)
