"""An approved text passes in its groups and its time and nowhere else, and every post is filed."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from config.paths import INSTALLED
from tests.journeys.college import CHEN, FANG, HE, LI, MA, OUYANG, PEOPLE, WANG, ZHOU, group
from tests.journeys.journey import (
    ANSWERED_WITHIN,
    TOLD_WITHIN,
    Journey,
    connected,
    journey,
)
from tests.journeys.service import Service, timezone_where_it_is
from tests.journeys.waiting import stays

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP, OTHER = 700950, 700951
TEXT = "各位老师：三号楼今日突发停电，后勤处正在抢修，请大家不要乘坐电梯，恢复供电后另行通知。"
ALTERED = TEXT.replace("三号楼", "五号楼")
SEEN = 0.8
"""Longer than any recall takes here: what still stands then was let pass."""


def configuration(folder: Path) -> Path:
    """The installed files with one word that needs a permit."""
    shutil.copytree(INSTALLED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    words = "突发停电\tmajor_event\tserious\n考研成绩\tundisclosed\tnotice\n"
    (folder / "lexicons" / "events.tsv").write_text(words, encoding="utf-8")
    policy = folder / "policy.toml"
    # Nobody is to be muted for what the tests have him try.
    patient = re.sub(r"count = (\d),", r"count = 9\1,", policy.read_text(encoding="utf-8"))
    policy.write_text(patient, encoding="utf-8")
    return folder


def clock(service: Service, ahead: float) -> str:
    """The local time so many seconds from now, as the applicant would write it."""
    zone = ZoneInfo(service.environment["QUNGUI_TIMEZONE"])
    return f"{datetime.now(zone) + timedelta(seconds=ahead):%H:%M:%S}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    home = tmp_path_factory.mktemp("permits")
    plans = [
        group(GROUP, "教务处工作群", LI, WANG, HE, OUYANG, CHEN),
        group(OTHER, "图书馆工作群", LI, OUYANG, MA),
    ]
    people = (LI, WANG, HE, OUYANG, ZHOU, CHEN, FANG)
    async with journey(
        home,
        plans,
        people=PEOPLE,
        friends=people,
        QUNGUI_APPROVERS=f"qq:{HE.account},qq:{OUYANG.account}",
        QUNGUI_SUPERVISORS=f"qq:{CHEN.account}",
        QUNGUI_CONFIG=str(configuration(home / "config")),
        QUNGUI_TIMEZONE=timezone_where_it_is(12),
    ) as begun:
        yield begun


async def apply(here: Journey, text: str, span: str = "现在 至 18:00", head: str = "") -> str:
    """Apply for a text in private; the number."""
    words = (
        f"申请发布{head}\n事项：停电\n理由：告知师生\n群：教务处工作群\n时间：{span}\n内容：{text}"
    )
    said = await here.asks(LI.account, words, "已收到发布申请")
    return said.split("已收到发布申请 ")[1].split("，")[0]


async def permit(here: Journey, number: str) -> dict[str, Any]:
    """A permit as the command line shows it."""
    outcome = await here.service.command("permit", "list", "--json")
    assert outcome.code == 0, outcome.err
    (found,) = [one for one in outcome.document["items"] if one["number"] == number]
    assert isinstance(found, dict)
    return found


async def stands(here: Journey, message: int) -> None:
    """The message is let pass."""
    await stays(lambda: not here.sim.is_recalled(message), SEEN, "the message stands")


async def test_approved_text_passes_in_its_groups_and_nowhere_else(here: Journey) -> None:
    unasked = here.sim.say(GROUP, LI.account, TEXT)
    await here.recalled(unasked)
    number = await apply(here, TEXT)
    card = await here.is_told(HE.account, number, TEXT, within=TOLD_WITHIN)
    assert "批准" in card
    await here.is_told(OUYANG.account, number, TEXT, within=TOLD_WITHIN)
    await here.asks(HE.account, f"批准 {number}", "已批准")
    await here.is_told(LI.account, number, "已批准（批准人：", within=TOLD_WITHIN)
    passed = here.sim.say(GROUP, LI.account, TEXT)
    elsewhere = here.sim.say(OTHER, LI.account, TEXT)
    by_another = here.sim.say(GROUP, WANG.account, TEXT)
    await here.recalled(elsewhere)
    await here.recalled(by_another)
    await stands(here, passed)
    filed = (await permit(here, number))["filed"]
    assert [(one["group"], one["message"]) for one in filed] == [(str(GROUP), str(passed))]
    assert filed[0]["person"]["staff_id"] == LI.staff_id
    assert [one["account"] for one in (await permit(here, number))["approvals"]] == [
        f"qq:{HE.account}"
    ]
    shown = await here.asks(CHEN.account, "申请发布 备案", number)
    assert str(passed) in shown


async def test_text_altered_by_one_character_is_recalled_and_the_difference_shown(
    here: Journey,
) -> None:
    heard = len(here.heard(GROUP))
    message = here.sim.say(GROUP, LI.account, ALTERED)
    await here.recalled(message)
    told = await here.is_told(LI.account, "文本不一致", within=TOLD_WITHIN)
    assert "［三］" in told
    assert "［五］" in told
    outcome = await here.service.command("violations", "--json", "--limit", "1")
    assert "停电" not in str(here.heard(GROUP)[heard:])
    (case,) = outcome.document["items"]
    assert case["article"].startswith("22")
    assert case["state"] == "closed"


async def test_time_ends_what_is_permitted(here: Journey) -> None:
    text = f"{TEXT}（第二号通知）"
    ends = asyncio.get_running_loop().time() + 6
    number = await apply(here, text, f"现在 至 {clock(here.service, 6)}")
    await here.asks(OUYANG.account, f"批准 {number}", "已批准")
    passed = here.sim.say(GROUP, LI.account, text)
    await stands(here, passed)
    await asyncio.sleep(max(0, ends - asyncio.get_running_loop().time()) + 0.2)
    late = here.sim.say(GROUP, LI.account, text)
    await here.recalled(late)
    assert not here.sim.is_recalled(passed)
    await here.is_told(LI.account, f"许可 {number} 已到期", within=TOLD_WITHIN)


async def test_terminal_and_chat_at_once_count_once(here: Journey) -> None:
    number = await apply(here, f"{TEXT}（第三号通知）")
    here.sim.private(HE.account, f"批准 {number}")
    outcome = await here.service.command(
        "permit", "approve", number, "--as", f"qq:{OUYANG.account}"
    )
    await here.is_told(HE.account, number, "批准", within=ANSWERED_WITHIN)
    found = await permit(here, number)
    assert len(found["approvals"]) == 1, outcome
    assert found["state"] == "approved"


async def test_emergency_needs_one_word_now_and_another_afterwards(here: Journey) -> None:
    text = f"{TEXT}（紧急）"
    said = await here.asks(LI.account, f"申请发布 紧急\n群：教务处工作群\n内容：{text}", "已收到")
    number = said.split("已收到发布申请 ")[1].split("，")[0]
    await here.asks(HE.account, f"批准 {number}", "立即生效")
    await stands(here, here.sim.say(GROUP, LI.account, text))
    await here.is_told(OUYANG.account, "请您复核", number, text, within=TOLD_WITHIN)
    await here.asks(HE.account, f"批准 {number}", "须由另一位审批人复核")
    await here.asks(OUYANG.account, f"驳回 {number} 情况不实", "已撤销")
    await here.is_told(LI.account, number, "情况不实", within=TOLD_WITHIN)
    await here.recalled(here.sim.say(GROUP, LI.account, text))


async def test_window_opens_and_closes_by_itself(here: Journey) -> None:
    word, category = "各位关注一下录取分数线的事", "考研成绩已经出来了"
    for text in (word, category):
        await stands(here, here.sim.say(GROUP, WANG.account, text))
    begin, end = clock(here.service, 2), clock(here.service, 6)
    await here.asks(
        FANG.account,
        f"敏感期 新增\n名称：招生季\n时间：{begin} 至 {end}\n类别：undisclosed\n词语：录取分数线",
        "已设置敏感期",
    )
    await asyncio.sleep(2)
    inside = [here.sim.say(GROUP, WANG.account, text) for text in (word, category)]
    for message in inside:
        await here.recalled(message)
    await asyncio.sleep(4)
    await stands(here, here.sim.say(GROUP, WANG.account, word))


@pytest.mark.slow
async def test_permits_outlive_a_restart(tmp_path: Path) -> None:
    plan = group(GROUP, "教务处工作群", LI, HE, OUYANG)
    async with journey(
        tmp_path / "home",
        [plan],
        friends=(LI, HE),
        QUNGUI_APPROVERS=f"qq:{HE.account}",
        QUNGUI_CONFIG=str(configuration(tmp_path / "config")),
    ) as first:
        number = await apply(first, TEXT)
        await first.asks(HE.account, f"批准 {number}", "已批准")
        service = first.service
        await service.kill()
    await service.start()
    try:
        async with connected(service, [plan], friends=(LI, HE)) as again:
            await again.settled()
            await stands(again, again.sim.say(GROUP, LI.account, TEXT))
            await again.recalled(again.sim.say(GROUP, LI.account, ALTERED))
            await again.is_told(LI.account, "文本不一致", within=TOLD_WITHIN)
    finally:
        await service.stop()
