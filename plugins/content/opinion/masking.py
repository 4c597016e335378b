"""What may leave for a second opinion: the hit and its surroundings, without personal numbers."""

import re

from bot.domain.findings import Excerpt

_AROUND = 40
_MASK = "[号码]"
# Identity, telephone, card and account numbers, however they are grouped; and e-mail addresses.
_NUMBERS = re.compile(r"(?:[+＋]?\d[\s\0\-—.()（）]{0,3}){4,}\d[\dXxＸｘ]?")
_MAIL = re.compile(r"[a-zA-Z0-9_.+\0-]+@[a-zA-Z0-9_\0-]+(?:\.[a-zA-Z0-9_\0-]+)+")


def masked(excerpt: Excerpt) -> str:
    """The words around the hit, the hit itself between 【 and 】."""
    before = excerpt.text[max(0, excerpt.start - _AROUND) : excerpt.start]
    hit = excerpt.text[excerpt.start : excerpt.end]
    after = excerpt.text[excerpt.end : excerpt.end + _AROUND]
    # The brackets mark the hit: those of the author must not pretend to.
    plain = [part.replace("【", "(").replace("】", ")") for part in (before, hit, after)]
    # A number may lie across the edge of the hit, so the whole is masked, then marked.
    joined = "\0".join(plain)
    hidden = _NUMBERS.sub(_keep_edges, _MAIL.sub(_keep_edges, joined))
    first, middle, last = hidden.split("\0")
    return f"{first}【{middle}】{last}"


def _keep_edges(found: re.Match[str]) -> str:
    return _MASK + "\0" * found[0].count("\0")
