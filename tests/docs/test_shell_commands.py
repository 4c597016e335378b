"""Every command of the ```sh blocks is run as a new user would: in order, in its own folder."""

import asyncio
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter

from bot.cli import execute
from bot.cli.commands import application
from tests.commanding import people
from tests.docs import counter
from tests.docs.manuals import CHINESE, ROOT, Manual, all_manuals, manual

_NOT_RUN = {
    r"git (clone|pull)": "needs the place where the code is kept",
    r"cd ": "the test is in its own folder already",
    r"export ": "the test sets the same",
    r"make ": "the target is looked up instead: the tests of the docs run inside `make test`",
    r"(sudo|docker) ": "changes the machine; needs systemd or docker",
    r"curl ": "needs the service; the journeys ask the same page",
    r"qungui run$": "serves until stopped; the journeys start it",
}
"""What is not run here, and why."""
_WITHIN = 60
_BEGIN_AT_NOTHING = ("安装.md", "../README.md")
"""These tell how to begin; the others speak of a home that is in use."""
_IN_USE = {
    "QUNGUI_MODE": "enforce",
    "QUNGUI_ADMINISTRATORS": "qq:10001,qq:10002",
    "QUNGUI_APPROVERS": "qq:10001",
}


def _excluded(text: str) -> bool:
    return any(re.match(pattern, text) for pattern in _NOT_RUN)


def _people() -> list[tuple[str, str, str, str, str]]:
    """Those the prepared home knows already, and enough others."""
    known = [
        (one.staff_id, one.name, one.departments[0], "在职", one.accounts[0].id) for one in people()
    ]
    names = [f"{surname}{given}" for surname in "周吴郑冯陈褚卫蒋沈韩" for given in "明华敏静强涛"]
    others = [
        (
            f"G{number:03}",
            name,
            ("教务处", "学生处", "财务处")[number % 3],
            "在职",
            f"{80000 + number}",
        )
        for number, name in enumerate(names)
    ]
    return known + others


def _files(folder: Path) -> None:
    """The files the manuals speak of."""
    header, everybody = ("工号", "姓名", "部门", "状态", "QQ"), _people()
    _workbook(folder / "花名册.xlsx", [header, *everybody])
    _workbook(folder / "花名册-缺了一半.xlsx", [header, *everybody[: len(everybody) // 2]])
    rows = [("人员代号", *header[1:]), *everybody]
    table = "\n".join(",".join(row) for row in rows)
    (folder / "人事表.csv").write_text(table, encoding="gbk")
    line = '{"id":"1","text":"今天下午三点开会"}\n'
    (folder / "消息.jsonl").write_text(line, encoding="utf-8")


def _workbook(path: Path, rows: Sequence[Sequence[str]]) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("花名册")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder as ``make setup`` leaves one, as far as the commands can see."""
    folder = tmp_path / "qungui"
    folder.mkdir()
    shutil.copytree(
        ROOT / "config", folder / "config", ignore=shutil.ignore_patterns("*.py", "__*")
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    _files(folder)
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """What a login shell would have, and nothing that the caller has set for the product."""
    own = ("QUNGUI_", "ONEBOT_", "HOST", "PORT")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {
        **inherited,
        "HOME": str(tmp_path),
        "PATH": path,
        "PORT": str(_free_port()),
        "PYTHONUTF8": "1",
    }


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    said: str


class Terminal:
    """Types commands: those of ``qungui`` alone in this process, all others in a real shell."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment

    def type(self, text: str, capsys: pytest.CaptureFixture[str]) -> Ran:
        words = shlex.split(text)
        if words[0] == "qungui" and not set("|&;<>$*") & set(text):
            # Starting an interpreter for each would cost a minute.
            code = execute(words[1:])
            said = capsys.readouterr()
            return Ran(code, said.out + said.err)
        result = subprocess.run(
            ["/bin/bash", "-o", "pipefail", "-c", text],
            cwd=self._folder,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_WITHIN,
            check=False,
        )
        return Ran(result.returncode, result.stdout + result.stderr)


@pytest.mark.parametrize(
    "name", [*_BEGIN_AT_NOTHING, "管理员手册.md", "监督员手册.md", "发布审批.md"]
)
def test_every_shell_command_does_what_the_manual_says(
    name: str,
    checkout: Path,
    environment: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if name not in _BEGIN_AT_NOTHING:
        asyncio.run(counter.prepare(checkout / "var"))
        environment = {**environment, **_IN_USE}
        (checkout / "local").symlink_to("config")
    monkeypatch.chdir(checkout)
    for variable in set(os.environ) - set(environment):
        monkeypatch.delenv(variable)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    terminal = Terminal(checkout, environment)

    for line in manual(name).shell:
        if _excluded(line.text):
            continue
        ran = terminal.type(line.text, capsys)

        assert ran.code == line.expected, f"{line.text}\n{ran.said}"
        assert "Traceback" not in ran.said


@pytest.mark.parametrize("one", all_manuals(), ids=str)
def test_every_make_target_of_a_manual_exists(one: Manual) -> None:
    commands = [*(line.text for line in one.shell), *one.code_spans]
    for text in commands:
        if not re.fullmatch(r"make [a-z-]+( [A-Z]+=\d+)?", text):
            continue
        result = subprocess.run(
            ["/usr/bin/env", *text.split(), "--dry-run"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert result.returncode == 0, result.stderr


def _known_commands() -> list[str]:
    """Every command of the command line, as one types it."""
    made = application()
    found = [str(one.name) for one in made.registered_commands]
    for group in made.registered_groups:
        assert group.typer_instance is not None
        found += [f"{group.name} {one.name}" for one in group.typer_instance.registered_commands]
    return found


@pytest.mark.parametrize("command", _known_commands())
def test_every_command_of_the_command_line_is_in_a_manual(command: str) -> None:
    names = CHINESE if command != "demo" else (*CHINESE, "../README.md")
    texts = [text for name in names for text in _said(manual(name))]
    wanted = re.compile(rf"(qungui|make) {command}\b")

    assert any(wanted.search(text) for text in texts), command


def _said(one: Manual) -> list[str]:
    return [*(line.text for line in one.shell), *one.code_spans]
