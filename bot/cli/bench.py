"""``qungui bench``: figures as ratios against a named baseline, measured side by side."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.frame import command
from bot.cli.output import AsJson
from bot.domain.errors import BadInputError

_FOLDER = Path(__file__).resolve().parents[2] / "tests" / "bench"
BENCHMARKS = {
    "pipeline": "从收到消息到撤回的全程，与裸 NoneBot2 相比",
    "matching": "词库匹配，与同一自动机直接扫描原文相比",
}
"""Every benchmark and what it compares."""

Name = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="、".join(BENCHMARKS) + "；不写则全部")
]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "bench", "测速：与同一次运行中的基准相比，只看比值")(bench)


def bench(name: Name = None, json: AsJson = False) -> None:
    """Run one benchmark or all of them.

    Raises:
        BadInputError: there is no such benchmark, or this is not a checkout.
    """
    if name is not None and name not in BENCHMARKS:
        raise BadInputError(f"没有名为“{name}”的测速项。可用的有：{'、'.join(BENCHMARKS)}。")
    if not _FOLDER.is_dir():
        raise BadInputError("测速程序在源代码中，请在源代码目录里运行：make bench")
    for one in [name] if name else list(BENCHMARKS):
        arguments = [sys.executable, "-m", f"tests.bench.{one}", *(["--json"] if json else [])]
        finished = subprocess.run(arguments, cwd=_FOLDER.parents[1], check=False)  # noqa: S603  # our own modules, named above
        if finished.returncode:
            raise typer.Exit(1)
