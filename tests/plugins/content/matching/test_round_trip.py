"""Every span lies in the original, is what stands there, and contains what it claims."""

import random
from collections.abc import Iterator
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.findings import Severity
from plugins.content.matching import Entry, Matcher, Technique
from plugins.content.matching.fold import fold
from tests.plugins.content.matching.lines import ASKED, EVASIONS, ORDINARY, WORDS

MATCHER = Matcher.build(Entry(word, "custom", Severity.SERIOUS) for word in WORDS)
SPELLED = [line[-1] for lines in EVASIONS.values() for line in lines]
PIECES = [
    *WORDS,
    *(letter for word in WORDS for letter in word),
    *("kao", "shi4", "da", "àn", "ｋａｏ", "fapiao", "dai", "V1P", "a", "0", "6", "一", "⑥"),
    *("&#32771;", "%E8%AF%95", "\\u7b54", "🔫", "🎫", "💯", "😊", "+", "㎏", "ﷺ", "½", "ǆ"),
    *("\u200b", "\u0336", "\ufe0f", "\U000e0101", "\ud83d", "-", " ", "，", "\n", "。", "@张三 "),
    *("女", "口", "讠", "式", "貝", "者", "賭", "愽", "拷", "打按", "\U00020000", "\U0010ffff"),
]
BY_THEMSELVES = {
    Technique.EXACT,
    Technique.WIDTH,
    Technique.INVISIBLE,
    Technique.TRADITIONAL,
    Technique.NUMERAL,
    Technique.SEPARATORS,
    Technique.LOOK_ALIKE,
    Technique.VERTICAL,
}
"""With these the word is all that is left of the span when it is folded, columns excepted."""


def once(text: str) -> str:
    """Folded, each run of one character read once: a doubled one may add to any spelling."""
    return "".join(character for character, _ in groupby(fold(text)))


def candidates(text: str) -> set[str]:
    return {step.word for step in MATCHER.explain(text).steps}


def check(text: str) -> int:
    before = text.encode("utf-8", "surrogatepass")
    hits = MATCHER.find(text)
    for hit in hits:
        assert 0 <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end] == hit.span
        if hit.technique in BY_THEMSELVES and once(hit.span) != once(hit.word):
            assert hit.technique is Technique.VERTICAL, (text, hit)
        # Read alone it may still be the word; mixed letters make the rarer readings be tried.
        alone = (hit.span, f"{hit.span}。a1a")
        assert any(hit.word in candidates(span) for span in alone), (text, hit)
    assert text.encode("utf-8", "surrogatepass") == before
    assert MATCHER.find(text) == hits
    return len(hits)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=14).map("".join))
def test_any_text_gives_spans_of_its_own(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", [*SPELLED, *ORDINARY, *(text for _, _, text in ASKED)])
def test_written_lines_give_spans_of_their_own(text: str) -> None:
    check(text)


def random_texts(count: int) -> Iterator[str]:
    chance = random.Random(7)
    for _ in range(count):
        pieces = chance.choices(PIECES, k=chance.randrange(1, 12))
        if chance.random() < 0.3:
            pieces.insert(chance.randrange(len(pieces) + 1), chance.choice(SPELLED))
        if chance.random() < 0.3:
            pieces.append(chr(chance.randrange(0x110000)))
        yield "".join(pieces)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_million_random_texts_give_spans_of_their_own() -> None:
    hits = sum(map(check, random_texts(1_000_000)))
    assert hits > 100_000
