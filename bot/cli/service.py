"""``qungui run``."""

import typer

from bot.cli.frame import command
from bot.cli.office import settings
from bot.domain.errors import RefusedError


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "run", "启动服务,直到被停止")(run)


def run() -> None:
    """Serve until stopped."""
    own = settings()
    from bot.app import run as serve
    from bot.cli.checks import port

    found = port(own)
    if not found.ok:
        raise RefusedError(f"服务没有启动:{found.detail}。{found.mend}")
    serve(own)
