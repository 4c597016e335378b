"""Every command there is. Their modules are light; what a command needs it imports itself."""

from typing import Annotated

import typer

from bot.cli import (
    backtest,
    bench,
    demo,
    digest,
    doctor,
    export,
    installation,
    keeping,
    names,
    permits,
    plans,
    roster,
    rules,
    scan,
    secrecy,
    service,
    stopping,
    thawing,
    violations,
)
from bot.cli.frame import Group, new_application

_MODULES = (
    installation,
    doctor,
    service,
    demo,
    roster,
    names,
    scan,
    violations,
    secrecy,
    plans,
    permits,
    digest,
    rules,
    backtest,
    export,
    keeping,
    stopping,
    thawing,
    bench,
)


def application() -> typer.Typer:
    """The application with every command."""
    made = new_application("")
    made.callback(help="群规：让单位的工作群守本单位的规矩。", cls=Group)(_root)
    for module in _MODULES:
        module.add_to(made)
    return made


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"qungui {version('qungui')}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本")
    ] = False,
) -> None:
    """Options that stand before any command."""
