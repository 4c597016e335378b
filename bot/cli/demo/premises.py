"""Where the day is played: a fresh folder, its configuration, the service's environment."""

import os
import secrets
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli.demo.cast import Cast
from bot.domain.errors import HeldError
from config.paths import INSTALLED
from data.lock import only_one

_OURS = ("QUNGUI_", "ONEBOT_", "WECOM_", "DINGTALK_")
_MORNING = 10
"""The local hour at which the day begins, far from the quiet hours."""
_FARTHEST_EAST = 12
_YOUNG_SECONDS = 60
_PACE = {
    "QUNGUI_QQ_BETWEEN_MESSAGES": "0.2",
    "QUNGUI_QQ_JITTER": "0.05",
    "QUNGUI_QQ_BETWEEN_MESSAGES_PER_GROUP": "0.4",
    "QUNGUI_QQ_BETWEEN_REMOVALS": "0.5",
    "QUNGUI_QQ_REREAD_AFTER": "0.3",
}


@dataclass(frozen=True, slots=True)
class Premises:
    """One run's folder. ``token`` is made up for it; real credentials are never looked at."""

    folder: Path
    port: int
    token: str
    zone: ZoneInfo

    @property
    def home(self) -> Path:
        """What the service keeps."""
        return self.folder / "home"

    @property
    def config(self) -> Path:
        """What the organisation edits."""
        return self.folder / "config"

    @property
    def database_url(self) -> str:
        """The service's database."""
        return f"sqlite+aiosqlite:///{self.home / 'qungui.db'}"

    @property
    def url(self) -> str:
        """Where an implementation connects."""
        return f"ws://127.0.0.1:{self.port}/onebot/v11/ws"

    def environment(self, cast: Cast) -> dict[str, str]:
        """The variables of the service and of the command line; none of the caller's own."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(_OURS)
        }
        return {
            **inherited,
            **_PACE,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "ONEBOT_ACCESS_TOKEN": self.token,
            "QUNGUI_HOME": str(self.home),
            "QUNGUI_CONFIG": str(self.config),
            "QUNGUI_MODE": "enforce",
            "QUNGUI_TIMEZONE": self.zone.key,
            "QUNGUI_SUPERVISORS": f"qq:{cast.supervisor.qq}",
            "QUNGUI_ADMINISTRATORS": f"qq:{cast.administrator.qq}",
            "LOGURU_LEVEL": "INFO",
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "160",
        }

    def report_now(self) -> str:
        """Let the daily report fall due at this minute from the next start on; returns it."""
        at = f"{datetime.now(self.zone):%H:%M}"
        path = self.config / "policy.toml"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        start = lines.index(next(line for line in lines if line.startswith("[digest]")))
        for number in range(start, len(lines)):
            if lines[number].startswith("at ="):
                lines[number] = f'at = "{at}"\n'
            elif lines[number].startswith("spread ="):
                lines[number] = 'spread = "0s"\n'
        path.write_text("".join(lines), encoding="utf-8")
        return at


def prepare(parent: Path, seed: int, cast: Cast) -> Premises:
    """Make the folder of a new run; folders of earlier runs that have ended are cleared away."""
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.iterdir():
        _clear(old)
    folder = Path(tempfile.mkdtemp(prefix=f"day-{seed}-", dir=parent))
    premises = Premises(folder, _free_port(), secrets.token_urlsafe(24), daytime(datetime.now(UTC)))
    premises.home.mkdir()
    premises.config.mkdir()
    for file in INSTALLED.glob("*.toml"):
        shutil.copy(file, premises.config)
    shutil.copytree(INSTALLED / "lexicons", premises.config / "lexicons")
    (premises.config / "departments.toml").write_text(_departments(cast), encoding="utf-8")
    return premises


def _clear(folder: Path) -> None:
    # A folder that young may belong to a run that has not taken its lock yet.
    if not folder.is_dir() or time.time() - folder.stat().st_mtime < _YOUNG_SECONDS:
        return
    try:
        with only_one(folder):
            shutil.rmtree(folder, ignore_errors=True)
    except HeldError:
        # Another demonstration is running there.
        return


def _departments(cast: Cast) -> str:
    lines = [
        f'"{one.name}" = [{", ".join(f"{alias!r}" for alias in one.aliases)}]'
        for one in cast.college.departments
        if one.aliases
    ]
    return "\n".join(("# 模拟学院各部门的简称", *lines, ""))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def daytime(now: datetime) -> ZoneInfo:
    """A zone in which it is morning now. Their names count westwards."""
    east = (_MORNING - now.hour) % 24
    if east > _FARTHEST_EAST:
        east -= 24
    return ZoneInfo(f"Etc/GMT{-east:+d}" if east else "Etc/GMT")
