"""What an expression means, and what is said about one that means nothing."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from plugins.content.expressions.nodes import AllOf, AnyOf, Near, Node, Word, render
from plugins.content.expressions.parser import FARTHEST, parse
from plugins.content.matching.fold import fold

CELEBRATION, INSPECTION, ROUTE, TIME, PRESS, QUOTED = map(
    Word, ("校庆", "巡视", "路线", "时间", "新闻稿", "转载")
)
WHOLE = AllOf((AnyOf((CELEBRATION, INSPECTION)), Near(ROUTE, TIME, 10)), (AnyOf((PRESS, QUOTED)),))


@pytest.mark.parametrize(
    "text",
    [
        "(校庆 或 巡视) 且 (路线 近10 时间) 非 (新闻稿 或 转载)",
        "（校庆 或 巡视） 且 （路线 近１０ 时间） 且 非 （新闻稿 或 转载）",
        "(校庆|巡视)&(路线~10时间)!(新闻稿|转载)",
        '("校庆" ｜ “巡视”) ＆ (路线 ～10 时间) ！(新闻稿 | 转载)',
        "\n (校庆 或 巡视)\n且 路线 近10 时间\n非 (新闻稿 或 转载)",
    ],
)
def test_chinese_and_ascii_signs_mean_the_same(text: str) -> None:
    assert parse(text) == WHOLE


def test_a_quoted_word_may_hold_spaces_and_operators() -> None:
    assert parse('"教育部 领导" 或 "是非" 或 “非法集资”') == AnyOf(
        (Word("教育部 领导"), Word("是非"), Word("非法集资"))
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "表达式是空的"),
        (" \n", "表达式是空的"),
        ("()", "第 2 列：括号里没有词语"),
        ("非 校庆", "第 1 列：只有“非”"),
        ("路线 且 (非 校庆)", "第 7 列：只有“非”"),
        ("校庆 且 非 (非 路线)", "只有“非”"),
        ("校庆 或 非 路线", "第 6 列：“或”后面不能直接写“非”"),
        ("校 且 巡视", "第 1 列：“校”太宽"),
        ("校庆 或 ★", "第 6 列：“★”太宽"),
        ("校庆 且 巡视 或 路线", "第 9 列：“或”与“且”“非”混在一起"),
        ("校庆 或 巡视 非 路线", "第 9 列：“或”与“且”“非”混在一起"),
        ("校庆 路线", "第 4 列：“路线”前面缺少运算符"),
        ("校庆 (路线 或 时间)", "第 4 列：“(”前面缺少运算符"),
        ("(校庆 或 路线", "第 9 列：括号没有成对，缺少“)”"),
        ("校庆)", "第 3 列：多出“)”"),
        (")", "第 1 列：多出“)”"),
        ('校庆 且 "路线', "第 6 列：引号没有成对"),
        ("校庆 且", "第 5 列：“且”后面缺少词语"),
        ("且 校庆", "第 1 列：“且”前面缺少词语"),
        ("校庆 且 且 路线", "第 6 列：“且”与“且”之间缺少词语"),
        ("(校庆 且)", "第 6 列：“且”后面缺少词语"),
        ("校庆 AND 路线", "第 4 列：不认识运算符“AND”"),
        ("校庆 和 路线", "第 4 列：不认识运算符“和”"),
        ("校庆或巡视", "第 1 列：“校庆或巡视”里的“或”如果是运算符"),
        ("校庆 且 非法", "第 6 列：“非法”里的“非”如果是运算符"),
        ("路线近10时间", "第 1 列：“路线近10时间”里的“近1”如果是运算符"),
        ("校庆 近 路线", "第 4 列：“近”后面要写最多相隔几个字"),
        ("校庆 ~0 路线", "第 4 列：“近”后面要写最多相隔几个字"),
        ("校庆 近101 路线", "第 4 列：“近”后面要写最多相隔几个字"),
        ("校庆 近10 路线 近5 时间", "第 11 列：一个“近”只连接两组词"),
        ("(校庆 且 时间) 近10 路线", "第 11 列：“近”的两边只能是一个词"),
        ("(" * 13 + "校庆" + ")" * 13, "第 13 列：括号最多套 12 层"),
        (" 或 ".join(["校庆"] * 301), "表达式有 301 个词"),
        ("校庆" * 2001, "表达式有 4002 个字符"),
    ],
)
def test_what_is_wrong_is_said_with_its_column_and_the_mend(text: str, says: str) -> None:
    with pytest.raises(BadInputError) as caught:
        parse(text)
    assert says in caught.value.message


WORDS = st.builds(
    Word, st.sampled_from(["校庆", "巡视组", "路线", "新闻 稿", "是非", 'a"b"c', "或者", "AND"])
)
PLACES = st.one_of(
    WORDS, st.builds(lambda words: AnyOf(tuple(words)), st.lists(WORDS, min_size=2, max_size=3))
)
NEARS = st.builds(Near, PLACES, PLACES, st.integers(1, FARTHEST))


def _larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    one = st.lists(inner, min_size=1, max_size=2).map(tuple)
    return st.one_of(
        st.builds(AnyOf, several), st.builds(AllOf, several), st.builds(AllOf, one, one)
    )


TREES: st.SearchStrategy[Node] = st.recursive(st.one_of(WORDS, NEARS), _larger, max_leaves=8)


@given(tree=TREES)
def test_what_is_written_out_is_read_back_the_same(tree: Node) -> None:
    assert parse(render(tree)) == tree


@given(text=st.text(alphabet='校庆或且非近~10&|!()（）"“” \n路线a', max_size=40))
def test_any_text_is_an_expression_or_a_complaint(text: str) -> None:
    with suppress(BadInputError):
        assert parse(render(parse(text))) == parse(text)


@given(text=st.text(min_size=1, max_size=3))
def test_no_word_of_less_than_two_characters_is_taken(text: str) -> None:
    if len(fold(text)) < 2:
        with pytest.raises(BadInputError):
            parse(f'校庆 或 "{text}"')
