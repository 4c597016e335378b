"""``qungui scan`` follows the switches of ``policy.toml``."""

import json
import shutil
from pathlib import Path

import pytest

from config.paths import INSTALLED
from tests.bot.cli.terminal import Terminal


def test_scanning_follows_the_switches(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "configuration"
    shutil.copytree(INSTALLED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setenv("QUNGUI_CONFIG", str(folder))
    words, lines = tmp_path / "words.txt", tmp_path / "lines.jsonl"
    words.write_text("考试答案\n", encoding="utf-8")
    lines.write_text('{"id": "1", "text": "出kaoshidaan"}\n', encoding="utf-8")

    def found() -> list[str]:
        said = terminal("scan", str(lines), "--lexicon", str(words))
        return [hit["technique"] for hit in json.loads(said.out)["hits"]]

    assert found() == ["pinyin"]
    policy = folder / "policy.toml"
    switched = '\n[techniques.by_category.custom]\npinyin = "off"\n'
    policy.write_text(policy.read_text(encoding="utf-8") + switched, encoding="utf-8")
    assert found() == []
