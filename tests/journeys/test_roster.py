"""An applied roster is noticed within seconds; one that cannot be true changes nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.journeys.college import CHEN, FANG, LI, PEOPLE, WANG, ZHOU, crowd, group, write_roster
from tests.journeys.journey import (
    NOTICED_WITHIN,
    PROPOSED_WITHIN,
    Journey,
    apply_roster,
    journey,
)
from tests.journeys.service import Outcome
from tests.journeys.waiting import stays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP = 701000
CROWD = crowd(40)
EVERYBODY = (*PEOPLE, *CROWD)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    plan = group(GROUP, "教务处工作群", LI, WANG, *CROWD)
    home = tmp_path_factory.mktemp("roster")
    async with journey(home, [plan], people=EVERYBODY, friends=(ZHOU, CHEN, FANG)) as begun:
        yield begun


async def imported(here: Journey, name: str, *options: str) -> Outcome:
    path = str(here.service.home / name)
    return await here.service.command("roster", "import", path, "--json", *options)


async def staff(here: Journey) -> list[dict[str, object]]:
    outcome = await here.service.command("roster", "show", "--json")
    assert outcome.code == 0, outcome.err
    items: list[dict[str, object]] = outcome.document["items"]
    return items


async def test_half_empty_roster_is_held_and_nobody_is_removed_or_reminded(here: Journey) -> None:
    before, heard = await staff(here), len(here.heard(GROUP))
    write_roster(EVERYBODY[: len(EVERYBODY) // 2], here.service.home / "half.csv")
    outcome = await imported(here, "half.csv", "--apply")
    assert outcome.code == 3
    assert outcome.document["verdict"] == "held"
    assert await staff(here) == before
    await stays(lambda: len(here.heard(GROUP)) == heard, NOTICED_WITHIN, "nobody is reminded")
    assert await here.violations() == []


async def test_roster_that_makes_many_leave_at_once_is_held(here: Journey) -> None:
    gone = [replace(one, departed=True) for one in CROWD[:15]]
    write_roster((*PEOPLE, *CROWD[15:], *gone), here.service.home / "many.csv")
    outcome = await imported(here, "many.csv", "--apply")
    assert outcome.code == 3
    assert outcome.document["departed"] in (15, len(gone))
    assert here.told(ZHOU.account) == []


async def test_plan_without_apply_changes_nothing(here: Journey) -> None:
    before = await staff(here)
    write_roster(
        (*EVERYBODY, replace(LI, staff_id="20990001", account=0, name="新来的")),
        here.service.home / "plan.csv",
    )
    outcome = await imported(here, "plan.csv")
    assert (outcome.code, outcome.document["verdict"]) == (0, "ok")
    assert outcome.document["added"] == 1
    assert await staff(here) == before


async def test_file_that_is_no_roster_is_bad_input(here: Journey) -> None:
    (here.service.home / "letter.csv").write_text("尊敬的领导，您好！", encoding="utf-8")
    outcome = await imported(here, "letter.csv", "--apply")
    assert outcome.code in (2, 3)
    assert "letter.csv" in outcome.err or "表头" in outcome.err + outcome.out
    missing = await imported(here, "nowhere.csv", "--apply")
    assert missing.code == 2
    assert "nowhere.csv" in missing.err


async def test_applied_roster_is_noticed_by_the_running_service(here: Journey) -> None:
    moved = replace(LI, department="财务处")
    others = tuple(one for one in EVERYBODY if one != LI)
    await apply_roster(here.service, (*others, moved), "moved.csv")
    said = await here.hears(GROUP, moved.card, within=NOTICED_WITHIN)
    assert f"@{LI.account}" in said
    await apply_roster(here.service, EVERYBODY, "back.csv")

    async def closed() -> object:
        return [one["state"] for one in await here.violations()] == ["closed"]

    await until(closed, 2 * NOTICED_WITHIN, "the case is closed", every=0.3)


async def test_leaver_is_proposed_once_the_roster_says_so(here: Journey) -> None:
    gone = replace(CROWD[3], departed=True)
    others = tuple(one for one in EVERYBODY if one != CROWD[3])
    await apply_roster(here.service, (*others, gone), "leaver.csv")
    await here.is_told(ZHOU.account, "清理计划", gone.name, within=PROPOSED_WITHIN)
    assert gone.account in here.sim.group(GROUP).members


async def test_one_who_is_merely_missing_from_the_roster_is_not_taken_for_gone(
    here: Journey,
) -> None:
    told = len(here.told(ZHOU.account))
    gone = replace(CROWD[3], departed=True)
    others = tuple(one for one in EVERYBODY if one not in (CROWD[3], CROWD[4]))
    await apply_roster(here.service, (*others, gone), "missing.csv")
    await here.read_again(ZHOU.account, GROUP)
    plans = [one for one in here.told(ZHOU.account)[told:] if "清理计划" in one]
    assert plans == []
