"""Every way of writing a character comes to one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.content.matching.characters import Gap
from plugins.content.matching.fold import fold, gap_of
from plugins.content.matching.view import folded_view


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ＡＢｃ１２", "abc12"),
        ("ⓐ🄰🅰🇦ᴀáą𝓐𝕬", "aaaaaaaaa"),
        ("аеор", "aeop"),
        ("賭發髮乾後", "赌发发干后"),
        ("⼈⽇⺡亻", "人日水人"),
        ("①壹㈠１一", "11111"),
        ("㎏", "kg"),
        ("🈲", "禁"),
        ("1️⃣", "1"),
        ("薬発売", "药发卖"),
        ("ǖǚüũ", "uuuu"),
    ],
)
def test_forms_fold_to_one(written: str, meant: str) -> None:
    assert fold(written) == meant


def test_nothing_invisible_survives() -> None:
    assert fold("a\u200b\u00ad\u3164\u2800\U000e0101\U000e0041\u202e\u0301b") == "ab"


def test_folding_again_changes_nothing_for_any_code_point() -> None:
    every = "".join(chr(code) for code in range(0xE0200) if not 0xD800 <= code < 0xE000)
    folded = fold(every)
    assert fold(folded) == folded


@given(st.text())
def test_the_view_agrees_with_the_fold(text: str) -> None:
    view = folded_view(text)
    assert view.text == fold(text)
    assert len(view.starts) == len(view.ends) == len(view.text)
    assert view.starts == sorted(view.starts)
    assert all(fold(text[start:end]) for start, end in zip(view.starts, view.ends, strict=True))


@pytest.mark.parametrize(
    ("character", "gap"),
    [
        ("\u200b", Gap.INVISIBLE),
        ("，", Gap.MARK),
        ("-", Gap.JOINER),
        ("*", Gap.NOISE),
        (" ", Gap.SPACE),
        ("😊", Gap.SPACE),
        ("\n", Gap.LINE),
        ("字", None),
        ("a", None),
    ],
)
def test_deleted_characters_keep_their_meaning(character: str, gap: Gap | None) -> None:
    assert gap_of(character) is gap
