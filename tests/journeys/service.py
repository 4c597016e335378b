"""The real product in a process of its own, known only by its command, its pages and its socket."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.journeys.waiting import until

TOKEN = "a-token-for-journeys"
COMMAND = (sys.executable, "-m", "bot")
QUICK = {
    "QUNGUI_QQ_BETWEEN_MESSAGES": "0.05",
    "QUNGUI_QQ_JITTER": "0.01",
    "QUNGUI_QQ_BETWEEN_MESSAGES_PER_GROUP": "0.05",
    "QUNGUI_QQ_BETWEEN_REMOVALS": "0.05",
    "QUNGUI_QQ_REREAD_AFTER": "0.2",
    "QUNGUI_QQ_CALL_TIMEOUT": "3",
    "QUNGUI_QQ_FORWARD_TIMEOUT": "1",
}
"""What QQ would resent, and a stand-in does not."""
_KEPT = (
    "PATH",
    "PYTHONPATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "VIRTUAL_ENV",
    "COVERAGE_PROCESS_START",
)
_STARTS_WITHIN = 30.0
_STOPS_WITHIN = 15.0
_SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')

running: list["Service"] = []
"""Those whose log is shown when a test fails."""


def timezone_where_it_is(hour: int) -> str:
    """The name of a timezone whose local time is now ``hour`` o'clock and some minutes."""
    ahead = (hour - datetime.now(UTC).hour) % 24
    if ahead > 14:
        ahead -= 24
    # POSIX counts the other way round: Etc/GMT-8 is eight hours ahead.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What ``--json`` printed."""
        return json.loads(self.out)


class Service:
    """One product with a home of its own; it can be stopped, killed and started again."""

    def __init__(self, home: Path, **environment: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.port = free_port()
        self.environment = {
            "QUNGUI_HOME": str(home),
            "QUNGUI_MODE": "enforce",
            "QUNGUI_TIMEZONE": timezone_where_it_is(12),
            "ONEBOT_ACCESS_TOKEN": TOKEN,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            **QUICK,
            **environment,
        }
        self._log = home / "service.log"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where an implementation connects."""
        return f"ws://127.0.0.1:{self.port}/onebot/v11/ws"

    @property
    def log(self) -> str:
        """Everything the process wrote so far."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    async def start(self) -> None:
        """Start the process and wait until its health page answers."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND,
                "run",
                cwd=self.home,
                env=self._complete_environment(),
                stdout=log,
                stderr=log,
            )
        running.append(self)
        await until(self._answers, _STARTS_WITHIN, "the health page answers", every=0.1)

    async def stop(self) -> int:
        """Ask the process to end, as an operator does; its exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End the process in the middle of whatever it does."""
        await self._end(signal.SIGKILL)

    async def command(self, *arguments: str, **environment: str) -> Outcome:
        """Run one command beside the service, in the same environment."""
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *arguments,
            cwd=self.home,
            env={**self._complete_environment(), **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return Outcome(process.returncode, out.decode(), err.decode())

    async def violations(self, *filters: str) -> list[dict[str, Any]]:
        """The log as the command line gives it, oldest first."""
        outcome = await self.command("violations", "--json", "--limit", "500", *filters)
        assert outcome.code == 0, outcome.err
        items: list[dict[str, Any]] = outcome.document["items"]
        return items[::-1]

    async def healthz(self) -> dict[str, Any]:
        """The health page; ``http`` is its status."""
        code, body = await self.page("/healthz")
        return {"http": code, **json.loads(body)}

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that carry these labels."""
        _, body = await self.page("/metrics")
        total = 0.0
        for sample in _SAMPLE.finditer(body.decode()):
            carried = dict(_LABEL.findall(sample["labels"] or ""))
            if sample["name"] == name and labels.items() <= carried.items():
                total += float(sample["value"])
        return total

    async def page(self, path: str) -> tuple[int, bytes]:
        """Any page: its status and its body."""
        return await asyncio.to_thread(self._get, path)

    def _get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    async def _answers(self) -> bool:
        assert self._process is not None
        if self._process.returncode is not None:
            raise AssertionError(f"the service ended by itself:\n{self.log[-3000:]}")
        try:
            return bool((await self.healthz())["http"] == 200)
        except OSError:
            return False

    async def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(how)
        try:
            code = await asyncio.wait_for(process.wait(), _STOPS_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        running.remove(self)
        return code

    def _complete_environment(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {**kept, "PYTHONUTF8": "1", **self.environment}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
