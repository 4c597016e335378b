"""Every check, in order and amiss."""

import http.server
import json
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bot.cli.terminal import ROOT, Terminal

GOOD_TOKEN = "kX3-a9Qd7pLw2ZtB6mRs"


def check(terminal: Terminal, name: str) -> dict[str, object]:
    found = terminal("doctor", "--json").document["checks"]
    return next(one for one in found if one["name"].startswith(name))


@pytest.fixture
def sound(college: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", GOOD_TOKEN)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PORT", str(free.getsockname()[1]))
    return college


def test_a_sound_installation_passes_every_check(sound: Terminal) -> None:
    said = sound("doctor", "--json")
    assert said.code == 0, said.out
    checks = said.document["checks"]
    assert {"name", "ok", "detail", "mend"} == set(checks[0])
    names = [one["name"] for one in checks]
    for wanted in ("规则", "词库", "时钟", "磁盘", "端口", "QQ 令牌", "数据库", "花名册"):
        assert wanted in names
    assert "群 教师群（60001）" in names
    assert "journal_mode=wal" in check(sound, "数据库")["detail"]
    assert "✓ 端口" in sound("doctor").out
    assert GOOD_TOKEN not in said.out


def test_what_is_amiss_is_said_with_how_to_mend_it(bare: Terminal) -> None:
    said = bare("doctor")
    assert said.code == 1
    assert "✗ 数据库" in said.out
    assert "qungui init" in said.out
    assert not bare.home.exists()


@pytest.mark.parametrize("token", ["short", "a" * 40])
def test_a_weak_token_is_told(sound: Terminal, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", token)
    assert check(sound, "QQ 令牌")["ok"] is False


def test_a_missing_token_is_told(sound: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONEBOT_ACCESS_TOKEN")
    assert "qungui init" in str(check(sound, "QQ 令牌")["mend"])


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("policy.toml", "[interlocks\n", "规则"),
        ("articles.toml", "x = 1\n", "条款"),
        ("departments.toml", '"学生处" = 3\n', "部门"),
        ("lexicons/extra.tsv", "甲乙\tnothing\tserious\n", "词库"),
        ("permits.toml", 'longest = "x"\n', "发布审批"),
        ("expressions/extra.toml", '[[expression]]\nid = "a"\n', "话题规则"),
    ],
)
def test_a_broken_file_is_told_and_the_others_are_still_checked(
    sound: Terminal, monkeypatch: pytest.MonkeyPatch, file: str, text: str, name: str
) -> None:
    shutil.copytree(ROOT / "config", sound.folder / "config")
    sound.wrote(f"config/{file}", text)
    monkeypatch.setenv("QUNGUI_CONFIG", str(sound.folder / "config"))
    found = check(sound, name)
    assert found["ok"] is False
    assert file.rsplit("/", maxsplit=1)[-1] in str(found["detail"])
    assert check(sound, "数据库")["ok"] is True


def test_settings_that_cannot_be_used_are_the_only_thing_told(
    sound: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUNGUI_TIMEZONE", "Mars/Base")
    said = sound("doctor", "--json")
    assert said.code == 1
    [found] = said.document["checks"]
    assert "QUNGUI_TIMEZONE" in found["detail"]


def test_a_port_of_somebody_else_is_told(sound: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with _answering(b"hello") as port:
        monkeypatch.setenv("PORT", str(port))
        assert check(sound, "端口")["ok"] is False


def test_our_own_service_may_hold_the_port(
    sound: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = {"status": "degraded", "chain": {"rows": 1, "head": "x"}}
    with _answering(json.dumps(report).encode()) as port:
        monkeypatch.setenv("PORT", str(port))
        found = check(sound, "端口")
    assert found["ok"] is True
    assert "degraded" in str(found["detail"])


def test_a_damaged_database_is_told(sound: Terminal) -> None:
    sound.database_file.write_bytes(b"no database at all" * 100)
    said = sound("doctor", "--json")
    assert said.code == 1
    assert check(sound, "数据库")["ok"] is False


@contextmanager
def _answering(body: bytes) -> Iterator[int]:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
