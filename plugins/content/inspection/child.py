"""Reads attachments in a process of its own; ``reader`` starts it and ends it.

A crafted file can ask for any amount of memory or time, and a native parser then takes the whole
process down. Here it takes down only this one, which owns nothing, knows no secret, and can neither
write a file nor open a connection.

Each attachment comes on standard input as a line with its size in bytes, then its bytes; one line
of JSON answers: ``{"text": …, "uninspected": code or null}``. The first line says ``{"ready":
true}``. The end of the input ends the process.
"""

import ctypes
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from bot.domain.inspection import Inspection, Uninspected

MEMORY = 768 * 1024 * 1024
"""Bytes of address space."""
MEMORY_FOR_WORDS = 3 * 1024 * 1024 * 1024
"""The same where words in pictures are read: models and work areas are large."""
CPU_SECONDS = 45
"""For one attachment."""

_MOST_FILES = 64
_POLITE = 10
_FORBIDDEN = ("socket.", "subprocess.", "ctypes.", "os.system", "os.exec", "os.fork", "os.posix_s")
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def main() -> None:
    """Answer until the input ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # A native library's chatter must not be taken for an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _step_aside()
    from plugins.content.inspection.extraction import extract
    from plugins.content.inspection.pictures import warm_up

    _limit(MEMORY_FOR_WORDS if warm_up() else MEMORY)
    _answer(answers, {"ready": True})
    while size := requests.readline():
        content = requests.read(int(size))
        _grant_time()
        found = _inspected(extract, content)
        _answer(answers, {"text": found.text, "uninspected": found.uninspected})


def _inspected(extract: Callable[[bytes], Inspection], content: bytes) -> Inspection:
    try:
        return extract(content)
    except MemoryError:
        return Inspection(uninspected=Uninspected.TOO_DENSE)
    except RecursionError:
        return Inspection(uninspected=Uninspected.HOSTILE)
    except Exception:  # noqa: BLE001  # a reader's fault costs this file, never the process
        return Inspection(uninspected=Uninspected.FAILED)


def _answer(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


def _step_aside() -> None:
    """Leave processor and memory to the messages, and the network where the system allows it."""
    with suppress(AttributeError, OSError):
        os.nice(_POLITE)
    with suppress(OSError):
        # Should memory run short, it is this process that goes.
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    with suppress(AttributeError, OSError):
        # A namespace with nothing in it; containers mostly refuse, then the hook below stands.
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def _limit(memory: int) -> None:
    # Windows has no such limits; there the parent's time limit is all there is.
    with suppress(ImportError):
        import resource

        for limit, most in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, _MOST_FILES),
        ):
            with suppress(ValueError, OSError):
                resource.setrlimit(limit, (most, most))
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)


def _grant_time() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
