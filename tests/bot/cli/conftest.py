"""Homes: an empty one, one with a database, one in which a college lives."""

import asyncio
import shutil
from pathlib import Path

import pytest

from data.migrate import copy_sqlite, upgrade
from tests.bot.cli.college import settle
from tests.bot.cli.terminal import ROOT, ROSTER, Terminal

_OURS = ("QUNGUI_", "ONEBOT_", "HOST", "PORT", "LOGURU_")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{folder / 'made.db'}"))
    copy_sqlite(folder / "made.db", folder / "template.db")
    return folder / "template.db"


@pytest.fixture
def bare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Terminal:
    """A folder in which nobody has typed anything yet."""
    import os

    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUNGUI_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("QUNGUI_CONFIG", str(ROOT / "config"))
    monkeypatch.setenv("QUNGUI_TIMEZONE", "Asia/Shanghai")
    return Terminal(tmp_path, capfd)


@pytest.fixture
def terminal(bare: Terminal, migrated: Path) -> Terminal:
    """A home with an empty database."""
    bare.home.mkdir()
    shutil.copy(migrated, bare.database_file)
    return bare


@pytest.fixture
def college(terminal: Terminal) -> Terminal:
    """A home with staff, groups, cases and a plan."""
    roster = terminal.wrote("roster.csv", ROSTER)
    assert terminal("roster", "import", roster, "--apply").code == 0
    settle(terminal)
    return terminal
