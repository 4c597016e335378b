"""``qungui scan``: one answer a line, wrong lines included, on one core or several."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from bot.domain.findings import Severity
from plugins.content.matching import Entry
from plugins.content.scan import Scanner, scan_lines, scan_on_all_cores
from plugins.content.sightings import Subject
from plugins.content.sources import Sources

SOURCES = Sources(
    (Entry("赌博", "custom", Severity.SERIOUS),), {"custom": Subject("本单位自定", "21.1")}
)
SCANNER = Scanner(SOURCES.build())


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
def test_what_is_not_scanned_is_said(kind: str) -> None:
    alone, captioned = answers(
        [request(id=1, **{kind: "a"}), request(id=2, text="赌博", **{kind: "a"})]
    )
    assert alone == {"id": 1, "hits": [], "unscanned": kind}
    assert captioned["unscanned"] == kind
    assert len(captioned["hits"]) == 1


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
