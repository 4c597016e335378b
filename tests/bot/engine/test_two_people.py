"""Where two people are needed, one human with two accounts is one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.domain.errors import RefusedError
from bot.domain.events import RoleChanged
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey
from bot.domain.measures import MeasureKind
from bot.domain.people import Roster
from bot.engine import decisions, plan_decisions
from data import plans, roles, staff
from tests.bot.engine.scene import (
    ADMIN,
    ADMINISTRATOR,
    GROUP,
    MEMBERS,
    OWNER,
    SECOND,
    SUPERVISOR,
    WANG,
    acts,
    said,
    scene,
)
from tests.bot.engine.stage import Stage, account, person

LEAVERS = MEMBERS[4:]
SECOND_ACCOUNT = account(999)


@pytest.fixture
async def stage(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Stage]:
    """A plan of four waits for two yeses."""
    async with scene(tmp_path, migrated_file, departed=LEAVERS) as opened:
        opened.platform.private |= {SECOND_ACCOUNT, ADMIN, WANG}
        yield opened


async def approvals(stage: Stage) -> tuple[str, list[AccountKey]]:
    async with stage.engine.services.database.reading() as connection:
        (plan, *_) = await plans.list_plans(connection)
    return plan.state.value, [one.account for one in plan.approvals]


async def take_up(stage: Stage) -> None:
    await stage.engine.services.reload()
    await stage.settle()


async def granted(stage: Stage, who: AccountKey, role: str = "administrator") -> None:
    write = stage.engine.services.scribe.write
    await write(lambda work: roles.grant(work, who, role, str(ADMINISTRATOR)))
    await take_up(stage)


async def test_two_different_people_suffice(stage: Stage) -> None:
    await stage.command(OWNER, "批准 P1")
    await stage.command(ADMIN, "批准 P1")
    assert len(acts(stage, MeasureKind.REMOVE)) == len(LEAVERS)


async def test_an_administrator_made_just_now_is_not_the_second(stage: Stage) -> None:
    await granted(stage, SECOND_ACCOUNT)
    await stage.command(ADMINISTRATOR, "批准 P1")
    await stage.command(SECOND_ACCOUNT, "批准 P1")
    assert await approvals(stage) == ("waiting", [ADMINISTRATOR])
    assert said(stage, "未满 24h")


async def test_nor_may_he_go_first(stage: Stage) -> None:
    await granted(stage, SECOND_ACCOUNT)
    await stage.command(SECOND_ACCOUNT, "批准 P1")
    await stage.command(ADMINISTRATOR, "批准 P1")
    assert await approvals(stage) == ("waiting", [ADMINISTRATOR])


async def test_a_role_taken_and_given_again_begins_anew(stage: Stage) -> None:
    await granted(stage, SECOND_ACCOUNT)
    await stage.elapse(timedelta(hours=23))
    write = stage.engine.services.scribe.write
    await write(lambda work: roles.revoke(work, SECOND_ACCOUNT, "administrator", "x"))
    await granted(stage, SECOND_ACCOUNT)
    await stage.elapse(timedelta(hours=2))
    await stage.read(GROUP)
    await stage.command(SECOND_ACCOUNT, "批准 P2")
    assert said(stage, "未满 24h")


async def test_after_a_day_he_counts(stage: Stage) -> None:
    await granted(stage, SECOND_ACCOUNT)
    await stage.elapse(timedelta(hours=24, minutes=1))
    await stage.read(GROUP)
    await stage.command(ADMINISTRATOR, "批准 P2")
    await stage.command(SECOND_ACCOUNT, "批准 P2")
    assert len(acts(stage, MeasureKind.REMOVE)) == len(LEAVERS)


async def test_a_group_admin_made_just_now_is_not_the_second(stage: Stage) -> None:
    """The owner makes his second account an admin; a restart does not make it older."""
    stage.platform.change(GROUP, WANG, role=Role.ADMIN)
    happening = stage.platform._happening()
    await stage.engine.gate.submit(
        RoleChanged(**happening, group=GROUP, account=WANG, role=Role.ADMIN)
    )
    await stage.settle()
    await stage.restart()
    await stage.command(OWNER, "批准 P1")
    await stage.command(WANG, "批准 P1")
    assert await approvals(stage) == ("waiting", [OWNER])


async def test_a_group_admin_found_by_a_reading_is_not_the_second_either(stage: Stage) -> None:
    stage.platform.change(GROUP, WANG, role=Role.ADMIN)
    await stage.read(GROUP)
    await stage.command(WANG, "批准 P1")
    await stage.command(OWNER, "批准 P1")
    assert await approvals(stage) == ("waiting", [OWNER])


async def test_one_person_with_two_accounts_counts_once(stage: Stage) -> None:
    twice = replace(person(100), accounts=(OWNER, ADMIN))
    known = [person(one, departed=one in LEAVERS) for one in MEMBERS]
    await stage.import_staff([twice, *known])
    await stage.command(OWNER, "批准 P1")
    await stage.command(ADMIN, "批准 P1")
    assert await approvals(stage) == ("waiting", [OWNER])


async def test_two_yeses_found_to_be_one_persons_remove_nobody(stage: Stage) -> None:
    """Approved as two, known as one before it is done: the interlock counts persons as well."""
    services = stage.engine.services
    for one in (OWNER, ADMIN):
        await services.scribe.write(
            partial(
                plan_decisions.approve_plan,
                number=1,
                approver=one,
                register=services.register,
                texts=stage.settlement.texts,
            )
        )
    twice = replace(person(100), accounts=(OWNER, ADMIN))
    known = [person(one, departed=one in LEAVERS) for one in MEMBERS]
    services.register.roster = Roster((twice, *known))
    await stage.settle()
    assert acts(stage, MeasureKind.REMOVE) == []


async def test_who_took_another_name_just_now_is_not_the_second(stage: Stage) -> None:
    write = stage.engine.services.scribe.write
    await write(partial(staff.bind, account=SECOND, staff_id="T201", how=staff.BY_CODE))
    await stage.settle()
    await stage.command(ADMINISTRATOR, "批准 P1")
    await stage.command(SECOND, "批准 P1")
    assert await approvals(stage) == ("waiting", [ADMINISTRATOR])


async def test_a_small_plan_needs_no_age(tmp_path: Path, migrated_file: Path) -> None:
    async with scene(tmp_path, migrated_file, departed=[208]) as stage:
        await granted(stage, SECOND_ACCOUNT)
        await stage.command(SECOND_ACCOUNT, "批准 P1")
        assert len(acts(stage, MeasureKind.REMOVE)) == 1


async def test_a_supervisor_made_just_now_ends_no_freeze(stage: Stage) -> None:
    register, write = stage.engine.services.register, stage.engine.services.scribe.write
    await granted(stage, SECOND_ACCOUNT, "supervisor")
    await write(partial(decisions.freeze, by=OWNER, register=register))
    assert not await write(partial(decisions.unfreeze, by=SUPERVISOR, register=register))
    with pytest.raises(RefusedError, match="未满"):
        await write(partial(decisions.unfreeze, by=SECOND_ACCOUNT, register=register))
    assert register.frozen
    assert await write(partial(decisions.unfreeze, by=ADMINISTRATOR, register=register))


async def test_one_person_does_not_end_a_freeze_with_two_accounts(stage: Stage) -> None:
    register, write = stage.engine.services.register, stage.engine.services.scribe.write
    twice = replace(person(400), accounts=(ADMINISTRATOR, SECOND))
    await stage.import_staff([twice])
    await write(partial(decisions.freeze, by=OWNER, register=register))
    await write(partial(decisions.unfreeze, by=ADMINISTRATOR, register=register))
    with pytest.raises(RefusedError, match="已确认过"):
        await write(partial(decisions.unfreeze, by=SECOND, register=register))
    assert register.frozen
