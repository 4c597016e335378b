"""``qungui scan``: one answer a line, wrong lines included, on one core or several."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.findings import Severity
from config.detectors import DetectorsSection
from plugins.content.expressions.parser import parse
from plugins.content.expressions.topics import Topic
from plugins.content.matching import Entry
from plugins.content.scan import Scanner, scan_lines, scan_on_all_cores
from plugins.content.sightings import Subject
from plugins.content.sources import Sources
from tests.plugins.content.inspection import files

SUBJECTS = {"custom": Subject("本单位自定", "21.1"), "privacy": Subject("泄露个人信息", "11.8")}
SOURCES = Sources((Entry("赌博", "custom", Severity.SERIOUS),), SUBJECTS)
SCANNER = Scanner(SOURCES.build())


@pytest.fixture(autouse=True, scope="module")
def _no_child_is_left() -> Iterator[None]:
    yield
    SCANNER.reader.rest()


def answers(lines: Iterable[bytes]) -> list[Any]:
    return [json.loads(line) for line in scan_lines(lines, SCANNER)]


def request(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def test_a_hit_has_every_promised_field() -> None:
    (answer,) = answers([request(id="7", text="😊去 賭-博")])
    assert answer == {
        "id": "7",
        "hits": [
            {
                "rule": "content",
                "article": "21.1",
                "category": "custom",
                "severity": "serious",
                "word": "赌博",
                "start": 3,
                "end": 6,
                "span": "賭-博",
                "technique": "separators",
                "acts": True,
            }
        ],
    }


def test_a_topic_is_told_with_its_words_and_a_number_by_its_form() -> None:
    topic = Topic("move", "搬迁", "custom", Severity.MINOR, parse("搬迁 近5 新址"))
    scanner = Scanner(replace(SOURCES, topics=(topic,), detectors=DetectorsSection()).build())
    lines = [request(id="1", text="下月搬迁到新址，证件11010519491231002X")]
    (answer,) = (json.loads(line) for line in scan_lines(lines, scanner))
    moving, identity = answer["hits"]
    assert (moving["rule"], moving["word"], moving["span"]) == (
        "expression:move",
        "搬迁",
        "搬迁到新址",
    )
    assert moving["parts"] == [
        {"start": 2, "end": 4, "span": "搬迁"},
        {"start": 5, "end": 7, "span": "新址"},
    ]
    assert (identity["rule"], identity["article"]) == ("detector:identity", "11.8")
    assert (identity["start"], identity["end"]) == (10, 28)
    assert "parts" not in identity


def test_a_clean_line_has_no_hits() -> None:
    assert answers([request(id=1, text="开会"), request(id=None, text="")]) == [
        {"id": 1, "hits": []},
        {"id": None, "hits": []},
    ]


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b"3", b'{"id":1,"text":5}', b'{"id":1,"text":"\xff"}', b'{"id":1}']
)
def test_a_line_that_cannot_be_read_is_told_by_number_and_stops_nothing(line: bytes) -> None:
    bad, good = answers([b"\n", line, request(id="2", text="赌博")])
    assert bad["id"] is None
    assert bad["error"].startswith("第 2 行")
    assert good["hits"]


@pytest.mark.parametrize("kind", ["image", "file"])
def test_what_is_not_scanned_is_said_with_the_reason(kind: str, tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(files.old_office())
    old, missing = str(tmp_path / "old"), str(tmp_path / "missing")
    alone, captioned, lost, odd = answers(
        [
            request(id=1, **{kind: old}),
            request(id=2, text="赌博", **{kind: old}),
            request(id=3, **{kind: missing}),
            request(id=4, **{kind: 5}),
        ]
    )
    assert alone == {"id": 1, "hits": [], "unscanned": kind, "reason": "旧版 Office 格式"}
    assert (captioned["unscanned"], len(captioned["hits"])) == (kind, 1)
    assert lost["reason"].startswith("读不到文件")
    assert odd["reason"] == "读不到文件：路径应为文字"


def test_the_words_in_a_file_are_judged_and_located_within_it(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(files.docx_with_header("严禁赌", "博"))
    (answer,) = answers([request(id=1, text="看附件", file=str(tmp_path / "a.docx"))])

    (hit,) = answer["hits"]
    assert (hit["word"], hit["span"], hit["in"]) == ("赌博", "赌博", "file")
    assert "unscanned" not in answer


def test_a_picture_and_a_file_of_one_line_are_both_looked_into(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("赌博", encoding="gb18030")
    (tmp_path / "b.png").write_bytes(files.code_image("赌博"))
    paths = {"file": str(tmp_path / "a.txt"), "image": str(tmp_path / "b.png")}
    (answer,) = answers([request(id=1, **paths)])

    assert [hit["in"] for hit in answer["hits"]] == ["image", "file"]


def test_half_an_emoji_is_no_obstacle() -> None:
    (answer,) = answers([rb'{"id":1,"text":"\ud83d \u8d4c\ud83d\u535a"}'])
    assert [hit["word"] for hit in answer["hits"]] == ["赌博"]


def test_several_processes_answer_as_one_does_and_in_order() -> None:
    lines = [request(id=n, text="赌博" if n % 7 else "开会") for n in range(4500)] + [b"{"]
    several = b"".join(scan_on_all_cores(iter(lines), SOURCES, 2))
    assert several == b"".join(scan_lines(lines, SCANNER))
    assert several.splitlines()[-1].startswith(b'{"id":null')


def test_nothing_in_gives_nothing_out() -> None:
    assert list(scan_on_all_cores([], SOURCES, 2)) == []
