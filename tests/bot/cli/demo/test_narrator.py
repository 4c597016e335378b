"""Lines in any width: nothing lost, nothing too wide, no line begun with a closing mark."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from bot.cli.demo.narrator import wrapped

WORDS = st.text(alphabet="群规助手撤回教务处，。：“”（）[]abc012 ·-＊", max_size=120)


@given(WORDS, st.integers(min_value=12, max_value=100))
def test_every_line_fits_and_nothing_but_spaces_is_lost(text: str, width: int) -> None:
    lines = wrapped(Text(text), width)
    assert all(cell_len(line.plain) <= width for line in lines)
    assert "".join(line.plain for line in lines).replace(" ", "") == text.replace(" ", "")


def test_a_line_does_not_begin_with_a_closing_mark_nor_break_a_number() -> None:
    lines = [line.plain for line in wrapped(Text("请回复批准编号，登记号 W1234567。好的"), 14)]
    assert lines == ["请回复批准编", "号，登记号", "W1234567。好的"]


def test_a_word_wider_than_the_line_is_broken_all_the_same() -> None:
    assert [line.plain for line in wrapped(Text("a" * 30), 12)] == ["a" * 12, "a" * 12, "a" * 6]
