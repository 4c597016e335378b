"""The life of a rule: listed by chat, watched, let act by two people, its false hits remembered."""

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.paths import INSTALLED
from tests.journeys.college import CHEN, FANG, LI, PEOPLE, WANG, ZHOU, group
from tests.journeys.journey import (
    READ_WITHIN,
    RECALLED_WITHIN,
    ROLES,
    Journey,
    apply_roster,
    connected,
    journey,
    number_in,
)
from tests.journeys.service import Service
from tests.journeys.waiting import stays, until

GROUP = 700910
PLAN = group(GROUP, "教务处工作群", LI, WANG)
FRIENDS = (ZHOU, CHEN, FANG)
WORD = "拼单奶茶券"
ADD = f"""词库 加 {WORD} custom 严重
应中：谁要{WORD}
应中：{WORD}转让
应中：长期收{WORD}
放行：今天的会改到三点
放行：请报送材料
放行：奶茶店开业"""
BAD = "网络赌博，日进斗金"
TWO = f"qq:{FANG.account},qq:{CHEN.account}"


def code_in(text: str) -> str:
    found = re.search(r"确认 (\d{4})", text)
    assert found is not None, text
    return found[1]


async def confirmed(here: Journey, words: str) -> str:
    shown = await here.asks(FANG.account, words, "确认")
    return await here.asks(FANG.account, f"确认 {code_in(shown)}", "已改好")


async def test_a_word_listed_by_chat_is_shown_confirmed_caught_and_taken_back(
    tmp_path: Path,
) -> None:
    async with journey(tmp_path, [PLAN], friends=FRIENDS) as here:
        before = here.sim.say(GROUP, LI.account, f"{WORD}有人要吗")
        shown = await here.asks(FANG.account, ADD, f"将加入“{WORD}”")
        assert "没有保存普通消息，无法预估" in shown
        assert not here.sim.is_recalled(before)
        done = await here.asks(FANG.account, f"确认 {code_in(shown)}", "已改好")

        message = here.sim.say(GROUP, WANG.account, f"{WORD}有人要吗")
        await here.recalled(message)
        change = re.search(r"L\d+", done)
        assert change is not None
        await here.asks(FANG.account, f"撤销 {change[0]}", "已撤销")
        again = here.sim.say(GROUP, LI.account, f"{WORD}有人要吗")
        await stays(
            lambda: not here.sim.is_recalled(again), RECALLED_WITHIN, "it is ordinary again"
        )


async def test_a_rule_acts_after_the_gate_and_a_new_word_is_watched_first(tmp_path: Path) -> None:
    config = own_config(tmp_path / "config")
    service = Service(
        tmp_path / "home",
        **{
            **ROLES,
            "QUNGUI_MODE": "observe",
            "QUNGUI_CONFIG": str(config),
            "QUNGUI_ADMINISTRATORS": TWO,
        },
    )
    await apply_roster(service, PEOPLE)
    watched_since(service.home / "qungui.db", "content", timedelta(days=40))
    await service.start()
    try:
        async with connected(service, [PLAN], friends=FRIENDS) as here:
            await here.settled()
            await promoted_by_two(here)
            await watched_first(here)
            await remembered(here)
    finally:
        await service.stop()


async def promoted_by_two(here: Journey) -> None:
    """What is missing is said; what is proven takes two people; then it acts."""
    refused = await here.asks(FANG.account, "规则 实名 执行", "还不能转为")
    assert "至少要 7 天" in refused
    await here.asks(FANG.account, "规则 信息内容 执行", "须两位")
    await here.asks(FANG.account, "规则 信息内容 执行", "须两位")
    ignored = here.sim.say(GROUP, LI.account, BAD)
    await stays(lambda: not here.sim.is_recalled(ignored), 1, "one person is not enough")
    # The hit of a moment ago counts: it must be looked at before the second person may agree.
    held = await here.asks(CHEN.account, "规则 信息内容 执行", "还不能转为")
    number = number_in(held)
    await here.asks(FANG.account, f"已处理 {number}", "处理完毕")
    await here.asks(CHEN.account, "规则 信息内容 执行", "已改为：执行")
    await here.recalled(here.sim.say(GROUP, LI.account, BAD))


async def watched_first(here: Journey) -> None:
    """A new word is previewed by what was really said, and only watched."""
    here.sim.say(GROUP, LI.account, f"{WORD}有人要吗")

    async def previewed() -> bool:
        shown = await here.asks(FANG.account, ADD, "确认")
        return "1 条会受影响，涉及 1 人、1 个群" in shown

    await until(previewed, 20, "the messages are kept", every=1.0)
    assert "先观察" in await here.asks(FANG.account, ADD, "确认")
    await confirmed(here, ADD)
    message = here.sim.say(GROUP, WANG.account, f"收{WORD}")

    async def observed() -> bool:
        found = await here.violations(rule="content", account=str(WANG.account))
        return [one["state"] for one in found] == ["observed"]

    await until(observed, READ_WITHIN, "the case is observed", every=0.5)
    assert not here.sim.is_recalled(message)
    told = await here.asks(CHEN.account, f"词库 生效 {WORD}", "还不能")
    assert "至少要 7 天" in told


async def remembered(here: Journey) -> None:
    """A hit that a person called false is announced before a change would bring it back."""
    (case,) = await here.violations(rule="content", account=str(WANG.account))
    await here.asks(FANG.account, f"误报 {case['number']}", "误报")

    async def announced() -> bool:
        shown = await here.asks(FANG.account, f"词库 加 收{WORD} custom 严重", "确认")
        return "曾判为误报" in shown and case["number"] in shown

    await until(announced, 20, "the false hit has become an example", every=1.0)
    outcome = await here.service.command("backtest", "--rule", "content", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.document["hits"] >= 2
    assert outcome.document["people"] == 2
    assert outcome.document["from_window"] >= 1


def own_config(folder: Path) -> Path:
    """The shipped configuration with a sample window of a day."""
    shutil.copytree(INSTALLED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    policy = folder / "policy.toml"
    text = policy.read_text("utf-8")
    assert text.count('keep = "0d"') == 1
    policy.write_text(text.replace('keep = "0d"', 'keep = "1d"'), "utf-8")
    return folder


def watched_since(database: Path, rule: str, ago: timedelta) -> None:
    """As if the service had been there for so long."""
    at = (datetime.now(UTC) - ago).isoformat()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO switches (name, value, by, at) VALUES (?, ?, 'qungui', ?)",
            (f"watched:{rule}", at, at.replace("T", " ").partition("+")[0]),
        )
