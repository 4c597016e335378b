"""The day that the README shows is the one that ``qungui demo`` plays."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.demo.play import _DAY
from tests.docs.manuals import ROOT, manual

_TOLD = ("scene", "note", "fact", "says", "command")
_SCENE = re.compile(r"^ ?(\d+) (\S+)  (.+)$")
_MEASURED = re.compile(r"（[^（）]*）$")
_WHERE = re.compile(r"（[^（）]*）：")
_WITHIN = 120


def _excerpt() -> list[str]:
    (block,) = manual("../README.md").blocks("text")
    return [line for line in block.splitlines() if line.strip()]


def _pattern(node: ast.expr) -> str | None:
    """What a text of the script may become: its words fixed, what it computes free."""
    match node:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=parts):
            return "".join(_pattern(part) or ".+" for part in parts)
        case _:
            return None


def _script() -> list[re.Pattern[str]]:
    """Everything that the demo's scenes tell."""
    found = []
    for path in (ROOT / "bot/cli/demo").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                texts = [_pattern(one) for one in node.args] if node.func.attr in _TOLD else []
                found += [re.compile(text) for text in texts if text and len(text) > len(".+")]
    return found


def test_every_scene_of_the_excerpt_is_played_under_that_number() -> None:
    shown = [found for line in _excerpt() if (found := _SCENE.match(line))]

    assert shown
    for found in shown:
        scene = _DAY[int(found[1]) - 1]
        assert (scene.when, scene.title) == (found[2], found[3])


def test_every_fact_of_the_excerpt_is_told_by_a_scene() -> None:
    script = _script()
    for line in _excerpt():
        words = line.strip().removeprefix("✓ ")
        # What people say is drawn by lot; the whole day below shows it.
        if not _SCENE.match(line) and not words.startswith("│"):
            texts = (words, _MEASURED.sub("", words))
            assert any(one.fullmatch(text) for one in script for text in texts), line


@pytest.mark.slow
def test_the_day_goes_as_the_excerpt_shows(tmp_path: Path) -> None:
    own = ("QUNGUI_", "ONEBOT_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--fast", "--json"],
        cwd=tmp_path,
        env={**inherited, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=_WITHIN,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    story = json.loads(ran.stdout)["story"]

    for line in _excerpt():
        assert _SCENE.match(line) or _as_told(line.strip()) in story, line


def _as_told(line: str) -> str:
    """Without what only the printed line holds: where it was said, how long it took."""
    if line.startswith("│ "):
        return _WHERE.sub("：", line.removeprefix("│ "), count=1)
    return _MEASURED.sub("", line.removeprefix("✓ "))
