"""The service's side of the child process: start it, ask it, end it in time."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bot.domain.inspection import Inspection, Uninspected
from plugins.content.inspection.gathering import MOST_BYTES

SECONDS = 60.0
"""For one attachment, whatever the child does meanwhile."""
_STARTS_WITHIN = 60.0
_ENDS_WITHIN = 5.0
_RENEWED_AFTER = 200
"""Attachments: what native libraries never give back must not add up."""
_COMMAND = (sys.executable, "-P", "-m", "plugins.content.inspection.child")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT")
"""What the child may know of the environment: no token, no password."""


class Reader:
    """Reads one attachment after another; blocks, so it belongs into a thread of its own.

    The child is started when the first attachment comes, and anew after it was ended.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._overdue = False

    def read(self, content: bytes) -> Inspection:
        """The words in an attachment, or why it was not looked into. Never raises for a file."""
        if len(content) > MOST_BYTES:
            return Inspection(uninspected=Uninspected.TOO_LARGE)
        try:
            child = self._started()
            answer = self._within(self._seconds, child, lambda: _exchange(child, content))
        except (OSError, ValueError):
            return Inspection(uninspected=self._why_ended())
        self._read += 1
        if self._read >= _RENEWED_AFTER:
            self.rest()
        return _inspection(answer)

    @property
    def child_id(self) -> int | None:
        """The process id of the child, where there is one."""
        return self._child.pid if self._child is not None else None

    def rest(self) -> None:
        """End the child; the next attachment starts another. May be called from any thread."""
        child, self._child, self._read = self._child, None, 0
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _started(self) -> "subprocess.Popen[bytes]":
        child = self._child
        if child is not None and child.poll() is None:
            return child
        self.rest()
        # S603: our own interpreter and our own module; files are data on standard input.
        child = self._child = subprocess.Popen(  # noqa: S603
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
        )
        self._within(_STARTS_WITHIN, child, lambda: _line(child))
        return child

    def _within(
        self, seconds: float, child: "subprocess.Popen[bytes]", ask: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Ask, and kill the child when it takes too long: its pipe then ends.

        Raises:
            OSError: the child is gone.
            ValueError: it gave no answer.
        """
        self._overdue = False

        def kill() -> None:
            self._overdue = True
            child.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            return ask()
        finally:
            timer.cancel()

    def _why_ended(self) -> Uninspected:
        child = self._child
        code = None
        if child is not None:
            with suppress(subprocess.TimeoutExpired):
                code = child.wait(_ENDS_WITHIN)
        self.rest()
        if self._overdue or code == -signal.SIGXCPU:
            return Uninspected.SLOW
        return Uninspected.FAILED


def _exchange(child: "subprocess.Popen[bytes]", content: bytes) -> dict[str, Any]:
    if child.stdin is None:
        raise BrokenPipeError
    child.stdin.write(b"%d\n" % len(content))
    child.stdin.write(content)
    child.stdin.flush()
    return _line(child)


def _line(child: "subprocess.Popen[bytes]") -> dict[str, Any]:
    line = child.stdout.readline() if child.stdout is not None else b""
    answer: dict[str, Any] = json.loads(line)
    return answer


def _inspection(answer: dict[str, Any]) -> Inspection:
    code = answer["uninspected"]
    return Inspection(answer["text"], Uninspected(code) if code else None)
