"""Typer in Chinese: the applications and commands that every module of this folder is made of."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from bot.cli.complaints import nearest
from bot.domain.errors import BadInputError

Function = TypeVar("Function", bound=Callable[..., None])

_HEADINGS = {
    "Usage": "用法",
    "Arguments": "参数",
    "Options": "选项",
    "Commands": "命令",
}
_IN_CHINESE = (
    *(
        (re.compile(rf"^{english}: *", re.MULTILINE), f"{own}：")
        for english, own in _HEADINGS.items()
    ),
    (re.compile(r"Show this message and exit\."), "显示本说明"),
    (re.compile(r"\[required\]"), "[必填]"),
    (re.compile(r"\[OPTIONS\]"), "[选项]"),
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "命令 [参数]..."),
)


class _Command(TyperCommand):
    """A command whose help is in Chinese."""

    def get_help(self, ctx: Any) -> str:  # typer's context class is not public
        return _in_chinese(super().get_help(ctx))


class Group(TyperGroup):
    """Commands under one name, with help in Chinese and a hint after a misspelt one."""

    def get_help(self, ctx: Any) -> str:  # as above
        """What ``--help`` prints."""
        return _in_chinese(super().get_help(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # as above
        """The command that is meant.

        Raises:
            BadInputError: there is none of this name.
        """
        try:
            return super().resolve_command(ctx, args)
        except TyperException as error:
            hint = nearest(args[0], self.commands) or f"可用的有：{'、'.join(self.commands)}。"
            raise BadInputError(f"没有命令 {ctx.command_path} {args[0]}。{hint}") from error


def new_application(help_text: str) -> typer.Typer:
    """An application, or a group of commands to be added to one."""
    return typer.Typer(
        cls=Group,
        help=help_text,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["--help", "-h"]},
    )


def command(application: typer.Typer, name: str, help_text: str) -> Callable[[Function], Function]:
    """Register a function as a command."""
    return application.command(
        name,
        cls=_Command,
        help=help_text,
        context_settings={"help_option_names": ["--help", "-h"]},
    )


def _in_chinese(text: str) -> str:
    for english, own in _IN_CHINESE:
        text = english.sub(own, text)
    return text
