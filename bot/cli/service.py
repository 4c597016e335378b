"""``qungui run``."""

import typer

from bot.cli.frame import command
from bot.cli.office import settings


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "run", "启动服务,直到被停止")(run)


def run() -> None:
    """Serve until stopped."""
    own = settings()
    from bot.app import run as serve

    serve(own)
