"""The readable words of a shared card: they are its sender's to answer for."""

import html
import re
from collections.abc import Iterator

import msgspec

MAX_WORDS = 4000
_DEPTH = 8
_KEYS = frozenset({"prompt", "title", "desc", "description", "text", "summary", "content", "brief"})
_ATTRIBUTE = re.compile(r"""\b(?:brief|title|summary)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BETWEEN_TAGS = re.compile(r"<(?:title|summary)\b[^>]*>(.*?)</", re.DOTALL)


def words_of_json(value: object) -> str:
    """The titles, descriptions and prompt of a JSON card; "" where it cannot be read."""
    if isinstance(value, str):
        try:
            return _joined(_strings(msgspec.json.decode(value), _DEPTH))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return value[:MAX_WORDS]
    return _joined(_strings(value, _DEPTH))


def words_of_xml(text: str) -> str:
    """The titles and summaries of an XML card."""
    found = [match[1] or match[2] or "" for match in _ATTRIBUTE.finditer(text)]
    found += [match[1] for match in _BETWEEN_TAGS.finditer(text)]
    return _joined(html.unescape(words).strip() for words in found)


def _strings(value: object, depth: int, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if key in _KEYS:
            yield value.strip()
    elif depth and isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, depth - 1, str(name).lower())
    elif depth and isinstance(value, list):
        for inner in value:
            yield from _strings(inner, depth - 1, key)


def _joined(words: Iterator[str]) -> str:
    return "\n".join(dict.fromkeys(word for word in words if word))[:MAX_WORDS]
