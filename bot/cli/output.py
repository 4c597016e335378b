"""What goes to standard output: one JSON document, or tables and lines for people."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Annotated, Any

import typer

_WIDTH_IN_A_PIPE = 160

AsJson = Annotated[bool, typer.Option("--json", help="输出一个 JSON 文档")]
"""The option that every command with a result has."""


def print_json(document: Mapping[str, Any]) -> None:
    """One document, as the contract names its fields."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def print_items(items: Sequence[Mapping[str, Any]], following: str | None = None) -> None:
    """A list in JSON; ``following`` is the cursor of the next page."""
    print_json({"items": items, "next": following})


def print_line(text: str) -> None:
    """One line for people."""
    sys.stdout.write(text + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """A table for people; nothing in the cells is taken for markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_visible(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else _WIDTH_IN_A_PIPE).print(table)


def remark(text: str) -> None:
    """A remark beside the result."""
    sys.stderr.write(text + "\n")


def iso(moment: datetime | None, zone: tzinfo) -> str | None:
    """A moment for programs, with its offset."""
    return None if moment is None else moment.astimezone(zone).isoformat()


def clock(moment: datetime | None, zone: tzinfo) -> str:
    """A moment for people, local."""
    return "-" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _visible(text: str) -> str:
    """Control characters in a card or message must not drive the reader's terminal."""
    return "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text)
