"""Every text the product asks for exists and is given the fields it is filled in with."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.wording_fields import FIELDS

ROOT = Path(__file__).resolve().parents[2]
_LAYERS = ("bot", "plugins", "data")


def _uses(source: str) -> Iterator[tuple[int, str, set[str] | None]]:
    """Line, key and given fields of each ``….text("key", field=…)``; None where ``**`` is used."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr != "text" or not node.args or _makes_a_segment(node.func):
            continue
        key = node.args[0]
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            continue
        given = {keyword.arg for keyword in node.keywords}
        fields = None if None in given else {name for name in given if name}
        yield node.lineno, key.value, fields


def _makes_a_segment(called: ast.Attribute) -> bool:
    """``segments.text(…)`` of the stand-in makes a piece of a message."""
    return isinstance(called.value, ast.Name) and called.value.id == "segments"


def _wrong(source: str) -> list[str]:
    return [
        f"{line}: {key}"
        for line, key, fields in _uses(source)
        if key not in FIELDS or (fields is not None and fields != set(FIELDS[key].split()))
    ]


def test_every_text_is_asked_for_with_its_fields() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{complaint}"
        for layer in _LAYERS
        for path in sorted((ROOT / layer).rglob("*.py"))
        for complaint in _wrong(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "planted",
    [
        'wording.text("no.such.text")',
        'self._wording.text("register.done")',
        'wording.text("register.done", nummer=1)',
        'wording.text("register.done", number=1, extra=2)',
    ],
)
def test_a_planted_mistake_is_found(planted: str) -> None:
    assert _wrong(planted)


def test_a_right_use_passes() -> None:
    assert not _wrong('wording.text("register.done", number="W1")')
