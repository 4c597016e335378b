"""The numbers people write: P3, p3, P3, 编号3."""

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.errors import BadInputError
from config.wording import Wording

_NUMBER = re.compile(r"(?:编号|NO\.?|#)?(?:([A-Z])[-_.]?)?0*([1-9]\d{0,8})号?")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number as written; ``letter`` is empty where none was given."""

    letter: str
    number: int

    def __str__(self) -> str:
        return f"{self.letter}{self.number}"


def read_number(given: str, letters: str, wording: Wording) -> Numbered:
    """Read a number that may carry one of ``letters``.

    Raises:
        BadInputError: it is none, or has another letter.
    """
    plain = "".join(unicodedata.normalize("NFKC", given).upper().split())
    found = _NUMBER.fullmatch(plain)
    letter = found[1] or "" if found else ""
    if found is None or letter not in ("", *letters):
        example = " 或 ".join(f"{letter}12" for letter in letters)
        raise BadInputError(wording.text("decision.bad_number", given=given, example=example))
    return Numbered(letter, int(found[2]))
