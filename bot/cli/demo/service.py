"""The real service as a process of its own, and the real command line beside it."""

import asyncio
import http.client
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.domain.errors import QunguiError

_START_SECONDS = 30
_STOP_SECONDS = 10
_LAST_LINES = 12
_COUNTER = re.compile(r"^(?P<name>\w+)\{(?P<labels>[^}]*)\} (?P<value>[0-9.e+]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended."""

    exit_code: int
    said: str
    complained: str


@dataclass(slots=True)
class Service:
    """Starts, kills and asks ``qungui run``."""

    folder: Path
    port: int
    environment: Mapping[str, str]
    _process: asyncio.subprocess.Process | None = None
    _log: Path = field(init=False)

    def __post_init__(self) -> None:
        self._log = self.folder / "service.log"

    @property
    def pid(self) -> int:
        """The process of the service."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Start, and return once it answers.

        Raises:
            QunguiError: it ended, or does not answer; quotes the end of its log.
        """
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                cwd=self.folder,
                env=dict(self.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
            )
        try:
            async with asyncio.timeout(_START_SECONDS):
                while not await self._answers():
                    if self._process.returncode is not None:
                        raise QunguiError(f"服务没有启动成功:\n{self._end_of_log()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            await self.kill()
            raise QunguiError(
                f"服务 {_START_SECONDS} 秒内没有应答:\n{self._end_of_log()}"
            ) from None

    async def kill(self) -> None:
        """End it as a power cut would: nothing is flushed, nobody is told."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """End it as an operator would."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def health(self) -> dict[str, Any]:
        """What ``/healthz`` says."""
        found: dict[str, Any] = json.loads((await self._get("/healthz"))[1])
        return found

    async def counted(self, name: str, **labels: str) -> int:
        """A counter of ``/metrics``, summed over the labels not given."""
        _, page = await self._get("/metrics")
        wanted = {f'{label}="{value}"' for label, value in labels.items()}
        return sum(
            int(float(found["value"]))
            for found in _COUNTER.finditer(page)
            if found["name"] == name and wanted <= set(found["labels"].split(","))
        )

    async def command(self, *arguments: str) -> Ran:
        """Run ``qungui`` with these arguments, in the same installation."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=self.folder,
            env={**self.environment, "LOGURU_LEVEL": "WARNING"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate()
        code = process.returncode if process.returncode is not None else -1
        return Ran(code, said.decode(errors="replace"), complained.decode(errors="replace"))

    async def _answers(self) -> bool:
        try:
            status, _ = await self._get("/healthz")
        except (OSError, http.client.HTTPException):
            return False
        return status == http.HTTPStatus.OK

    async def _get(self, path: str) -> tuple[int, str]:
        return await asyncio.to_thread(self._get_now, path)

    def _get_now(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def _end_of_log(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_LAST_LINES:])
