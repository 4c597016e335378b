"""The clever evaluation against the obvious one."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from plugins.content.expressions.evaluation import (
    WIDEST,
    Cover,
    Span,
    Spans,
    alternatives,
    decide,
    rarest,
)
from plugins.content.expressions.nodes import AllOf, AnyOf, Near, Node, Word
from plugins.content.expressions.parser import parse

LETTERS = ("甲甲", "乙乙", "丙丙", "丁丁")


def naive(node: Node, spans: Spans) -> list[tuple[Span, ...]]:
    """Every combination of words that fulfils the expression."""
    match node:
        case Word(text):
            return [(span,) for span in spans.get(text, ())]
        case AnyOf(members):
            return [atoms for member in members for atoms in naive(member, spans)]
        case Near(left, right, distance):
            return [
                (*one, *other)
                for one in naive(left, spans)
                for other in naive(right, spans)
                if 0 <= max(one[0][0], other[0][0]) - min(one[0][1], other[0][1]) <= distance
            ]
        case AllOf(wanted, unwanted):
            if any(naive(one, spans) for one in unwanted):
                return []
            combined = product(*(naive(one, spans) for one in wanted))
            return [tuple(atom for atoms in chosen for atom in atoms) for chosen in combined]


WORDS = st.builds(Word, st.sampled_from(LETTERS))
GROUPS = st.one_of(
    WORDS, st.builds(lambda words: AnyOf(tuple(words)), st.lists(WORDS, min_size=2, max_size=3))
)
NEARS = st.builds(Near, GROUPS, GROUPS, st.integers(1, 12))


def _larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    one = st.lists(inner, min_size=1, max_size=2).map(tuple)
    return st.one_of(
        st.builds(AnyOf, several), st.builds(AllOf, several), st.builds(AllOf, one, one)
    )


TREES: st.SearchStrategy[Node] = st.recursive(st.one_of(WORDS, NEARS), _larger, max_leaves=6)
PLACES = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 5)).map(lambda place: (place[0], sum(place))),
    unique=True,
    max_size=4,
).map(sorted)
SPANS = st.fixed_dictionaries({}, optional=dict.fromkeys(LETTERS, PLACES))


@settings(max_examples=150, deadline=None)
@given(tree=TREES, spans=SPANS)
def test_the_decision_is_that_of_trying_every_combination(tree: Node, spans: Spans) -> None:
    try:
        ways = alternatives(tree)
    except BadInputError:
        return
    expected = naive(tree, spans)
    cover = decide(ways, spans, spans)
    assert (cover is None) == (not expected)
    if cover is not None:
        stretches = [
            (min(start for start, _ in atoms), max(end for _, end in atoms)) for atoms in expected
        ]
        assert cover.end - cover.start == min(end - start for start, end in stretches)
        assert (cover.start, cover.end) in stretches
        known = {span for places in spans.values() for span in places}
        assert set(cover.atoms) <= known
        assert min(start for start, _ in cover.atoms) == cover.start
        assert max(end for _, end in cover.atoms) == cover.end


@given(tree=TREES, spans=SPANS)
def test_an_expression_never_holds_without_a_word_of_its_rarest_groups(
    tree: Node, spans: Spans
) -> None:
    try:
        ways = alternatives(tree)
    except BadInputError:
        return
    waking = {word for way in ways for word in rarest(way, LETTERS.index)}
    silent = {word: places for word, places in spans.items() if word not in waking}
    assert decide(ways, silent, spans) is None


def test_the_rarest_group_is_the_one_whose_words_are_least_common() -> None:
    (way,) = alternatives(parse("(学生 或 老师) 且 (静坐 近10 明天)"))
    assert rarest(way, {"学生": 900, "老师": 800, "静坐": 3, "明天": 700}.__getitem__) == ("静坐",)


def test_far_apart_is_not_near() -> None:
    ways = alternatives(parse("校庆 近10 路线"))
    near, far = {"校庆": [(0, 2)], "路线": [(12, 14)]}, {"校庆": [(0, 2)], "路线": [(13, 15)]}
    assert decide(ways, near, near) == Cover(0, 14, ((0, 2), (12, 14)))
    assert decide(ways, far, far) is None


def test_words_at_both_ends_of_a_long_file_make_no_topic() -> None:
    ways = alternatives(parse("校庆 且 路线"))
    within, beyond = ({"校庆": [(0, 2)], "路线": [(end - 2, end)]} for end in (WIDEST, WIDEST + 1))
    assert decide(ways, within, within) is not None
    assert decide(ways, beyond, beyond) is None


def test_too_many_combinations_are_refused() -> None:
    group = "((校庆 且 路线) 或 (巡视 且 时间) 或 (舆情 且 热搜))"
    with pytest.raises(BadInputError, match="超过 64 种"):
        alternatives(parse(" 且 ".join([group] * 4)))


def test_a_text_full_of_the_words_is_decided_at_once() -> None:
    many: Spans = {"校庆": [(at, at + 2) for at in range(0, 20_000, 4)],
                   "路线": [(at, at + 2) for at in range(2, 20_000, 4)]}  # fmt: skip
    ways = alternatives(parse("(校庆 近100 路线) 且 校庆 且 路线"))
    cover = decide(ways, many, many)
    assert cover is not None
    assert cover.end - cover.start == 4
