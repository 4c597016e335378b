"""Who has left the college is proposed, approved, removed, read back, and only then done."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.simulator.groups import GroupPlan, Habit, Seat
from tests.journeys.college import (
    CHEN,
    FANG,
    GONE,
    HE,
    LI,
    PEOPLE,
    WANG,
    Person,
    crowd,
    group,
    seat,
)
from tests.journeys.journey import (
    ANSWERED_WITHIN,
    PROPOSED_WITHIN,
    READ_WITHIN,
    REMOVED_WITHIN,
    Journey,
    apply_roster,
    journey,
    measures_of,
    number_in,
)
from tests.journeys.waiting import stays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

_CROWD = crowd(60)
OWNERS = _CROWD[:14]
"""One a group, so that every group has a plan of its own."""
ADMINS = _CROWD[14:28]
LEAVERS = tuple(replace(one, departed=True) for one in _CROWD[28:])
STAYING = (LI, WANG, HE)
ROBOT = 2_854_000_000

PLAIN, CLAIMED, REJECTED, MASS, PROMOTED, CUT, LEFT, RETURNED, BARRED, PROTECTED, QUEUED = range(11)
LEAVER = {name: LEAVERS[name] for name in range(11)}
MANY = LEAVERS[12:17]
THREE = LEAVERS[17:20]


def number_of(name: int) -> int:
    return 700500 + name


def _group(name: int, *seats: Seat | Person) -> GroupPlan:
    return group(
        number_of(name),
        f"第{name}工作群",
        *STAYING,
        *(seats or (LEAVER[name],)),
        owner=OWNERS[name],
        admins=(ADMINS[name],),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    home = tmp_path_factory.mktemp("departures")
    usual = [_group(name) for name in range(11) if name not in (MASS, PROTECTED, QUEUED)]
    robot = Seat(ROBOT, "群管家", "", "member", Habit.ROBOT)
    gone_admin = replace(seat(LEAVERS[20]), role="admin")
    protected = _group(PROTECTED, LEAVER[PROTECTED], gone_admin, robot)
    plans = [*usual, _group(MASS, *MANY), protected, _group(QUEUED, *THREE)]
    friends = (*OWNERS, *ADMINS, LI, CHEN, FANG)
    async with journey(
        home, plans, people=(*PEOPLE, *_CROWD[:28], *LEAVERS), friends=friends
    ) as up:
        yield up


async def proposed(here: Journey, name: int) -> str:
    """Wait until the owner is asked; returns the number of his plan."""
    said = await here.is_told(OWNERS[name].account, "清理计划", within=READ_WITHIN)
    return number_in(said)


async def let_a_day_pass(here: Journey) -> None:
    """What was to run out in a day has run out: the shortest the policy allows is ten minutes."""
    await here.service.stop()
    yesterday = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    with sqlite3.connect(here.service.home / "qungui.db") as database:
        database.execute("UPDATE plans SET expires_at = ?", (yesterday,))
    database.close()
    await here.service.start()
    await here.sim.wait_connected()


def is_in(here: Journey, name: int, person: Person | None = None) -> bool:
    return (person or LEAVER[name]).account in here.sim.group(number_of(name)).members


async def ended(here: Journey, name: int, state: str) -> dict[str, object]:
    """Wait until the removal from a group ended so."""
    found: list[dict[str, object]] = []

    async def over() -> object:
        case = await here.violation(group=str(number_of(name)), rule="membership")
        found[:] = measures_of(case, "remove")
        return found and found[0]["state"] == state

    await until(over, REMOVED_WITHIN, f"the removal is {state}", every=0.2)
    return found[0]


async def test_departed_member_is_removed_only_after_the_owner_approves(here: Journey) -> None:
    number = await proposed(here, PLAIN)
    plan = await here.plan(number)
    assert plan["state"] == "waiting"
    assert [one["person"]["staff_id"] for one in plan["people"]] == [LEAVER[PLAIN].staff_id]
    assert is_in(here, PLAIN)
    await here.asks(OWNERS[PLAIN].account, f"批准 {number}", number)
    await until(lambda: not is_in(here, PLAIN), REMOVED_WITHIN, "the departed member is removed")
    removal = await ended(here, PLAIN, "done")
    assert removal["receipt"]
    await here.is_told(OWNERS[PLAIN].account, number, "1 人", within=ANSWERED_WITHIN)
    plan = await here.plan(number)
    assert plan["state"] == "done"
    assert plan["approvals"][0]["account"].endswith(str(OWNERS[PLAIN].account))
    for one in STAYING:
        assert is_in(here, PLAIN, one)


async def test_removal_that_only_claims_success_is_never_done(here: Journey) -> None:
    number = await proposed(here, CLAIMED)
    here.sim.faults.kick_without_effect = True
    await here.asks(OWNERS[CLAIMED].account, f"批准 {number}", number)
    removal = await ended(here, CLAIMED, "refused")
    here.sim.faults.kick_without_effect = False
    assert removal["receipt"] is None
    assert is_in(here, CLAIMED)
    await here.is_told(OWNERS[CLAIMED].account, "请您在群里移出", within=ANSWERED_WITHIN)
    plan = await here.plan(number)
    (person,) = plan["people"]
    assert plan["state"] != "done"
    assert person["state"] != "done"


async def test_rejected_plan_removes_nobody_and_is_not_proposed_again(here: Journey) -> None:
    number = await proposed(here, REJECTED)
    owner = OWNERS[REJECTED].account
    await here.asks(owner, f"驳回 {number} 已返聘", number)
    assert (await here.plan(number))["state"] == "rejected"
    before = len(here.told(owner))
    await here.read_again(owner, number_of(REJECTED))
    await stays(
        lambda: all("清理计划" not in one for one in here.told(owner)[before:]),
        1,
        "it is not proposed again",
    )
    assert is_in(here, REJECTED)


async def test_many_removals_need_two_different_people(here: Journey) -> None:
    number = await proposed(here, MASS)
    assert (await here.plan(number))["needed"] == 2
    await here.asks(OWNERS[MASS].account, f"批准 {number}", "另一位")
    await here.asks(OWNERS[MASS].account, f"批准 {number}", number)
    await stays(
        lambda: all(is_in(here, MASS, one) for one in MANY), 1, "one person's yes is not enough"
    )
    await here.asks(ADMINS[MASS].account, f"批准 {number}", number)
    await until(
        lambda: not any(is_in(here, MASS, one) for one in MANY),
        REMOVED_WITHIN,
        "all are removed",
    )


async def test_one_who_became_admin_meanwhile_is_not_removed(here: Journey) -> None:
    number = await proposed(here, PROMOTED)
    here.sim.faults.dropped = {"notice.group_admin": 1.0}
    here.sim.promote(number_of(PROMOTED), LEAVER[PROMOTED].account)
    await here.sim.drained()
    here.sim.faults.dropped = {}
    await here.asks(OWNERS[PROMOTED].account, f"批准 {number}", number)
    await ended(here, PROMOTED, "withheld")
    assert is_in(here, PROMOTED)


async def test_nobody_is_removed_on_an_incomplete_list(here: Journey) -> None:
    number = await proposed(here, CUT)
    here.sim.faults.truncated_member_list = 3
    await here.read_again(OWNERS[CUT].account, number_of(CUT))
    owner = OWNERS[CUT].account
    await here.asks(owner, f"批准 {number}", "不完整")
    assert (await here.plan(number))["state"] == "waiting"
    assert is_in(here, CUT)
    here.sim.faults.truncated_member_list = None
    await here.read_again(owner, number_of(CUT))
    await here.asks(owner, f"批准 {number}", number)
    await until(lambda: not is_in(here, CUT), REMOVED_WITHIN, "the departed member is removed")


async def test_one_who_left_by_himself_is_not_looked_for(here: Journey) -> None:
    number = await proposed(here, LEFT)
    here.sim.leave(number_of(LEFT), LEAVER[LEFT].account)

    async def closed() -> object:
        case = await here.violation(group=str(number_of(LEFT)), rule="membership")
        return case["state"] == "closed"

    await until(closed, ANSWERED_WITHIN, "the case is closed")
    await here.asks(OWNERS[LEFT].account, f"批准 {number}", number)
    kicks = [call.params["user_id"] for call in here.sim.calls("set_group_kick")]
    assert str(LEAVER[LEFT].account) not in map(str, kicks)


async def test_nobody_but_a_manager_of_the_group_approves(here: Journey) -> None:
    number = await proposed(here, BARRED)
    for account in (LI.account, OWNERS[PLAIN].account, CHEN.account):
        here.sim.private(account, f"批准 {number}")
    await stays(lambda: is_in(here, BARRED), 2, "nobody else's word counts")
    assert (await here.plan(number))["state"] == "waiting"


async def test_owners_admins_and_bots_are_never_proposed(here: Journey) -> None:
    number = await proposed(here, PROTECTED)
    people = (await here.plan(number))["people"]
    assert [one["person"]["account"] for one in people] == [str(LEAVER[PROTECTED].account)]
    await here.is_told(CHEN.account, "上报", LEAVERS[20].name, within=PROPOSED_WITHIN)


async def test_plan_of_three_is_carried_out_by_one_approval_in_the_group(here: Journey) -> None:
    number = await proposed(here, QUEUED)
    here.sim.say(number_of(QUEUED), ADMINS[QUEUED].account, f"批准 {number}")
    await until(
        lambda: not any(is_in(here, QUEUED, one) for one in THREE),
        REMOVED_WITHIN,
        "all three are removed",
    )


async def test_one_who_is_on_the_roster_again_is_not_removed(here: Journey) -> None:
    number = await proposed(here, RETURNED)
    back = replace(LEAVER[RETURNED], departed=False)
    others = (one for one in LEAVERS if one != LEAVER[RETURNED])
    await apply_roster(here.service, (*PEOPLE, *OWNERS, *ADMINS, *others, back), "again.csv")

    async def closed() -> object:
        case = await here.violation(group=str(number_of(RETURNED)), rule="membership")
        return case["state"] == "closed"

    await until(closed, 2 * ANSWERED_WITHIN, "the case is closed")
    await here.asks(OWNERS[RETURNED].account, f"批准 {number}", number)
    await stays(lambda: is_in(here, RETURNED), 2, "he stays")


async def test_plan_that_nobody_approves_in_time_removes_nobody(tmp_path: Path) -> None:
    plan = group(700590, "过期的群", LI, GONE, owner=OWNERS[0], admins=())
    people = (*PEOPLE, *OWNERS)
    async with journey(tmp_path, [plan], people=people, friends=(OWNERS[0],)) as short:
        number = await proposed(short, 0)
        await let_a_day_pass(short)

        answer = await short.asks(OWNERS[0].account, f"批准 {number}", number)
        assert "过期" in answer
        await stays(lambda: GONE.account in short.sim.group(700590).members, 1, "he stays")
        assert not short.sim.calls("set_group_kick")
