"""Scanning files and pipes offline."""

import json
import subprocess

import pytest

from tests.bot.cli.terminal import QUNGUI, ROOT, Terminal

WORDS = "开小灶\n代开发票\tadvertising\tserious\n"


def lines(*objects: object) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


def test_a_file_is_answered_line_by_line_without_a_home(bare: Terminal) -> None:
    words = bare.wrote("words.tsv", WORDS)
    text = bare.wrote("in.jsonl", lines({"id": 1, "text": "可代开发票"}, {"id": "b", "text": "好"}))
    said = bare("scan", text, "--lexicon", words)
    assert said.code == 0
    first, second = (json.loads(line) for line in said.out.splitlines())
    assert second == {"id": "b", "hits": []}
    [hit] = first["hits"]
    assert (hit["word"], hit["start"], hit["end"], hit["span"]) == ("代开发票", 1, 5, "代开发票")
    assert (hit["rule"], hit["category"], hit["severity"]) == ("content", "advertising", "serious")
    assert not bare.home.exists()


def test_a_pipe_is_answered_like_a_file(bare: Terminal) -> None:
    words = bare.wrote("words.tsv", WORDS)
    ended = subprocess.run(
        [*QUNGUI, "scan", "-", "--lexicon", str(words)],
        cwd=ROOT,
        input=lines({"id": 7, "text": "开小灶"}).encode(),
        capture_output=True,
        check=True,
    )
    assert json.loads(ended.stdout)["hits"][0]["category"] == "custom"
    assert ended.stderr == b""


def test_several_lists_count_together_and_the_configured_ones_not(bare: Terminal) -> None:
    one, two = bare.wrote("one.tsv", "甲乙丙\n"), bare.wrote("two.tsv", "丁戊己\n")
    text = bare.wrote("in.jsonl", lines({"id": 1, "text": "甲乙丙和丁戊己和代开发票"}))
    said = bare("scan", text, "--lexicon", one, "--lexicon", two)
    assert [hit["word"] for hit in json.loads(said.out)["hits"]] == ["甲乙丙", "丁戊己"]


def test_the_configured_lists_are_used_by_default(bare: Terminal) -> None:
    text = bare.wrote("in.jsonl", lines({"id": 1, "text": "长期代开发票"}))
    assert json.loads(bare("scan", text).out)["hits"][0]["word"] == "代开发票"


def test_an_unreadable_line_is_answered_and_the_rest_goes_on(bare: Terminal) -> None:
    text = bare.wrote("in.jsonl", '{"id": 1\n' + lines({"id": 2, "text": "好"}))
    said = bare("scan", text, "--lexicon", bare.wrote("words.tsv", WORDS))
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert "第 1 行" in answers[0]["error"]
    assert answers[1] == {"id": 2, "hits": []}
    assert said.code == 2
    assert "有 1 行不能读取" in said.err


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("words.tsv", "甲乙\tnothing\tserious\n", ["words.tsv", "第 1 行", "nothing"]),
        ("words.tsv", "", ["words.tsv", "没有词语"]),
        ("other.tsv", "甲乙\n", ["找不到词库", "words.tsv"]),
    ],
)
def test_a_broken_word_list_is_named_with_its_line(
    bare: Terminal, name: str, text: str, words: list[str]
) -> None:
    bare.wrote(name, text)
    said = bare(
        "scan", bare.wrote("in.jsonl", lines({"id": 1, "text": "好"})), "--lexicon", "words.tsv"
    )
    assert said.code == 2
    assert all(word in said.complaint for word in words), said.err


def test_a_missing_file_is_named(bare: Terminal) -> None:
    said = bare("scan", "none.jsonl", "--lexicon", bare.wrote("words.tsv", WORDS))
    assert said.code == 2
    assert "none.jsonl" in said.complaint


def test_a_big_file_is_answered_in_order_on_all_cores(bare: Terminal) -> None:
    many = [{"id": number, "text": "开小灶" if number % 3 else "好"} for number in range(5000)]
    text, words = bare.wrote("in.jsonl", lines(*many)), bare.wrote("words.tsv", WORDS)
    ended = subprocess.run(
        [*QUNGUI, "scan", str(text), "--lexicon", str(words)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [one["id"] for one in answers] == list(range(5000))
    assert [bool(one["hits"]) for one in answers] == [bool(number % 3) for number in range(5000)]
