"""What owners do about members, through the router and a real database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import PlatformBusyError
from bot.domain.findings import Finding, Severity
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import MeasureKind, Mode
from bot.domain.people import Roster
from bot.domain.plans import Plan, PlanState, Proposal
from bot.domain.violations import ViolationState
from bot.engine.router import Router
from data import joins, measures, plans, violations
from data.violations import NewViolation
from plugins import membership
from tests.commanding import (
    ADMIN,
    ADMINISTRATOR,
    GROUP,
    MEMBER,
    NOON,
    OTHER_GROUP,
    OTHER_OWNER,
    OWNER,
    SECOND_GROUP,
    STRANGER,
    SUPERVISOR,
    Desk,
    open_desk,
)
from tests.plugins.scene import applied, standing_case

LATER = NOON + timedelta(hours=24)


@dataclass(slots=True)
class Office:
    """The plugin's commands at a desk."""

    desk: Desk
    router: Router

    async def say(self, who: AccountKey, text: str, group: GroupKey | None = None) -> str:
        """The one answer to a command."""
        (said,) = await self.desk.say(self.router, who, text, group)
        return said.text

    async def case(
        self,
        who: AccountKey = MEMBER,
        group: GroupKey = GROUP,
        *,
        rule_id: str = "membership",
        state: ViolationState = ViolationState.WAITING,
    ) -> int:
        finding = Finding(
            rule_id=rule_id, kind="departed", clause="20.5", group=group, account=who, reason="离职"
        )
        new = NewViolation(
            finding=finding,
            severity=Severity.SERIOUS,
            mode=Mode.ENFORCE,
            state=state,
            person_name="王五",
        )
        return await self.desk.services.scribe.write(
            lambda work: violations.open_violation(work, new)
        )

    async def plan(self, *groups: GroupKey, needed: int = 1) -> int:
        people = [
            Proposal(group, MEMBER, await self.case(group=group), "花名册显示王五已离职", "王五")
            for group in groups or (GROUP,)
        ]
        plan = await self.desk.services.scribe.write(
            lambda work: plans.create(work, OWNER, people, needed, LATER)
        )
        return plan.number

    async def application(self, answer: str = "张三的朋友") -> int:
        return await self.desk.services.scribe.write(
            lambda work: joins.hold(work, applied(STRANGER, answer), "unmatched", "查无此人")
        )

    async def saved(self, number: int) -> Plan:
        async with self.desk.database.reading() as connection:
            plan = await plans.get(connection, number)
        assert plan is not None
        return plan

    async def state_of(self, case: int) -> ViolationState:
        async with self.desk.database.reading() as connection:
            record = await violations.get(connection, case)
        assert record is not None
        return record.state

    async def join_state(self, number: int) -> str:
        async with self.desk.database.reading() as connection:
            held = await joins.get(connection, number)
        assert held is not None
        return held.state


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_desk(tmp_path, mode=Mode.ENFORCE) as desk:
        yield Office(desk, desk.router(membership.contribute(desk.services).commands))


# 成员


async def test_the_owner_sees_who_is_not_in_order_and_what_mends_it(office: Office) -> None:
    register = office.desk.register
    register.remember_case(
        standing_case(1, "real-name", MEMBER, "misnamed", suggestion="教务处-王五")
    )
    register.remember_case(standing_case(2, "membership", STRANGER, "departed"))
    text = await office.say(OWNER, "成员")
    assert "需要改正或处理的有 2 人：已离职 1 人、名片不规范 1 人" in text
    assert "教务工作群 教务处-王五：名片不规范，应改为“教务处-王五”" in text
    assert "教务工作群 999：已离职" in text


async def test_the_list_goes_out_in_private_and_the_group_only_learns_the_number(
    office: Office,
) -> None:
    office.desk.register.remember_case(standing_case(1, "real-name", MEMBER, "misnamed"))
    (said,) = await office.desk.say(office.router, OWNER, "成员", GROUP)
    assert said.group is None
    assert said.hint is not None
    assert "1 人" in said.hint
    assert "王五" not in said.hint


async def test_in_a_group_only_that_group_is_shown(office: Office) -> None:
    register = office.desk.register
    register.remember_case(standing_case(1, "real-name", MEMBER, "misnamed", group=OTHER_GROUP))
    assert await office.say(OWNER, "成员", GROUP) == "1 个群共 3 人，都符合要求。"


async def test_an_owner_never_sees_a_group_of_somebody_else(office: Office) -> None:
    register = office.desk.register
    register.remember_case(standing_case(1, "real-name", MEMBER, "misnamed", group=OTHER_GROUP))
    assert "学生工作群" not in await office.say(OWNER, "成员")
    assert "学生工作群" in await office.say(SUPERVISOR, "成员")
    assert "学生工作群" in await office.say(ADMINISTRATOR, "成员")


async def test_at_most_twenty_lines_are_shown(office: Office) -> None:
    for number in range(1, 31):
        who = AccountKey(GROUP.platform, str(9000 + number))
        office.desk.register.remember_case(standing_case(number, "membership", who, "unknown"))
    text = await office.say(OWNER, "成员")
    assert text.count("\n· ") == 20
    assert "另有 10 人" in text


async def test_refreshing_reads_the_callers_groups_again(office: Office) -> None:
    await office.say(OWNER, "成员 刷新")
    assert set(office.desk.read) == {GROUP, SECOND_GROUP}
    office.desk.read.clear()
    await office.say(OWNER, "成员刷新", GROUP)
    assert office.desk.read == [GROUP]


async def test_who_owns_no_group_is_told_where_to_refresh(office: Office) -> None:
    assert "请在要刷新的群里发送" in await office.say(SUPERVISOR, "成员 刷新")
    assert office.desk.read == []


async def test_a_group_that_cannot_be_read_is_named_and_the_rest_is_shown(office: Office) -> None:
    async def read(group: GroupKey) -> None:
        if group == GROUP:
            raise PlatformBusyError("平台繁忙")

    services = replace(office.desk.services, read_members=read)
    router = office.desk.router(membership.contribute(services).commands)
    text = await Office(office.desk, router).say(OWNER, "成员 刷新")
    assert "教务工作群 的成员名单没有读到：平台繁忙" in text
    assert "都符合要求" in text


async def test_without_a_roster_nobody_is_said_to_be_in_order(office: Office) -> None:
    office.desk.register.roster = Roster(())
    assert "还没有导入花名册" in await office.say(OWNER, "成员")


async def test_groups_not_yet_read_are_said(office: Office) -> None:
    office.desk.register.groups[SECOND_GROUP].reading = None
    assert "另有 1 个群还没有读到成员名单" in await office.say(OWNER, "成员")


@pytest.mark.parametrize("command", ["成员", "清理", "批准 P1", "驳回 P1", "已处理 W1", "误报 W1"])
async def test_a_member_is_refused_in_private(office: Office, command: str) -> None:
    await office.plan()
    (said,) = await office.desk.say(office.router, MEMBER, command, GROUP)
    assert said.group is None
    assert "限" in said.text


@pytest.mark.parametrize("command", ["清理", "批准 P1", "驳回 P1", "已处理 W1", "误报 W1"])
async def test_a_supervisor_pulls_no_lever(office: Office, command: str) -> None:
    number = await office.plan()
    assert "限" in await office.say(SUPERVISOR, command)
    assert (await office.saved(number)).state is PlanState.WAITING


# 清理


async def test_waiting_plans_and_applications_are_shown_after_a_fresh_look(office: Office) -> None:
    await office.plan()
    await office.application()
    text = await office.say(OWNER, "清理")
    assert set(office.desk.read) == {GROUP, SECOND_GROUP}
    assert "【清理计划 P1】" in text
    assert "王五（教务工作群）：花名册显示王五已离职" in text
    assert "【入群申请 J1】" in text
    assert "张三的朋友" in text


async def test_with_nothing_to_do_it_says_so(office: Office) -> None:
    assert await office.say(OWNER, "清理") == "目前没有需要清理的成员。"


async def test_matters_of_other_owners_are_not_shown(office: Office) -> None:
    await office.plan(OTHER_GROUP)
    assert "P1" not in await office.say(OWNER, "清理")
    assert "P1" in await office.say(ADMINISTRATOR, "清理")
    assert office.desk.read == [GROUP, SECOND_GROUP]


async def test_the_names_of_a_plan_are_not_said_in_the_group(office: Office) -> None:
    await office.plan()
    (said,) = await office.desk.say(office.router, OWNER, "清理", GROUP)
    assert said.group is None
    assert said.hint is not None
    assert "P1" in said.hint
    assert "王五" not in said.hint


async def test_at_most_five_matters_are_shown_at_once(office: Office) -> None:
    for _ in range(7):
        await office.plan()
    text = await office.say(OWNER, "清理")
    assert text.count("【清理计划") == 5
    assert "另有 2 项" in text


# 批准 and 驳回


@pytest.mark.parametrize("written", ["P1", "p1", "1", "\uff30\uff11", "P001", "编号1", "P-1"])
async def test_a_plan_is_approved_however_its_number_is_written(
    office: Office, written: str
) -> None:
    await office.plan()
    assert "P1 已批准" in await office.say(OWNER, f"批准 {written}")
    plan = await office.saved(1)
    assert plan.state is PlanState.EXECUTING
    assert [given.account for given in plan.approvals] == [OWNER]
    assert len(office.desk.reloads) == 1
    async with office.desk.database.reading() as connection:
        (removal,) = await measures.for_plan(connection, 1)
    assert removal.measure.kind is MeasureKind.REMOVE
    assert removal.measure.account == MEMBER


@pytest.mark.parametrize("written", ["W1", "X1", "P0", "一", "P", "P1a", "-1", "P9999999999"])
async def test_what_is_no_number_is_said_with_an_example(office: Office, written: str) -> None:
    await office.plan()
    text = await office.say(OWNER, f"批准 {written}")
    assert "应形如 P12 或 J12" in text
    assert (await office.saved(1)).state is PlanState.WAITING


async def test_a_second_approval_is_awaited_where_it_is_needed(office: Office) -> None:
    await office.plan(needed=2)
    assert "已有 1 人批准" in await office.say(OWNER, "批准 P1")
    assert (await office.saved(1)).state is PlanState.WAITING
    assert "还需另一位" in await office.say(OWNER, "批准 P1")
    assert "已批准，开始执行" in await office.say(ADMIN, "批准 P1")
    assert (await office.saved(1)).state is PlanState.EXECUTING


async def test_a_plan_over_two_groups_may_be_approved_in_one_of_them(office: Office) -> None:
    await office.plan(GROUP, SECOND_GROUP)
    assert "已批准" in await office.say(OWNER, "批准 P1", GROUP)


async def test_who_manages_only_some_of_the_groups_may_not_approve(office: Office) -> None:
    await office.plan(GROUP, SECOND_GROUP)
    assert "没有需要您处理的 P1" in await office.say(ADMIN, "批准 P1")
    assert (await office.saved(1)).state is PlanState.WAITING


async def test_who_has_just_lost_a_group_may_not_approve_for_it(office: Office) -> None:
    await office.plan(GROUP, SECOND_GROUP)
    office.desk.platform.roles[SECOND_GROUP, OWNER] = Role.MEMBER
    assert "没有需要您处理的 P1" in await office.say(OWNER, "批准 P1", GROUP)
    assert "没有需要您处理的 P1" in await office.say(OWNER, "批准 P1")
    assert (await office.saved(1)).state is PlanState.WAITING


async def test_somebody_elses_plan_and_no_plan_at_all_sound_the_same(office: Office) -> None:
    await office.plan(OTHER_GROUP)
    theirs = await office.say(OWNER, "批准 P1")
    nothing = await office.say(OWNER, "批准 P2")
    assert theirs.replace("P1", "P2") == nothing


async def test_an_administrator_may_approve_everywhere(office: Office) -> None:
    await office.plan(GROUP, OTHER_GROUP)
    assert "已批准" in await office.say(ADMINISTRATOR, "批准 P1")


async def test_a_plan_is_rejected_with_a_reason(office: Office) -> None:
    await office.plan()
    assert "P1 已驳回" in await office.say(OWNER, "驳回 P1 已办理 返聘")
    assert (await office.saved(1)).state is PlanState.REJECTED
    assert "P1 已驳回，无需再批准" in await office.say(OWNER, "批准 P1")


@pytest.mark.parametrize(
    ("command", "state", "kind"),
    [
        ("批准 J1", "approved", MeasureKind.APPROVE_JOIN),
        ("批准 j1", "approved", MeasureKind.APPROVE_JOIN),
        ("批准 1", "approved", MeasureKind.APPROVE_JOIN),
        ("驳回 J1 请实名", "rejected", MeasureKind.REJECT_JOIN),
    ],
)
async def test_an_application_is_decided(
    office: Office, command: str, state: str, kind: MeasureKind
) -> None:
    await office.application()
    assert "入群申请 J1 已" in await office.say(OWNER, command)
    assert await office.join_state(1) == state
    async with office.desk.database.reading() as connection:
        intended = await measures.waiting(connection)
    assert [one.measure.kind for one in intended] == [kind]


async def test_an_application_to_another_group_is_not_ours_to_decide(office: Office) -> None:
    await office.application()
    assert "没有需要您处理的 J1" in await office.say(OTHER_OWNER, "批准 J1")
    assert await office.join_state(1) == joins.WAITING


async def test_a_bare_number_that_fits_both_is_asked_back(office: Office) -> None:
    await office.plan()
    await office.application()
    text = await office.say(OWNER, "批准 1")
    assert "P1 是清理计划" in text
    assert (await office.saved(1)).state is PlanState.WAITING
    assert await office.join_state(1) == joins.WAITING
    await office.say(OWNER, "驳回 P1")
    assert "入群申请 J1 已同意" in await office.say(OWNER, "批准 1")


# 已处理 and 误报


@pytest.mark.parametrize(
    ("command", "state"),
    [
        ("已处理 W1", ViolationState.CLOSED),
        ("已处理 w1 已撤回", ViolationState.CLOSED),
        ("已处理1", ViolationState.CLOSED),
        ("误报 W1", ViolationState.DISMISSED),
    ],
)
async def test_the_owner_settles_a_case(
    office: Office, command: str, state: ViolationState
) -> None:
    number = await office.case()
    assert "W1" in await office.say(OWNER, command)
    assert await office.state_of(number) is state


async def test_a_case_of_another_group_is_not_ours_to_settle(office: Office) -> None:
    number = await office.case(group=OTHER_GROUP)
    assert "没有需要您处理的 W1" in await office.say(OWNER, "误报 W1")
    assert "没有需要您处理的 W9" in await office.say(OWNER, "误报 W9")
    assert await office.state_of(number) is ViolationState.WAITING


async def test_nobody_settles_a_case_about_himself(office: Office) -> None:
    number = await office.case(OWNER, rule_id="content")
    assert "涉及您本人" in await office.say(OWNER, "误报 W1")
    assert await office.state_of(number) is ViolationState.WAITING
    assert "W1" in await office.say(ADMIN, "误报 W1")
    assert await office.state_of(number) is ViolationState.DISMISSED


async def test_an_owner_settles_what_he_registered_himself(office: Office) -> None:
    number = await office.case(OWNER, rule_id="owner-report")
    await office.say(OWNER, "已处理 W1")
    assert await office.state_of(number) is ViolationState.CLOSED
