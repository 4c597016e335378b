"""In observe mode nothing is done but recorded; in remind mode the bot speaks and does not act."""

from pathlib import Path

from tests.journeys.college import CHEN, FANG, GONE, HE, LI, STRANGER, WANG, ZHOU, group, seat
from tests.journeys.journey import (
    JOIN_WITHIN,
    READ_WITHIN,
    RECALLED_WITHIN,
    TOLD_WITHIN,
    journey,
    measures_of,
)
from tests.journeys.waiting import stays, until

GROUP = 700900
BAD = "网络赌博，日进斗金"
PLAN = group(GROUP, "教务处工作群", seat(LI, "小明"), WANG, GONE)
FRIENDS = (ZHOU, CHEN, FANG)


async def test_observing_records_everything_and_does_nothing(tmp_path: Path) -> None:
    async with journey(tmp_path, [PLAN], friends=FRIENDS, QUNGUI_MODE="observe") as here:
        message = here.sim.say(GROUP, WANG.account, BAD)
        request = here.sim.join_request(GROUP, STRANGER, "你好")

        async def recorded() -> object:
            return len(await here.violations()) == 4

        await until(recorded, READ_WITHIN, "everything is recorded", every=0.3)
        await stays(
            lambda: (
                not here.sim.is_recalled(message)
                and request.state is None
                and not here.heard(GROUP)
                and not any(here.told(one.account) for one in FRIENDS)
            ),
            RECALLED_WITHIN,
            "nothing is done and nothing is said",
        )
        found = await here.violations()
        assert {one["state"] for one in found} == {"observed"}
        assert len(here.sim.group(GROUP).members) == 6
        assert all(not one["receipt"] for case in found for one in case["measures"])
        assert {one["mode"] for case in found for one in case["measures"]} == {"observe"}


async def test_reminding_speaks_and_never_acts(tmp_path: Path) -> None:
    async with journey(tmp_path, [PLAN], friends=FRIENDS, QUNGUI_MODE="remind") as here:
        await here.hears(GROUP, LI.card, within=READ_WITHIN)
        message = here.sim.say(GROUP, WANG.account, BAD)
        request = here.sim.join_request(GROUP, HE.account, HE.card)
        await here.is_told(ZHOU.account, "入群申请", str(HE.account), within=JOIN_WITHIN)
        assert request.state is None
        said = await here.hears(GROUP, f"@{WANG.account}", within=TOLD_WITHIN)
        assert "已撤回" not in said
        await stays(lambda: not here.sim.is_recalled(message), 1, "nothing is recalled")
        assert not [one for one in here.told(ZHOU.account) if "清理计划" in one]
        assert not here.sim.calls("delete_msg")
        assert not here.sim.calls("set_group_kick")
        assert not here.sim.calls("set_group_ban")
        (recall,) = measures_of(await here.violation(rule="content"), "recall")
        assert recall["state"] == "withheld"


async def test_without_a_roster_nobody_is_judged_by_it(tmp_path: Path) -> None:
    async with journey(tmp_path, [PLAN], people=None, friends=FRIENDS) as here:
        await here.recalled(here.sim.say(GROUP, WANG.account, BAD))
        request = here.sim.join_request(GROUP, STRANGER, "信息工程学院王芳")
        await here.is_told(ZHOU.account, "入群申请", within=TOLD_WITHIN)
        assert request.state is None
        assert {one["rule"] for one in await here.violations()} == {"content", "join"}
        assert all("群规提醒" not in one for one in here.heard(GROUP))
