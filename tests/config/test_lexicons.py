"""Word lists as people write them, and what they are told when a line is wrong."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from config.articles import load_articles
from config.lexicons import ListedWord, load_lexicons, read_word_list
from config.paths import INSTALLED

CATEGORIES = ("custom", "rumour")
LINE = "校花\trumour\tserious\t学校花园，校花展"
WORD = ListedWord("校花", "rumour", Severity.SERIOUS, ("学校花园", "校花展"))


def configured(folder: Path, *contents: bytes) -> Path:
    lists = folder / "lexicons"
    lists.mkdir()
    for number, content in enumerate(contents):
        (lists / f"{number}.tsv").write_bytes(content)
    return folder


def test_the_lists_that_come_with_the_installation_are_sound() -> None:
    words = load_lexicons(INSTALLED, load_articles(INSTALLED).categories)
    assert 100 <= len(words) <= 300
    assert {"secret", "work_secret", "advertising", "rumour"} <= {word.category for word in words}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_line_is_read_in_any_encoding(tmp_path: Path, encoding: str, line_end: str) -> None:
    text = line_end.join(["# 说明", "", f"{LINE}\t# 备注", "词语\t类别\t轻重", ""])
    assert load_lexicons(configured(tmp_path, text.encode(encoding)), CATEGORIES) == (WORD,)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("校花", "三列"),
        ("校花\trumour", "三列"),
        ("\trumour\tserious", "词语为空"),
        ("\u200b\trumour\tserious", "词语为空"),
        ("校花\tgossip\tserious", "不认识类别“gossip”，可用的有：custom、rumour"),
        ("校花\trumour\tgrave", "notice、minor、serious、critical"),
        ("校花\trumour\tserious\t花园", "例外词“花园”"),
        ("校花\trumour\tserious\t校花", "例外词“校花”"),
        ("校花\trumour\tserious\t\t\t多", "最多四列"),
    ],
)
def test_a_wrong_line_is_named_with_its_file(tmp_path: Path, line: str, told: str) -> None:
    folder = configured(tmp_path, f"# 一\n{line}\n".encode())
    with pytest.raises(BadInputError) as raised:
        load_lexicons(folder, CATEGORIES)
    assert "0.tsv 第 2 行" in raised.value.message
    assert told in raised.value.message


def test_a_word_listed_twice_in_a_category_names_both_places(tmp_path: Path) -> None:
    folder = configured(tmp_path, "qq群\tcustom\tminor".encode(), "QQ群\tcustom\tserious".encode())
    with pytest.raises(BadInputError, match=r"1\.tsv 第 1 行.*0\.tsv 第 1 行"):
        load_lexicons(folder, CATEGORIES)


def test_one_word_a_line_is_a_custom_list(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("校花\n内部资料 注意保存\n校花\n# 完\n", "utf-8")
    assert read_word_list(path, CATEGORIES) == (
        ListedWord("校花", "custom", Severity.SERIOUS),
        ListedWord("内部资料 注意保存", "custom", Severity.SERIOUS),
    )


@pytest.mark.parametrize("content", [b"", b"# only\n\n"])
def test_a_given_list_without_words_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="没有词语"):
        read_word_list(path, CATEGORIES)


def test_a_missing_list_and_an_unreadable_encoding_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="找不到词库"):
        read_word_list(tmp_path / "none.tsv", CATEGORIES)
    path = tmp_path / "broken.tsv"
    path.write_bytes(b"\xff\xff\x81")
    with pytest.raises(BadInputError, match="编码"):
        read_word_list(path, CATEGORIES)


@given(content=st.binary(max_size=60))
def test_any_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("lists") / "words.tsv"
    path.write_bytes(content)
    with suppress(BadInputError):
        assert all(word.word.strip() for word in read_word_list(path, CATEGORIES))
