"""Messages per second through the whole path, as a ratio to bare NoneBot2 in the same run.

The path: socket → judged with a 10,000-word list → committed durably → recalled where needed. Both
servers get the same frames from the same simulator in turn; the figures are ratios of the medians.
"""

import argparse
import asyncio
import json
import random
import re
import shutil
import statistics
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adapters.simulator.college import build_college
from adapters.simulator.groups import GroupPlan, plan_groups
from adapters.simulator.onebot11.load import Load, LoadPlan, LoadResult
from adapters.simulator.onebot11.simulator import OneBotSimulator
from config.paths import INSTALLED
from tests.bench.served import Served, served

WORD = "测速专用违禁词"
_TOKEN = "bench-token-0123456789"  # for the loopback only
_LISTED = 10_000
_NO_CAP = 1_000
_SETTLE_SECONDS = 8.0
_HIT_RATE = 0.002
_HALF_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """One push: messages a second up to the last recall, and CPU time per message."""

    messages_per_second: float
    cpu_microseconds: float
    p99_milliseconds: float
    hits: int
    recalled: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole benchmark."""

    bare: Figure
    whole: Figure
    half_load: Figure
    ratio_throughput: float
    ratio_cpu: float
    resident_megabytes: float


async def compare(messages: int, rounds: int) -> Comparison:
    """Push ``messages`` through both servers ``rounds`` times in turn."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        groups = plan_groups(build_college(seed=3, size=240))
        _prepare(home)
        environment = {
            "ONEBOT_ACCESS_TOKEN": _TOKEN,
            "BENCH_WORD": WORD,
            "QUNGUI_HOME": str(home / "var"),
            "QUNGUI_CONFIG": str(home / "config"),
            "QUNGUI_MODE": "enforce",
        }
        whole_path = served("-c", _SERVICE, environment=environment, log=home / "qungui.log")
        bare_path = served(
            "-m", "tests.bench.bare_nonebot", environment=environment, log=home / "bare.log"
        )
        async with whole_path as whole, bare_path as bare:
            bares, wholes = [], []
            for index in range(rounds):
                before = index * (messages + 1_000)
                plan = LoadPlan(messages // 8, WORD, hit_rate=_HIT_RATE, seed=index)
                bares.append(await _push(bare, groups, plan, before))
                plan = LoadPlan(messages, WORD, hit_rate=_HIT_RATE, seed=100 + index)
                wholes.append(await _push(whole, groups, plan, before))
            half = _median(wholes, "messages_per_second") / 2
            plan = LoadPlan(
                int(half * _HALF_SECONDS), WORD, hit_rate=_HIT_RATE, rate=half, seed=999
            )
            half_load = await _push(whole, groups, plan, rounds * (messages + 1_000))
            resident = whole.resident_megabytes()
    bare_figure, whole_figure = _middle(bares), _middle(wholes)
    return Comparison(
        bare=bare_figure,
        whole=whole_figure,
        half_load=half_load,
        ratio_throughput=whole_figure.messages_per_second / bare_figure.messages_per_second,
        ratio_cpu=bare_figure.cpu_microseconds / whole_figure.cpu_microseconds,
        resident_megabytes=resident,
    )


_SERVICE = (
    "from bot.app import run; from config.settings import load_settings; run(load_settings())"
)


def _prepare(home: Path) -> None:
    """A configuration with a long word list and no cap that a benchmark would hit."""
    shutil.copytree(
        INSTALLED, home / "config", ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    (home / "var").mkdir()
    chance = random.Random(5)  # not a secret
    words = {
        "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(chance.randint(3, 5)))
        for _ in range(_LISTED)
    }
    policy = home / "config/policy.toml"
    text = policy.read_text(encoding="utf-8")
    for cap in ("recalls_per_group_per_hour", "mutes_per_hour"):
        text = re.sub(rf"(?m)^{cap} = \d+", f"{cap} = {_NO_CAP}", text)
    policy.write_text(text, encoding="utf-8")
    lines = [f"{word}\tcustom\tserious" for word in (WORD, *sorted(words))]
    (home / "config/lexicons/bench.tsv").write_text("\n".join(lines), encoding="utf-8")


async def _push(
    server: Served, groups: tuple[GroupPlan, ...], plan: LoadPlan, messages_before: int
) -> Figure:
    stand_in = OneBotSimulator(
        groups, url=server.url, token=_TOKEN, messages_before=messages_before
    )
    async with stand_in as simulator:
        await simulator.wait_connected()
        await asyncio.sleep(_SETTLE_SECONDS)
        load = Load(simulator, groups, plan)
        before = server.cpu_seconds()
        result = await load.push(patience=60)
        used = server.cpu_seconds() - before
    return _figure(result, used)


def _figure(result: LoadResult, cpu_seconds: float) -> Figure:
    return Figure(
        messages_per_second=result.messages_per_second,
        cpu_microseconds=cpu_seconds / result.sent * 1e6,
        p99_milliseconds=result.percentile(0.99) * 1e3,
        hits=result.hits,
        recalled=result.recalled,
    )


def _median(figures: list[Figure], name: str) -> float:
    return statistics.median(getattr(one, name) for one in figures)


def _middle(figures: list[Figure]) -> Figure:
    return Figure(
        messages_per_second=_median(figures, "messages_per_second"),
        cpu_microseconds=_median(figures, "cpu_microseconds"),
        p99_milliseconds=_median(figures, "p99_milliseconds"),
        hits=sum(one.hits for one in figures),
        recalled=sum(one.recalled for one in figures),
    )


def main(arguments: list[str] | None = None) -> None:
    """Run and print: a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    comparison = asyncio.run(compare(given.messages, given.rounds))
    if given.json:
        print(json.dumps(asdict(comparison), indent=2))
    else:
        Console().print(_table(comparison))


def _table(comparison: Comparison) -> Table:
    table = Table(title="pipeline: 10,000 词, 落盘提交, 撤回; 基准 = 裸 NoneBot2(同一次运行)")
    for heading in ("", "消息/秒", "CPU 微秒/条", "p99 毫秒", "命中", "撤回"):
        table.add_column(heading, justify="right")
    for name, one in (
        ("裸 NoneBot2", comparison.bare),
        ("群规 全程", comparison.whole),
        ("群规 半载", comparison.half_load),
    ):
        table.add_row(
            name,
            f"{one.messages_per_second:,.0f}",
            f"{one.cpu_microseconds:.0f}",
            f"{one.p99_milliseconds:.0f}",
            str(one.hits),
            str(one.recalled),
        )
    table.caption = (
        f"吞吐 ×{comparison.ratio_throughput:.1f}, CPU ×{comparison.ratio_cpu:.1f}, "
        f"内存 {comparison.resident_megabytes:.0f} MB"
    )
    return table


if __name__ == "__main__":
    main()
