"""Every text people read, from ``wording.toml``; an organisation's file changes what it names."""

import string
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.domain.errors import BadInputError
from config.complaints import suggestion
from config.documents import read_toml
from config.paths import INSTALLED
from config.wording_fields import FIELDS

FILE_NAME = "wording.toml"
_LONGEST = 1000
"""A text must leave room for its fields in one QQ message."""


class Wording:
    """The texts, checked: each has exactly the fields the product fills in."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def text(self, key: str, /, **fields: object) -> str:
        """The text under ``key`` with its fields filled in.

        Raises:
            KeyError: no such key, or a field is missing: a fault of the caller.
        """
        return self._texts[key].format_map(fields)

    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self._texts)


def load_wording(folder: Path) -> Wording:
    """The shipped texts, with those of ``folder`` in their place.

    Raises:
        BadInputError: an unknown key, or a text whose fields are not those it must have.
    """
    texts = read_texts(INSTALLED / FILE_NAME)
    own = folder / FILE_NAME
    if own.is_file() and not own.samefile(INSTALLED / FILE_NAME):
        texts |= read_texts(own)
    return Wording(texts)


def read_texts(path: Path) -> dict[str, str]:
    """The texts of one file by dotted key, each checked.

    Raises:
        BadInputError: as ``load_wording``.
    """
    texts: dict[str, str] = {}
    for key, value in _flatten(read_toml(path)):
        where = f"配置文件 {path} 的 {key}"
        if key not in FIELDS:
            raise BadInputError(f"{where}:没有这条文字。{suggestion(key, FIELDS)}")
        if not isinstance(value, str) or not value.strip():
            raise BadInputError(f"{where}:应为一段不为空的、带引号的文字。")
        if len(value) > _LONGEST:
            raise BadInputError(f"{where}:共 {len(value)} 字，请缩短到 {_LONGEST} 字以内。")
        _check_fields(where, value, frozenset(FIELDS[key].split()))
        texts[key] = value.strip("\n")
    return texts


def _flatten(table: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _check_fields(where: str, text: str, declared: frozenset[str]) -> None:
    found = _fields_in(where, text)
    if unknown := sorted(found - declared):
        available = "、".join(f"{{{name}}}" for name in sorted(declared)) or "无"
        raise BadInputError(f"{where}:不能用占位符 {{{unknown[0]}}}。可用的有：{available}。")
    if missing := sorted(declared - found):
        raise BadInputError(f"{where}:缺少占位符 {{{missing[0]}}}，请在文字中写上它。")


def _fields_in(where: str, text: str) -> frozenset[str]:
    """The names between braces; anything but a bare name is refused."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise BadInputError(
            f"{where}:花括号不成对。占位符写成 {{名称}}，文字里的花括号要写两个。"
        ) from error
    names: set[str] = set()
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            raise BadInputError(f"{where}:占位符 {{{name}}} 只能写名称，不能带其他符号。")
        names.add(name)
    return frozenset(names)
