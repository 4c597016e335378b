"""Only the dispatcher and the outbox act upon a platform."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine.platform import GroupPlatform

ROOT = Path(__file__).resolve().parents[2]
ACTS = ("answer_join", "mute", "recall", "remove", "send_group", "send_private", "set_card")
"""The acts of the port."""

_LAYERS = ("bot", "plugins", "config", "data")
_ALLOWED = ("bot/engine/dispatch", "bot/engine/outbox", "bot/engine/delivery")
"""The dispatcher's own modules, by how their path begins."""


def _acts_in(source: str) -> Iterator[tuple[int, str]]:
    """Calls that are acts.

    An act must be awaited, so a call that stands alone as a statement is none (the register's
    ``set_card``); ``list.remove(one)`` and its like take one argument and are none either.
    """
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        arguments = len(node.args) + len(node.keywords)
        if name in ACTS and id(node) not in alone and not (name == "remove" and arguments < 2):
            yield node.lineno, name


def test_nobody_else_acts_upon_a_platform() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{line} .{name}()"
        for layer in _LAYERS
        for path in sorted((ROOT / layer).rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith(_ALLOWED)
        for line, name in _acts_in(path.read_text(encoding="utf-8"))
    ]
    assert offenders == []


@pytest.mark.parametrize("act", ACTS)
def test_every_act_named_here_is_one_of_the_port(act: str) -> None:
    assert callable(getattr(GroupPlatform, act))


@pytest.mark.parametrize("act", ACTS)
def test_a_planted_act_is_found(act: str) -> None:
    call = f"platform.{act}(group, account)"
    for planted in (f"await {call}", f"gather({call})", f"done = {call}", f"return {call}"):
        source = f"async def f():\n    {planted}\n"
        assert list(_acts_in(source)) == [(2, act)]


def test_taking_something_off_a_list_is_no_act() -> None:
    assert not list(_acts_in("left = names.remove(name)"))


def test_noting_a_card_in_the_register_is_no_act() -> None:
    assert not list(_acts_in("register.set_card(group, account, card)"))
