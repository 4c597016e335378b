"""At night nobody is disturbed but for what is critical; in the evening comes the report."""

from pathlib import Path

from tests.journeys.college import CHEN, FANG, LI, PEOPLE, STRANGER, ZHOU, crowd, group, seat
from tests.journeys.journey import TASK_WITHIN, TOLD_WITHIN, journey, measures_of
from tests.journeys.service import timezone_where_it_is
from tests.journeys.waiting import stays

GROUP = 701200
SPEAKERS = crowd(4)
FRIENDS = (ZHOU, CHEN, FANG)
PLAN = group(GROUP, "教务处工作群", seat(LI, "小明"), *SPEAKERS)
REPORT_WITHIN = 45.0
"""The service looks every half minute which reports are due."""


async def test_quiet_hours_hold_back_everything_but_what_is_critical(tmp_path: Path) -> None:
    async with journey(
        tmp_path,
        [PLAN],
        people=(*PEOPLE, *SPEAKERS),
        friends=FRIENDS,
        QUNGUI_TIMEZONE=timezone_where_it_is(23),
    ) as here:
        serious = here.sim.say(GROUP, SPEAKERS[0].account, "网络赌博，日进斗金")
        request = here.sim.join_request(GROUP, STRANGER, "你好")
        await here.recalled(serious)
        critical = here.sim.say(GROUP, SPEAKERS[1].account, "有人出售枪支，速联系")
        await here.recalled(critical)
        await here.hears(GROUP, f"@{SPEAKERS[1].account}", within=TOLD_WITHIN)
        await here.is_told(CHEN.account, "紧急", within=TOLD_WITHIN)
        await stays(
            lambda: len(here.heard(GROUP)) == 1 and not here.told(ZHOU.account),
            TASK_WITHIN,
            "nobody else is disturbed",
        )
        assert request.state is None
        await here.asks(ZHOU.account, "成员", "需要改正")
        waiting = [
            measure
            for case in await here.violations()
            if case["severity"] != "critical"
            for kind in ("remind", "notify", "ask")
            for measure in measures_of(case, kind)
        ]
        assert len(waiting) == 3
        assert {one["state"] for one in waiting} == {"intended"}


async def test_report_of_the_day_comes_to_owners_and_supervisors(tmp_path: Path) -> None:
    async with journey(
        tmp_path,
        [PLAN],
        people=(*PEOPLE, *SPEAKERS),
        friends=FRIENDS,
        QUNGUI_TIMEZONE=timezone_where_it_is(19),
    ) as here:
        await here.is_told(ZHOU.account, "【日报】", "教务处工作群", within=REPORT_WITHIN)
        await here.is_told(CHEN.account, "【监督日报】", within=TOLD_WITHIN)
        assert not [one for one in here.told(FANG.account) if "日报" in one]
        await here.asks(ZHOU.account, "已阅", "已阅")
