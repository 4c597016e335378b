"""``qungui run``."""

import typer

from bot.cli.frame import command
from bot.cli.office import settings
from bot.domain.errors import RefusedError


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "run", "启动服务，直到被停止")(run)


def run() -> None:
    """Serve until stopped."""
    own = settings()
    from bot.app import run as serve
    from bot.cli.checks import require_port
    from data.lock import only_one

    try:
        require_port(own)
    except RefusedError as error:
        if own.home.is_dir():
            # That our own service runs already is the better thing to say.
            with only_one(own.home):
                pass
        message = f"服务没有启动：{error.message}。请停止占用它的程序，或用 PORT 换一个端口。"
        raise RefusedError(message) from error
    serve(own)
