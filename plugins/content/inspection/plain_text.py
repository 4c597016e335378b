"""Words in files that are text already."""

import codecs
from contextlib import suppress

from charset_normalizer import from_bytes
from lxml import etree, html

from bot.domain.inspection import Uninspected
from plugins.content.inspection.gathering import MOST_CHARACTERS, Gathering, Refused

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOSTLY = 0.9
_LOOKED_AT = 16 * 1024
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")
_RARELY = 200
_RICH_TEXT = b"{\\rtf"
_LONGEST_CHARACTER = 4


def looks_like_text(content: bytes) -> bool:
    """Whether it holds next to no bytes that no text holds."""
    if content.startswith(_MARKS):
        return True
    head = content[:_LOOKED_AT]
    return sum(byte in _CONTROLS for byte in head) * _RARELY <= len(head)


def add_text(content: bytes, gathering: Gathering) -> None:
    """Add the words of a text file; the tags of a web page are no words.

    Raises:
        Refused: it is no text, or a kind that hides its words.
    """
    if content.startswith(_RICH_TEXT):
        raise Refused(Uninspected.LEGACY)
    # More bytes than that hold more characters than are ever taken.
    text = _decoded(content[: MOST_CHARACTERS * _LONGEST_CHARACTER])
    if "<html" in text[:1000].lower():
        text = _without_tags(text)
    gathering.add(f"{text}\n")


def _decoded(content: bytes) -> str:
    for mark, name in zip(_MARKS, ("utf-8-sig", "utf-16", "utf-16"), strict=True):
        if content.startswith(mark):
            return content.decode(name, "replace")
    with suppress(UnicodeDecodeError):
        # Cut in the midst of a character, perhaps.
        return codecs.getincrementaldecoder("utf-8")().decode(content)
    text = content.decode("gb18030", "replace")
    foreign = [one for one in text[:_LOOKED_AT] if not one.isascii()]
    if sum(map(_is_common, foreign)) >= _MOSTLY * len(foreign):
        return text
    # Short texts tell a detector little; what is hardly Chinese as Chinese systems write it is its.
    best = from_bytes(content[:_LOOKED_AT]).best()
    if best is None:
        raise Refused(Uninspected.UNKNOWN)
    return content.decode(best.encoding, "replace")


def _is_common(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _without_tags(text: str) -> str:
    try:
        page = html.fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError):
        return text
    return str(page.text_content())
