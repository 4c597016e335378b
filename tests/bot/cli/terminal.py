"""A terminal in a folder of its own: commands are typed, what comes back is looked at."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli import execute
from data.database import Database
from data.ledger import Work

QUNGUI = (sys.executable, "-m", "bot")
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Said:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.document["items"]
        return found

    @property
    def complaint(self) -> str:
        """The one line on standard error, when nothing else was said."""
        assert self.out == ""
        lines = self.err.splitlines()
        assert len(lines) == 1, lines
        assert "Traceback" not in self.err
        return lines[0]


@dataclass(frozen=True)
class Terminal:
    folder: Path
    capture: pytest.CaptureFixture[str]

    @property
    def home(self) -> Path:
        return self.folder / "var"

    @property
    def database_file(self) -> Path:
        return self.home / "qungui.db"

    def __call__(self, *arguments: object) -> Said:
        self.capture.readouterr()
        code = execute([str(one) for one in arguments])
        said = self.capture.readouterr()
        return Said(code, said.out, said.err)

    def wrote(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def keep(self, write: Callable[[Work], Awaitable[object]], at: datetime | None = None) -> None:
        """Write into the database as the service would."""

        async def run() -> None:
            database = Database(f"sqlite+aiosqlite:///{self.database_file}")
            try:
                async with database.transaction(at or datetime.now(UTC)) as work:
                    await write(work)
            finally:
                await database.close()

        asyncio.run(run())

    def links(self, kind: str) -> list[str]:
        """The subjects of the links of a kind on the chain."""
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(self.database_file)) as connection:
            rows = connection.execute("SELECT subject FROM ledger WHERE kind = ?", (kind,))
            return [row[0] for row in rows]


ROSTER = """\
工号,姓名,部门,状态,QQ
T001,张三,教务处,在职,10001
T002,李四,信息工程系、教务处,,10002
T003,王五,学生处,,10003
T004,张三,学生处,,10004
T005,钱六,学生处,,10005
"""
