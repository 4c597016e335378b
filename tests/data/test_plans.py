from datetime import timedelta

import pytest

from bot.domain.errors import BadInputError, HeldError, RefusedError
from bot.domain.plans import Approval, Plan, PlanState, Proposal
from data import plans
from data.database import Database
from tests.data.samples import HOUR, MEMBER, NOW, OTHER, OWNER, STAFF, TEACHERS

FIRST = Proposal(TEACHERS, MEMBER, 1, "已离职", "李四")
SECOND = Proposal(STAFF, OTHER, 2, "不在花名册", "赵六")


async def _create(database: Database, *people: Proposal) -> Plan:
    async with database.transaction(NOW) as work:
        return await plans.create(work, OWNER, people, 1, NOW + 24 * HOUR)


async def _approve(database: Database, plan: Plan, fingerprint: str | None = None) -> Plan:
    async with database.transaction(NOW + HOUR) as work:
        approval = Approval(OWNER, work.now, fingerprint or plan.fingerprint)
        return await plans.approve(work, plan.number, approval)


async def _move(database: Database, plan: Plan, *states: PlanState) -> None:
    async with database.transaction(NOW) as work:
        for state in states:
            await plans.move(work, plan.number, state, "因为")


async def test_plan_comes_back_with_people_and_approvals(database: Database) -> None:
    plan = await _create(database, SECOND, FIRST)
    approved = await _approve(database, plan)
    assert plan.people == (FIRST, SECOND)
    assert approved.approvals == (Approval(OWNER, NOW + HOUR, plan.fingerprint),)
    async with database.reading() as connection:
        assert await plans.get(connection, plan.number) == approved
        assert await plans.get(connection, 404) is None


async def test_plan_for_nobody_is_refused(database: Database) -> None:
    with pytest.raises(BadInputError):
        await _create(database)


async def test_person_named_twice_is_in_the_plan_once(database: Database) -> None:
    assert (await _create(database, FIRST, FIRST)).people == (FIRST,)


async def test_approval_of_something_else_is_held(database: Database) -> None:
    plan = await _create(database, FIRST)
    with pytest.raises(HeldError, match="内容已变化"):
        await _approve(database, plan, "0" * 64)


async def test_second_yes_of_one_person_is_refused(database: Database) -> None:
    plan = await _create(database, FIRST)
    await _approve(database, plan)
    with pytest.raises(RefusedError, match="已批准过"):
        await _approve(database, plan)


async def test_plan_that_was_rejected_takes_no_approval(database: Database) -> None:
    plan = await _create(database, FIRST)
    await _move(database, plan, PlanState.REJECTED)
    with pytest.raises(RefusedError, match="已驳回"):
        await _approve(database, plan)


async def test_plan_goes_its_way_and_not_back(database: Database) -> None:
    plan = await _create(database, FIRST)
    states = (PlanState.APPROVED, PlanState.APPROVED, PlanState.EXECUTING, PlanState.DONE)
    await _move(database, plan, *states)
    with pytest.raises(RefusedError, match="已完成"):
        await _move(database, plan, PlanState.WAITING)


async def test_waiting_plan_is_never_carried_out_directly(database: Database) -> None:
    plan = await _create(database, FIRST)
    for state in (PlanState.EXECUTING, PlanState.DONE):
        with pytest.raises(RefusedError, match="待批准"):
            await _move(database, plan, state)


async def test_waiting_plans_by_owner_and_group(database: Database) -> None:
    first, second = await _create(database, FIRST), await _create(database, SECOND)
    decided = await _create(database, FIRST)
    await _move(database, decided, PlanState.REJECTED)
    async with database.reading() as connection:
        assert await plans.waiting(connection) == [first, second]
        assert await plans.waiting(connection, OWNER) == [first, second]
        assert await plans.waiting(connection, OTHER) == []
        assert await plans.waiting(connection, groups=[STAFF]) == [second]
        assert await plans.waiting(connection, groups=[]) == []
        numbers = [plan.number for plan in await plans.list_plans(connection)]
    assert numbers == [first.number, second.number, decided.number]


async def test_people_proposed_lately(database: Database) -> None:
    first, second = await _create(database, FIRST), await _create(database, SECOND)
    both = {(TEACHERS, MEMBER), (STAFF, OTHER)}
    async with database.reading() as connection:
        assert await plans.proposed_lately(connection, NOW + HOUR) == both
    await _move(database, second, PlanState.REJECTED)
    await _move(database, first, PlanState.EXPIRED)
    async with database.reading() as connection:
        assert await plans.proposed_lately(connection, NOW) == {(STAFF, OTHER)}
        later = NOW + timedelta(microseconds=1)
        assert await plans.proposed_lately(connection, later) == set()


async def test_every_step_of_a_plan_is_a_link(database: Database) -> None:
    async with database.transaction(NOW) as work:
        plan = await plans.create(work, None, [FIRST], 1, NOW + HOUR)
        await plans.approve(work, plan.number, Approval(OWNER, NOW, plan.fingerprint))
        await plans.move(work, plan.number, PlanState.APPROVED)
        assert [kind for kind, _, _ in work.links] == ["plan", "approval", "plan_state"]
