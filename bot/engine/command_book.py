"""Every command there is: found by the way people write it, its arguments read by Alconna."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from arclet.alconna import Alconna, Args, Namespace, config
from rapidfuzz import fuzz, process

from bot.domain.errors import BadInputError
from bot.engine.commands import Command
from bot.engine.own_words import fold

_NAMESPACE = Namespace(
    "qungui",
    disable_builtin_options={"help", "shortcut", "completion"},
    enable_message_cache=False,
)
config.namespaces[_NAMESPACE.name] = _NAMESPACE
_grammars: dict[tuple[str, str], Alconna[Any]] = {}
_LONGEST_UNADDRESSED = 60
_NUMBER = re.compile(r"(?P<letter>[A-Za-z])?\d{1,9}(?=\s|$)")
_NONSENSE = "\u2603"
_HOW_MANY_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A command that was found; ``rest`` is the raw text behind its name."""

    command: Command
    rest: str


@dataclass(frozen=True, slots=True)
class _Entry:
    command: Command
    grammar: Alconna[Any]
    numbered: bool
    """The first argument is a number (批准 编号)."""
    typed: bool
    """The arguments are not free text: what they accept is surely meant."""

    def read(self, rest: str) -> dict[str, Any] | None:
        result = self.grammar.parse(f"{self.command.name} {fold(rest)}".strip())
        return dict(result.all_matched_args) if result.matched else None

    def may_be_glued(self, rest: str) -> bool:
        """Whether ``rest`` may follow the name without a space (批准P3, 查违规上周)."""
        if self.numbered and not _NUMBER.match(fold(rest)):
            return False
        return self.read(rest) is not None


class CommandBook:
    """The commands of all plugins."""

    def __init__(self, commands: Iterable[Command]) -> None:
        """Learn the commands.

        Raises:
            ValueError: two of them answer to the same name.
        """
        self._entries: dict[str, _Entry] = {}
        self._commands = tuple(commands)
        for command in self._commands:
            entry = _entry(command)
            for name in (command.name, *command.aliases):
                if name in self._entries:
                    raise ValueError(f"two commands are called {name!r}")
                self._entries[name] = entry
        self._spellings: dict[str, list[str]] = {}
        for name in sorted(self._entries, key=len, reverse=True):
            self._spellings.setdefault(name[0], []).append(name)

    @property
    def commands(self) -> tuple[Command, ...]:
        """All commands, in the order the plugins gave them."""
        return self._commands

    def may_begin(self, text: str) -> bool:
        """Whether text that nobody addressed to the bot can be a command at all: quick to tell."""
        return len(text) <= _LONGEST_UNADDRESSED and _first(text) in self._spellings

    def find(self, text: str, *, addressed: bool) -> Match | None:
        """The command that ``text`` begins with.

        Words not addressed to the bot are a command only where they cannot be ordinary talk: the
        bare name of one that needs no argument, a number it asks for, or words it alone knows.
        What else they may mean is for ``perhaps``.
        """
        text = text.strip()
        if not addressed and not self.may_begin(text):
            return None
        for name in self._spellings.get(_first(text), ()):
            rest = _after(text, name)
            if rest is None:
                continue
            entry = self._entries[name]
            glued = bool(rest) and not rest[0].isspace()
            if glued and not entry.may_be_glued(rest):
                continue
            if addressed or _unmistakable(entry, rest.strip(), glued=glued):
                return Match(entry.command, rest.strip())
        return None

    def perhaps(self, text: str) -> Match | None:
        """The command that unaddressed words may mean; its ``understood`` says whether they do."""
        text = text.strip()
        if not self.may_begin(text):
            return None
        for name in self._spellings.get(_first(text), ()):
            entry, rest = self._entries[name], _after(text, name)
            if not rest or not rest[0].isspace() or entry.command.understood is None:
                continue
            if entry.read(rest) is not None:
                return Match(entry.command, rest.strip())
        return None

    def arguments(self, match: Match) -> dict[str, Any]:
        """The arguments as the declaration names them.

        Raises:
            BadInputError: they do not fit; says the form and gives an example.
        """
        found = self._entries[match.command.name].read(match.rest)
        if found is None:
            command = match.command
            raise BadInputError(f"请这样写:{command.usage}。例如:{command.example}")
        return found

    def nearest(self, text: str, among: Iterable[Command]) -> tuple[str, ...]:
        """The names of the three commands most like what was written."""
        names = [command.name for command in among]
        word = fold(text).split(maxsplit=1)[0] if text.strip() else ""
        found = process.extract(word, names, scorer=fuzz.WRatio, limit=_HOW_MANY_NEAREST)
        return tuple(name for name, _, _ in found)


def _entry(command: Command) -> _Entry:
    grammar = _grammar(command.name, command.arguments)
    form = command.usage.split()
    typed = not grammar.parse(f"{command.name} {_NONSENSE}").matched
    numbered = len(form) > 1 and "编号" in form[1]
    return _Entry(command, grammar, numbered, typed)


def _grammar(name: str, arguments: Args) -> Alconna[Any]:
    # Alconna counts every grammar ever made against a limit of the whole process.
    key = (name, repr(arguments))
    if key not in _grammars:
        _grammars[key] = Alconna(name, arguments, namespace=_NAMESPACE)
    return _grammars[key]


def _unmistakable(entry: _Entry, rest: str, *, glued: bool) -> bool:
    if entry.read(rest) is None:
        return False
    if not rest:
        return True
    number = _NUMBER.match(fold(rest))
    if number:
        return entry.numbered or number["letter"] is not None
    return entry.typed and not glued


def _first(text: str) -> str:
    """The first visible character, in its plain width."""
    return next((plain[0] for one in text if (plain := fold(one).strip())), "")


def _after(text: str, name: str) -> str | None:
    """What follows ``name`` at the start of ``text`` in any width; None if it does not begin so."""
    taken = ""
    for position, character in enumerate(text):
        if taken == name:
            return text[position:]
        taken += fold(character)
        if not name.startswith(taken):
            return None
    return "" if taken == name else None
