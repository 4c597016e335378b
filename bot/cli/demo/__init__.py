"""``qungui demo``: a college day played against the real service over a real socket."""

import os
from asyncio import CancelledError
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.frame import command
from bot.cli.output import AsJson, print_json

_LARGEST_SEED = 999_999
_TERMINATED = 143


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "demo", "演示：模拟学院的一天，真服务、真连接，只在本机")(demo)


def demo(
    serve: Annotated[
        bool, typer.Option("--serve", help="演示后不退出，服务与模拟学院继续运行")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=_LARGEST_SEED, help="同一个数总是同一天")] = 1,
    fast: Annotated[bool, typer.Option("--fast", help="不停顿")] = False,
    json: AsJson = False,
) -> None:
    """Play the day; exit code 1 when a step did not happen or the accounts do not balance."""
    # What the parts log while the play kills and restarts them is expected, and would spoil it.
    os.environ["LOGURU_LEVEL"] = "CRITICAL"
    from bot.cli.demo.narrator import Narrator
    from bot.cli.demo.play import Play
    from bot.cli.office import finish
    from config.paths import default_home

    narrator = Narrator(fast=fast, aside=json)
    play = Play(seed, narrator, default_home(Path.cwd()) / "demo")
    try:
        outcome = finish(play.run(serve=serve))
    except CancelledError:
        raise typer.Exit(_TERMINATED) from None
    if json:
        print_json(outcome.document())
    if not outcome.good:
        raise typer.Exit(1)
