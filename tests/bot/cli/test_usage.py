"""What every command has in common: help, usage errors, exit codes, clean standard output."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.cli import execute
from tests.bot.cli.terminal import QUNGUI, ROOT, Terminal


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["roste"], ["没有命令 qungui roste", "roster"]),
        (["roster", "imprt", "x"], ["没有命令 qungui roster imprt", "import"]),
        (["roster"], ["import", "show", "diff"]),
        ([], ["请写上命令"]),
        (["roster", "import", "x.csv", "--aply"], ["没有选项 --aply", "--apply"]),
        (["roster", "import"], ["缺少参数 FILE"]),
        (["roster", "import", "x.csv", "--map"], ["选项 --map", "缺少值"]),
        (["roster", "import", "x.csv", "--apply=yes"], ["选项 --apply", "不带值"]),
        (["roster", "show", "zzz"], ["多余的参数：zzz"]),
        (["violations", "--limit", "x"], ["选项 --limit", "整数"]),
        (["plan", "approve", "P1"], ["缺少选项 --as"]),
        (["check-name"], ["缺少参数 CARD"]),
    ],
)
def test_a_wrong_call_is_answered_in_chinese_with_the_nearest_word(
    terminal: Terminal, arguments: list[str], words: list[str]
) -> None:
    said = terminal(*arguments)
    assert said.code == 2
    assert all(word in said.complaint for word in words), said.err


@pytest.mark.parametrize(
    "command",
    [
        [], ["roster"], ["plan"], ["duty"], ["roster", "import"], ["violations"], ["scan"],
        ["doctor"], ["export"], ["unfreeze"], ["digest"], ["restore"],
    ],
)  # fmt: skip
def test_help_is_in_chinese(terminal: Terminal, command: list[str]) -> None:
    said = terminal(*command, "--help")
    assert said.code == 0
    assert said.out.startswith("用法：qungui")
    assert "显示本说明" in said.out
    assert not {"Usage", "Options", "Commands", "Arguments", "Show this"} & set(said.out.split())


def test_the_exit_code_and_the_streams_are_those_of_the_process(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*QUNGUI, "roster", "import", str(tmp_path / "none.xlsx"), "--json"],
        cwd=ROOT,
        env={"QUNGUI_HOME": str(tmp_path), "LANG": "C"},
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert "找不到文件" in ended.stderr.decode()


def test_help_needs_no_framework(tmp_path: Path) -> None:
    script = (
        "import sys; from bot.cli import execute; code = execute(['--help']); "
        "heavy = {'nonebot', 'sqlmodel', 'sqlalchemy', 'pydantic', 'rich', 'loguru'}; "
        "sys.exit(code or sorted(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([QUNGUI[0], "-c", script], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("arguments", [["check-name", "张三", "--roster", "roster.csv"], ["scan"]])
def test_offline_commands_do_without_nonebot(terminal: Terminal, arguments: list[str]) -> None:
    terminal.wrote("roster.csv", "工号,姓名,部门\nT1,张三,教务处\n")
    script = (
        "import sys; from bot.cli import execute; code = execute(sys.argv[1:]); "
        "sys.exit(code or sorted({'nonebot', 'sqlmodel'} & set(sys.modules)) or 0)"
    )
    subprocess.run(
        [QUNGUI[0], "-c", script, *arguments],
        cwd=terminal.folder,
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        check=True,
        capture_output=True,
    )


def test_a_reader_who_has_seen_enough_is_no_error(college: Terminal) -> None:
    with subprocess.Popen(
        [*QUNGUI, "roster", "show", "--json"],
        cwd=ROOT,
        env={"QUNGUI_HOME": str(college.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_fault_of_ours_is_one_line_and_a_class_name(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert execute([None]) == 1  # type: ignore[list-item]  # no caller of ours does that
    said = capfd.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"程序出错（\w+Error），没有完成。.+\n", said.err)


def test_an_unknown_setting_is_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUNGUI_MODUS", "observe")
    said = terminal("roster", "show")
    assert said.code == 2
    assert "QUNGUI_MODUS" in said.complaint
    assert "QUNGUI_MODE" in said.complaint


def test_execute_gives_the_code_instead_of_leaving(capfd: pytest.CaptureFixture[str]) -> None:
    assert execute(["--version"]) == 0
    assert capfd.readouterr().out.startswith("qungui ")
