"""Hostile files meet a child process: they are refused with a reason, and the next one is read."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.domain.inspection import Uninspected
from plugins.content.inspection.gathering import MOST_BYTES
from plugins.content.inspection.reader import Reader
from tests.plugins.content.inspection import files
from tests.plugins.content.inspection.files import MARK

HOSTILE: dict[str, tuple[Callable[[], bytes], Uninspected]] = {
    "zip bomb": (files.zip_bomb, Uninspected.TOO_DENSE),
    "too many members": (files.many_members, Uninspected.TOO_DENSE),
    "document bomb": (files.document_bomb, Uninspected.TOO_DENSE),
    "billion laughs": (files.billion_laughs, Uninspected.HOSTILE),
    "outside entity": (files.outside_entity, Uninspected.HOSTILE),
    "nested archives": (files.nested_archives, Uninspected.TOO_DEEP),
    "locked archive": (files.locked_archive, Uninspected.LOCKED),
    "lying size": (files.lying_size, Uninspected.BROKEN),
    "picture bomb": (files.picture_bomb, Uninspected.TOO_LARGE),
    "old office": (files.old_office, Uninspected.LEGACY),
    "locked office": (files.locked_office, Uninspected.LOCKED),
    "locked pdf": (files.locked_pdf, Uninspected.LOCKED),
    "recording": (files.recording, Uninspected.RECORDING),
    "too large": (lambda: bytes(MOST_BYTES + 1), Uninspected.TOO_LARGE),
    "empty": (bytes, Uninspected.BROKEN),
    "cut pdf": (lambda: files.pdf("页")[:60], Uninspected.BROKEN),
    "cut archive": (lambda: files.packed({"a.txt": "x" * 99})[:80], Uninspected.BROKEN),
    "cut picture": (lambda: files.plain_picture()[:60], Uninspected.BROKEN),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.rest()


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason_and_the_next_is_read(
    reader: Reader, kind: str
) -> None:
    make, reason = HOSTILE[kind]

    refused = reader.read(make())

    assert refused.uninspected is reason
    assert MARK in reader.read(files.docx_with_header(MARK)).text


def test_names_that_climb_out_of_an_archive_write_nothing(reader: Reader) -> None:
    found = reader.read(files.escaping_names())

    assert "cron.d" in found.text
    assert not Path("/etc/cron.d/x").exists()


def test_elements_within_elements_without_end_cost_nothing(reader: Reader) -> None:
    assert MARK in reader.read(files.deep_xml()).text


@pytest.mark.slow
def test_a_workbook_of_a_million_cells_is_read_in_bounds(reader: Reader) -> None:
    began = time.monotonic()

    found = reader.read(files.xlsx(250_000, hidden="末页" + MARK))

    assert MARK in found.text
    assert found.uninspected is None
    assert time.monotonic() - began < 15


def test_what_takes_too_long_is_ended_and_the_next_is_read() -> None:
    reader = Reader(seconds=0.2)
    reader.read(b"start")
    slow = files.xlsx(250_000)

    assert reader.read(slow).uninspected is Uninspected.SLOW
    assert MARK in reader.read(MARK.encode()).text
    reader.rest()


def test_a_child_that_died_is_replaced() -> None:
    reader = Reader()
    assert MARK in reader.read(MARK.encode()).text
    assert reader.child_id is not None
    os.kill(reader.child_id, 9)

    assert reader.read(MARK.encode()).uninspected in (None, Uninspected.FAILED)
    assert MARK in reader.read(MARK.encode()).text
    reader.rest()


def test_the_child_knows_no_secret_and_leaves_no_core(
    monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", "not-for-the-child")
    fresh = Reader()
    fresh.read(b"start")
    home = Path(f"/proc/{fresh.child_id}")
    if not home.exists():
        pytest.skip("没有 /proc，看不到子进程")

    assert b"not-for-the-child" not in (home / "environ").read_bytes()
    limits = (home / "limits").read_text()
    assert [line.split()[4] for line in limits.splitlines() if "core file" in line] == ["0"]
    assert [line.split()[3] for line in limits.splitlines() if "Max file size" in line] == ["0"]
    fresh.rest()
