"""Who shows the wrong card is told the right one, together with others, and not too often."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from config.paths import INSTALLED
from tests.journeys.college import (
    HE,
    LI,
    LIU,
    OUYANG,
    PEOPLE,
    STRANGER,
    SUN,
    WANG,
    ZHOU,
    crowd,
    group,
    outsider,
    seat,
)
from tests.journeys.journey import (
    NOTICED_WITHIN,
    READ_WITHIN,
    Journey,
    connected,
    journey,
    measures_of,
    serving,
)
from tests.journeys.waiting import stays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLUB, CROWDED, CORRECTED, OBEDIENT = 700301, 700302, 700303, 700304
CROWD = crowd(26)
EVERY = "2s"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    plans = [
        group(
            CLUB,
            "教职工之家",
            seat(LI, "小明"),
            seat(WANG, "教务处-王芳"),
            seat(OUYANG, "图书馆 欧阳文君老师"),
            seat(SUN, "悦悦"),
            HE,
            outsider(STRANGER, "路过的人", "教务处-钱多多"),
        ),
        group(CROWDED, "全校通知群", *(seat(one, f"昵称{one.account}") for one in CROWD[:25])),
        group(CORRECTED, "改名片的群", seat(LI, "明明")),
        group(OBEDIENT, "听话的群", seat(LIU, "洋洋")),
    ]
    home = tmp_path_factory.mktemp("reminders")
    async with journey(home, plans, people=(*PEOPLE, *CROWD), friends=(ZHOU, LIU)) as begun:
        yield begun


async def test_misnamed_are_reminded_in_one_message_with_the_card_to_set(here: Journey) -> None:
    said = await here.hears(CLUB, LI.card, within=READ_WITHIN)
    for reminded, card in ((LI, LI.card), (WANG, WANG.card), (SUN, SUN.card)):
        assert f"@{reminded.account}" in said
        assert card in said
    assert f"@{STRANGER}" in said
    for compliant in (OUYANG, HE, ZHOU):
        assert str(compliant.account) not in said
    assert len(here.heard(CLUB)) == 1


async def test_misnamed_unknown_and_mistaken_are_cases_like_any_other(here: Journey) -> None:
    await here.hears(CLUB, LI.card, within=READ_WITHIN)
    cases = {one["person"]["account"]: one for one in await here.violations(group=str(CLUB))}
    assert {(one["rule"], one["state"]) for one in cases.values()} == {
        ("real-name", "open"),
        ("membership", "open"),
    }
    assert cases[str(STRANGER)]["rule"] == "membership"
    assert cases[str(WANG.account)]["person"]["staff_id"] == WANG.staff_id
    assert len({one["number"] for one in cases.values()}) == 4
    for case in cases.values():
        (reminder,) = measures_of(case, "remind")
        assert (reminder["state"], reminder["rung"]) == ("done", "automatic")


async def test_twenty_five_misnamed_are_reminded_in_two_messages(here: Journey) -> None:
    await until(lambda: len(here.heard(CROWDED)) >= 2, READ_WITHIN, "two reminders are said")
    counts = [said.count("@2000") for said in here.heard(CROWDED)]
    assert sorted(counts) == [5, 20]
    mentioned = "".join(here.heard(CROWDED))
    assert all(f"@{one.account}" in mentioned for one in CROWD[:25])


async def test_corrected_card_closes_the_case_at_the_next_reading(here: Journey) -> None:
    await here.hears(CORRECTED, LI.card, within=READ_WITHIN)
    here.sim.rename(CORRECTED, LI.account, LI.card)
    await here.read_again(ZHOU.account, CORRECTED)

    async def closed() -> object:
        return (await here.violation(group=str(CORRECTED)))["state"] == "closed"

    await until(closed, NOTICED_WITHIN, "the case is closed")


async def test_corrected_card_closes_the_case_when_its_owner_speaks(here: Journey) -> None:
    await here.hears(OBEDIENT, LIU.card, within=READ_WITHIN)
    here.sim.rename(OBEDIENT, LIU.account, "信息工程学院 刘洋")
    here.sim.say(OBEDIENT, LIU.account, "改好了")

    async def closed() -> object:
        return (await here.violation(group=str(OBEDIENT)))["state"] == "closed"

    await until(closed, NOTICED_WITHIN, "the case is closed")


async def test_nobody_is_reminded_again_before_the_interval(here: Journey) -> None:
    await here.hears(CLUB, LI.card, within=READ_WITHIN)
    before = len(here.heard(CLUB))
    await here.read_again(ZHOU.account, CLUB)
    here.sim.say(CLUB, LI.account, "大家好")
    await here.sim.cut()
    await here.sim.wait_connected()
    await here.read_again(ZHOU.account, CLUB)
    await stays(
        lambda: all(LI.card not in one for one in here.heard(CLUB)[before:]),
        1,
        "nobody is reminded again",
    )


async def test_restart_neither_repeats_nor_forgets_a_reminder(tmp_path: Path) -> None:
    number = 700305
    plan = group(number, "重启的群", seat(SUN, "小孙"))
    async with serving(tmp_path) as service, connected(service, [plan], friends=(ZHOU,)) as here:
        await here.hears(number, SUN.card, within=READ_WITHIN)
        await service.kill()
        await service.start()
        await until(lambda: here.reads(number) >= 4, READ_WITHIN, "the members are read again")
        await stays(lambda: len(here.heard(number)) == 1, 1, "the reminder is not repeated")
        here.sim.rename(number, SUN.account, SUN.card)
        await here.read_again(ZHOU.account, number)

        async def closed() -> object:
            return (await here.violation(group=str(number)))["state"] == "closed"

        await until(closed, NOTICED_WITHIN, "the case of before the restart is closed")


async def test_who_does_not_correct_it_is_reminded_again_after_the_interval(
    tmp_path: Path,
) -> None:
    number = 700306
    config = tmp_path / "config"
    shutil.copytree(INSTALLED, config, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    policy = config / "policy.toml"
    written = policy.read_text(encoding="utf-8")
    policy.write_text(written.replace('repeat_every = "24h"', f'repeat_every = "{EVERY}"'))
    plan = group(number, "常提醒的群", seat(SUN, "小孙"))
    async with journey(
        tmp_path / "home", [plan], friends=(ZHOU,), QUNGUI_CONFIG=str(config)
    ) as here:
        await here.hears(number, SUN.card, within=READ_WITHIN)

        async def again() -> object:
            await here.read_again(ZHOU.account, number)
            return sum(SUN.card in one for one in here.heard(number)) == 2

        await until(again, 10, "the reminder is repeated", every=0.5)
        assert len(await here.violations()) == 1
