"""The first start, and everything in its way."""

import os
import re
import socket
import stat

import pytest

from config.environment import read_environment
from data.lock import only_one
from tests.bot.cli.terminal import Terminal


def test_init_makes_what_is_missing_and_gives_a_code(bare: Terminal) -> None:
    said = bare("init")
    assert said.code == 0, said.err
    settings = bare.folder / ".env"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    token = read_environment(os.environ, bare.folder)["ONEBOT_ACCESS_TOKEN"]
    assert len(token) >= 24
    assert token not in said.out
    assert re.search(r"绑定 \d{8}\b", said.out)
    assert bare("migrate", "--check").code == 0


def test_init_again_changes_nothing_that_is_there(bare: Terminal) -> None:
    bare.wrote(".env", "PORT=9000\n")
    assert "未改动" in bare("init").out
    assert (bare.folder / ".env").read_text() == "PORT=9000\n"
    assert "数据库已是当前版本" in bare("init").out


def test_a_token_of_the_environment_is_not_written_down(
    bare: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", "from-the-environment")
    bare("init")
    lines = (bare.folder / ".env").read_text().splitlines()
    assert [one for one in lines if one.startswith("ONEBOT_ACCESS_TOKEN=")] == []


def test_no_code_is_given_where_there_is_an_administrator(
    bare: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUNGUI_ADMINISTRATORS", "qq:10001")
    assert "已有系统管理员" in bare("init").out


def test_a_home_that_cannot_be_made_is_named(
    bare: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = bare.wrote("occupied", "not a folder")
    monkeypatch.setenv("QUNGUI_HOME", str(file / "var"))
    said = bare("init")
    assert said.code == 1
    assert "occupied" in said.complaint


def test_a_service_without_a_platform_says_what_to_set(bare: Terminal) -> None:
    said = bare("run")
    assert said.code == 2
    assert "ONEBOT_ACCESS_TOKEN" in said.complaint


def test_a_second_service_in_the_same_home_is_held(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", "a-token-that-is-long-enough")
    with socket.socket() as taken, only_one(terminal.home):
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        said = terminal("run")
    assert (said.code, "已有一个服务" in said.complaint) == (3, True)


def test_a_taken_port_is_said_before_anything_starts(
    bare: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", "a-token-that-is-long-enough")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        said = bare("run")
    assert said.code == 1
    assert str(port) in said.complaint
    assert not bare.home.exists()
