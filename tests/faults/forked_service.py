"""The real service in a process of its own, without waiting seconds for its imports each time.

A fork server imports the product once; every service is a fork of it that has run nothing yet.
What a kill leaves behind is the same: the process is gone in the middle of whatever it did.
"""

import asyncio
import importlib
import multiprocessing
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

_context: ForkServerContext = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.preloaded"])
_STARTS_WITHIN = 30.0

Tamper = Callable[[], None]


def _serve(environment: Mapping[str, str], log: str, tamper: Tamper | None) -> None:
    """In the new process: become the service."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, sys.stdout.fileno())
    os.dup2(descriptor, sys.stderr.fileno())
    for name in [name for name in os.environ if name.startswith(("QUNGUI_", "ONEBOT_"))]:
        del os.environ[name]
    os.environ.update(environment)
    os.chdir(environment["QUNGUI_HOME"])
    # Read at import, and the import was made before anybody knew of this environment.
    importlib.reload(importlib.import_module("bot.engine.failpoints"))
    if tamper is not None:
        tamper()
    from bot.app import run
    from config.settings import load_settings

    run(load_settings())


class ForkedService:
    """One product with a home of its own; it can be killed and started again."""

    def __init__(self, environment: Mapping[str, str], tamper: Tamper | None = None) -> None:
        self.environment = dict(environment)
        self.log = Path(environment["QUNGUI_HOME"]) / "service.log"
        self._tamper = tamper
        self._process: ForkServerProcess | None = None

    @property
    def killed(self) -> bool:
        """Whether the process died of a kill that nobody here sent."""
        return self._process is not None and self._process.exitcode == -signal.SIGKILL

    async def start(self, **more: str) -> None:
        """Start; returns when the health page answers or the process is dead."""
        environment = {**self.environment, **more}
        arguments = (environment, str(self.log), self._tamper)
        self._process = _context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        async with asyncio.timeout(_STARTS_WITHIN):
            while self._process.exitcode is None and not await asyncio.to_thread(self._answers):  # noqa: ASYNC110  # another process cannot set an event
                await asyncio.sleep(0.02)
        if self._process.exitcode not in (None, -signal.SIGKILL):
            raise AssertionError(f"the service ended by itself:\n{self.log.read_text()[-3000:]}")

    async def stop(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.exitcode is None:
            process.kill()
        await asyncio.to_thread(process.join)
        process.close()

    def _answers(self) -> bool:
        url = f"http://127.0.0.1:{self.environment['PORT']}/healthz"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False
