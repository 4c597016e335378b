"""Tells the day to whoever watches. Left bars only: no frame can be bent by a wide character."""

import asyncio
import os
import re
import sys
import time
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.cli.demo.service import Ran

BOT = "群规助手"
_WIDEST = 100
_IN_A_PIPE = 100
_TABLE_LINES = "┏┃┡│├└"
_MOST_OF_A_LINE = 110
_CLOSING, _OPENING = "，。、；：！？）】”」＊,.;:!?)]% ", "（【“「([＄"
_A_MOMENT = re.compile(r"\d+月\d+日(?: \d\d:\d\d)?")
_READING_SECONDS_PER_CHARACTER = 0.015
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.4, 1.6
_HURRY_AFTER, _NO_PAUSE_AFTER = 45.0, 60.0
"""Seconds of play: on a slow machine the pauses give way, so that the day still ends in time."""


class Narrator:
    """Prints as things happen and remembers the story, without anything that was measured.

    ``aside`` prints to standard error, where standard output belongs to a document. The pauses
    are for the reader alone: nothing waits for them.
    """

    def __init__(self, *, fast: bool, aside: bool) -> None:
        stream = sys.stderr if aside else sys.stdout
        self._console = Console(file=stream, highlight=False, emoji=False)
        if not self._console.is_terminal and "COLUMNS" not in os.environ:
            self._console.width = _IN_A_PIPE
        self._console.width = min(self._console.width, _WIDEST)
        self._fast = fast
        self._began = time.monotonic()
        self._scene = 0
        self.story: list[str] = []

    def title(self, text: str, *remarks: str) -> None:
        """The head of the play."""
        self._console.print()
        self._put(Text(text, style="bold cyan"), "  ")
        for remark in remarks:
            self._put(Text(remark, style="dim"), "  ")

    async def scene(self, when: str, title: str) -> None:
        """A new scene."""
        self._scene += 1
        self.story.append(f"{when} {title}")
        await self._pause("。" * 20)
        self._console.print()
        line = Text(f"{self._scene:>2} ", style="bold cyan")
        line.append(when, style="cyan").append("  ").append(title, style="bold")
        self._put(line, "")

    async def note(self, text: str) -> None:
        """What the reader should know."""
        self.story.append(text)
        self._put(Text(text), "   ")
        await self._pause(text)

    async def says(self, who: str, text: str, where: str = "") -> None:
        """Somebody speaks."""
        self.story.append(f"{who}：{text}")
        line = Text(who, style="yellow")
        if where:
            line.append(f"（{where}）", style="dim")
        self._bar(line.append("：").append(text, style="default"), "yellow")
        await self._pause(text)

    async def bot(self, text: str, where: str, *, told: bool = True) -> None:
        """The bot speaks; ``told`` is False where its words hold figures of the moment."""
        if told:
            self.story.append(f"{BOT}：{_A_MOMENT.sub('某时', text)}")
        head = Text(BOT, style="bold green").append(f"（{where}）", style="dim").append("：")
        lines = text.strip().splitlines()
        self._bar(head if len(lines) > 1 else head.append(lines[0], style="default"), "green")
        for line in lines if len(lines) > 1 else ():
            self._bar(Text(line, style="default"), "green")
        await self._pause(text)

    async def command(self, line: str, ran: Ran) -> None:
        """A command in the terminal, with what it said but for its tables."""
        self.story.append(f"$ {line} -> {ran.exit_code}")
        self._bar(Text("$ ", style="dim").append(line, style="bold default"), "blue")
        words = ran.complained if ran.exit_code else ran.said
        said = [one for one in words.splitlines() if one.strip()]
        for one in said:
            if one[0] not in _TABLE_LINES:
                self._bar(Text(_shortened(one), style="default"), "blue")
        if ran.exit_code:
            self._bar(Text(f"（退出码 {ran.exit_code}）", style="dim"), "blue")
        await self._pause(said[0] if said else line)

    async def fact(self, text: str, measured: str = "") -> None:
        """Something that was looked at and found to be so."""
        self.story.append(text)
        line = Text("✓ ", style="bold green").append(text, style="green")
        if measured:
            line.append(f"（{measured}）", style="dim")
        self._put(line, "   ", "     ")
        await self._pause(text)

    async def missed(self, text: str) -> None:
        """Something that should have happened and did not."""
        self._put(Text(f"✗ 没有发生：{text}", style="bold red"), "   ", "     ")

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A small table; all columns but the first are figures."""
        table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
        for number, column in enumerate(columns):
            table.add_column(column, justify="right" if number else "left")
        for row in rows:
            table.add_row(*row)
        self._console.print(Padding(table, (0, 0, 0, 1), expand=False))

    def line(self, text: str, style: str = "") -> None:
        """A plain line."""
        self._put(Text(text, style=style), "  ")

    def verbatim(self, text: str) -> None:
        """Something to copy: never broken."""
        self._console.print(Text(f"    {text}", style="cyan"), soft_wrap=True)

    def _bar(self, line: Text, style: str) -> None:
        self._put(line, Text("   │ ", style=style))

    def _put(self, line: Text, indent: str | Text, then: str | None = None) -> None:
        """Print with an indent, the lines after the first with ``then`` where it is given."""
        first = Text(indent) if isinstance(indent, str) else indent
        for number, part in enumerate(wrapped(line, self._console.width - len(first) - 1)):
            lead = Text(then) if number and then is not None else first
            self._console.print(lead + part, soft_wrap=True)

    async def _pause(self, text: str) -> None:
        played = time.monotonic() - self._began
        if self._fast or played > _NO_PAUSE_AFTER:
            return
        seconds = max(_SHORTEST_PAUSE, len(text) * _READING_SECONDS_PER_CHARACTER)
        await asyncio.sleep(min(seconds, _LONGEST_PAUSE) / (2 if played > _HURRY_AFTER else 1))


def wrapped(line: Text, width: int) -> list[Text]:
    """Lines of at most ``width`` cells, broken as Chinese is.

    Anywhere but inside a word or number, and never so that a line begins with a closing mark.
    """
    plain, starts, used, start = line.plain, [0], 0, 0
    for number, character in enumerate(plain):
        cells = cell_len(character)
        if used + cells > width:
            start = _break_before(plain, starts[-1], number)
            starts.append(start)
            used = cell_len(plain[start:number])
        used += cells
    parts = list(line.divide(starts[1:])) if len(starts) > 1 else [line]
    for part in parts:
        part.rstrip()
    return parts


def _break_before(plain: str, line_start: int, overflow: int) -> int:
    """The last place before ``overflow`` at which a line may end."""
    for place in range(overflow, line_start + 1, -1):
        before, after = plain[place - 1], plain[place]
        joined = _in_word(before) and _in_word(after)
        if not joined and after not in _CLOSING and before not in _OPENING:
            return place
    return overflow


def _shortened(text: str) -> str:
    """The beginning of a long list of reasons."""
    return text if len(text) <= _MOST_OF_A_LINE else f"{text[:_MOST_OF_A_LINE]}……"


def _in_word(character: str) -> bool:
    return character.isascii() and not character.isspace()
