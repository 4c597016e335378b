"""The demonstration as it is typed: the real service is started, killed and asked."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.bot.cli.terminal import QUNGUI, ROOT, Terminal

SEED = 11
ACTS = (
    "已撤回，以平台自己的撤回通知为证",
    "引用不算本人发布：看过了，没有登记，也没有撤回",
    "花名册上没有这个人：没有放行，也没有擅自拒绝",
    "与花名册相符，已同意入群，读回成员名单核实",
    "已移出，核实人确实不在群里才算完成",
    "已拦下：花名册一个字没动，没有人因此被列入清理",
    "拒绝连接，一个字也没递进来；真正的 QQ 连接不受影响",
    "一条违规、一次撤回、一句告知；重复的事件认出来了，什么也没改变",
    "拿平台那边的记录与账本逐条核对：遗漏 0，重复 0，未记账 0",
    "照常看见、照常登记，但没有动手（账上写明：已冻结）",
    "停手一个人就够，恢复要两个人",
    "送到了：每位群主和监督人各一份，一天只有一份",
    "$ qungui verify-log -> 0",
)
"""One line of the story for each thing the day must show."""


def _installation(folder: Path) -> Path:
    """A folder with a configuration is an installation of its own, with its own ``var``."""
    folder.mkdir()
    (folder / "config").symlink_to(ROOT / "config")
    return folder


async def _played(folder: Path) -> dict[str, Any]:
    """One whole day; nothing is left running."""
    process = await asyncio.create_subprocess_exec(
        *(*QUNGUI, "demo", "--fast", "--json", "--seed", str(SEED)),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode == 0, err.decode()
    document: dict[str, Any] = json.loads(out)
    return document


@pytest.mark.timeout(240)
async def test_the_day_happens_whole_and_balances(tmp_path: Path) -> None:
    one = _installation(tmp_path / "one")
    first = await _played(one)
    assert first["lost"] == first["doubled"] == first["unrecorded"] == 0, first["discrepancies"]
    assert [step for step in first["steps"] if not step["happened"]] == []
    assert len(first["steps"]) == 11
    assert [act for act in ACTS if act not in first["story"]] == []
    assert first["refused"] == 1
    assert first["held"] == 2
    assert first["chain"]["ok"] is True
    kinds = first["measures_by_kind"]
    assert first["measures"] == sum(sum(states.values()) for states in kinds.values())
    assert first["receipts"] == sum(states.get("done", 0) for states in kinds.values())
    assert (kinds["recall"], kinds["remove"]) == ({"done": 8, "withheld": 1}, {"done": 1})
    # Of the real words nothing was told.
    assert not any("贷 款" in line or "刷單" in line for line in first["story"])
    # All of it lies where the installation keeps its data.
    (kept,) = (one / "var" / "demo").iterdir()
    assert {"home", "config", "journal.jsonl", "service.log"} <= {
        one.name for one in kept.iterdir()
    }


def test_a_seed_that_is_no_number_is_bad_usage(bare: Terminal) -> None:
    said = bare("demo", "--seed", "abc")
    assert said.code == 2
    assert "--seed" in said.complaint
    assert not (bare.folder / "var").exists()


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_one_seed_tells_one_story(tmp_path: Path) -> None:
    folders = (_installation(tmp_path / name) for name in ("one", "two"))
    first, second = await asyncio.gather(*(_played(folder) for folder in folders))
    assert first["story"] == second["story"]
