"""Usage errors as people read them: which option or argument, and the nearest known one."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from typer.exceptions import TyperException

from bot.domain.errors import BadInputError

_PARENTHESES = re.compile(r"\(([^()]*)\)$")


def explain(error: TyperException) -> BadInputError:
    """The same complaint in Chinese, ending with where the usage is described."""
    context: Any = getattr(error, "ctx", None)  # typer's own classes are not public
    path = context.command_path if context is not None else "qungui"
    return BadInputError(f"{_reason(error, context)}用法见：{path} --help")


def nearest(word: str, known: Iterable[str]) -> str:
    """A question after the nearest known word; empty where none is near."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"您要写的是 {found[0]} 吗？" if found else ""


def _reason(error: TyperException, context: Any) -> str:
    match type(error).__name__:
        case "NoSuchOption":
            option = getattr(error, "option_name", "")
            known = [name for one in context.command.params for name in one.opts] if context else []
            return f"没有选项 {option}。{nearest(option, [*known, '--help'])}"
        case "BadOptionUsage":
            option = getattr(error, "option_name", "")
            takes = "不带值" if "not take" in error.message else "后面缺少值"
            return f"选项 {option} {takes}。"
        case "MissingParameter":
            return f"缺少{_named(error).rstrip()}。"
        case "BadParameter":
            return f"{_named(error)}的值不能用：{_expected(error)}。"
        case "NoArgsIsHelpError":
            return f"请写上命令。可用的有：{'、'.join(context.command.commands)}。"
        case _:
            extra = _PARENTHESES.search(error.message)
            return f"多余的参数：{extra[1]}。" if extra else f"{error.message} "


def _named(error: TyperException) -> str:
    parameter: Any = getattr(error, "param", None)
    if parameter is None:
        return "参数"
    if parameter.param_type_name == "option":
        return f"选项 {max(parameter.opts, key=len)} "
    return f"参数 {parameter.metavar or parameter.name} "


def _expected(error: TyperException) -> str:
    return "应为整数" if "integer" in error.message else error.message.rstrip(".")
