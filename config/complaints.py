"""Turning a failed validation into one Chinese sentence that says where and how to mend."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_BOUNDS = {
    "greater_than": ("gt", "应大于"),
    "greater_than_equal": ("ge", "不能小于"),
    "less_than": ("lt", "应小于"),
    "less_than_equal": ("le", "不能大于"),
}
_SHAPES = {
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "string_type": "应为带引号的文字",
    "tuple_type": "应为方括号列表",
    "list_type": "应为方括号列表",
    "set_type": "应为方括号列表",
    "frozen_set_type": "应为方括号列表",
    "dict_type": "应为一个小节",
    "model_type": "应为一个小节",
    "too_short": "不能为空",
}


def suggestion(word: str, known: Iterable[str]) -> str:
    """The nearest known word as a question, else all of them."""
    choices = sorted(known)
    nearest = difflib.get_close_matches(word, choices, n=1)
    if nearest:
        return f"您要写的是 {nearest[0]} 吗？"
    return f"可用的有：{'、'.join(choices)}。"


def first_complaint(error: ValidationError, model: type[BaseModel]) -> str:
    """The first problem: key path, value, and how to mend it."""
    details = error.errors(include_url=False)
    problem = min(details, key=_misspelling_first)
    where = ".".join(_readable(part) for part in problem["loc"] if part != "[key]")
    more = f"（另有 {len(details) - 1} 处问题）" if len(details) > 1 else ""
    return f"{where}{':' if where else ''}{_reason(problem, model)}{more}"


def _misspelling_first(problem: ErrorDetails) -> bool:
    """A misspelt key also shows up as a missing one; the spelling is what must be mended."""
    return problem["type"] != "extra_forbidden"


def _readable(part: int | str) -> str:
    return f"第 {part + 1} 项" if isinstance(part, int) else part


def _reason(problem: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        known = _fields_at(model, problem["loc"][:-1])
        return f"不认识这个键。{suggestion(str(problem['loc'][-1]), known)}"
    if kind == "missing":
        return "缺少这一项，请补上。"
    value = _show(problem["input"])
    if kind == "enum":
        expected = str(context["expected"]).replace(" or ", "、").replace(", ", "、")
        return f"值 {value} 不能用，应为 {expected} 之一。"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"值 {value} 超出允许范围，{words} {context[name]}。"
    if kind == "value_error":
        whole_table = isinstance(problem["input"], Mapping)
        return (
            f"{context['error']}。" if whole_table else f"值 {value} 不能用：{context['error']}。"
        )
    return f"值 {value} 不能用：{_SHAPES.get(kind, problem['msg'])}。"


def _show(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _fields_at(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    """The keys that may stand at ``path``; free keys and list positions are stepped over."""
    here: type[BaseModel] | None = model
    free_key_next = False
    for part in path:
        if free_key_next:
            free_key_next = False
        elif here is not None:
            annotation = here.model_fields[str(part)].annotation
            free_key_next = get_origin(annotation) in (dict, tuple)
            here = _table_in(annotation)
    return [] if here is None else list(here.model_fields)


def _table_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    tables = (_table_in(argument) for argument in get_args(annotation))
    return next((table for table in tables if table is not None), None)
