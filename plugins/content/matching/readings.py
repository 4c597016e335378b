"""How words sound: read once when a list is built, never while judging."""

from collections.abc import Iterator
from functools import cache

from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

from plugins.content.matching.fold import fold


@cache
def syllable(character: str) -> str | None:
    """The first reading of an ideograph without its tone, ``ü`` as ``v``; None for other signs."""
    listed = pinyin_dict.get(ord(character))
    return _bare(listed.split(",")[0]) if listed else None


def readings(word: str) -> Iterator[tuple[str, ...]]:
    """At most two readings of an all-ideograph word: as a phrase, and by its characters."""
    single = tuple(syllable(character) for character in word)
    if not all(single):
        return
    plain = tuple(reading for reading in single if reading)
    phrase = phrases_dict.get(word)
    known = tuple(_bare(reading[0]) for reading in phrase) if phrase else plain
    yield known
    if plain != known:
        yield plain


@cache
def _bare(reading: str) -> str:
    return fold(reading.replace("ü", "v").replace("ǘ", "v").replace("ǚ", "v").replace("ǜ", "v"))
