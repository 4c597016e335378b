"""The commands of ``qungui``, one module per group; ``main`` is where they begin."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

from bot.domain.errors import QunguiError

_INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command of this process and end it with the command's exit code."""
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. Results go to standard output, all else to standard error."""
    # Whatever logs, logs to standard error and only what somebody must know.
    os.environ.setdefault("LOGURU_LEVEL", "WARNING")
    os.environ.setdefault("LOGURU_DIAGNOSE", "NO")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name may hold what no encoding has: half of an emoji, a byte of another encoding.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except QunguiError as error:
        return _complain(error.message, error.exit_code)
    except (BrokenPipeError, SystemExit):
        # typer leaves the process when whoever read our output has seen enough.
        return _seen_enough()
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        return _complain(f"无法读写{where}：{error.strerror or error}。请检查路径、权限和空间。", 1)
    except Exception as error:  # noqa: BLE001  the last seam: one line for people, the rest for the log
        from loguru import logger

        logger.opt(exception=error).debug("unexpected error")
        return _complain(
            f"程序出错（{type(error).__name__}），没有完成。"
            "设置环境变量 LOGURU_LEVEL=DEBUG 后重试可看到详情，请告知维护人员。",
            1,
        )


def _run(arguments: Sequence[str]) -> int:
    from typer.exceptions import TyperException

    from bot.cli.commands import application
    from bot.cli.complaints import explain

    try:
        code = application()(list(arguments), prog_name="qungui", standalone_mode=False)
    except TyperException as error:
        raise explain(error) from error
    return code if isinstance(code, int) else 0


def _seen_enough() -> int:
    """Nobody reads any more: what is still in the buffer must not be flushed into the pipe."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  a device, not a path
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return 0


def _complain(message: str, exit_code: int) -> int:
    print(message, file=sys.stderr)
    return exit_code
