"""On connecting, the bot reads its groups and judges their members without being asked."""

from pathlib import Path

from tests.journeys.college import LI, WANG, group, seat
from tests.journeys.journey import READ_WITHIN, journey

GROUP = 700100


async def test_members_are_judged_on_connecting_without_being_asked(tmp_path: Path) -> None:
    plan = group(GROUP, "教务处工作群", seat(LI, "小明"), WANG)
    async with journey(tmp_path, [plan]) as here:
        said = await here.hears(GROUP, f"@{LI.account}", within=READ_WITHIN)
        assert LI.card in said
        assert str(WANG.account) not in said
        found = await here.violations(rule="real-name")
        print(found)
