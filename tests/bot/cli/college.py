"""What the commands find: two groups of one name and one of another, cases, a plan, a duty."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.events import MembersRead
from bot.domain.findings import Excerpt, Finding, Severity
from bot.domain.groups import Group, Member, MemberList, Role
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey, Platform
from bot.domain.measures import Measure, MeasureKind, MeasureState, Mode, Receipt, ReceiptHow
from bot.domain.plans import Proposal
from bot.domain.violations import ViolationState
from data import duties, groups, measures, plans, violations
from data.excerpts import Vault
from data.ledger import Work
from data.measures import MeasureContext
from data.violations import NewViolation
from tests.bot.cli.terminal import Terminal

TEACHERS = GroupKey(Platform.QQ, "60001")
STAFF = GroupKey(Platform.QQ, "60002")
OTHER = GroupKey(Platform.QQ, "60003")
FORMULA = "=HYPERLINK(1)"

OLD = datetime(2026, 1, 10, 4, 0, tzinfo=UTC)


def account(number: int) -> AccountKey:
    return AccountKey(Platform.QQ, str(number))


OWNER, ADMIN, LEAVER, STRANGER = account(10001), account(10002), account(10005), account(20001)


def _reading(group: GroupKey, name: str, owner: AccountKey, at: datetime) -> MembersRead:
    members = (
        Member(account=owner, card="教务处-张三", role=Role.OWNER),
        Member(account=ADMIN, card="信息工程系-李四", role=Role.ADMIN),
        Member(account=LEAVER, card="学生处-钱六", role=Role.MEMBER),
        Member(account=STRANGER, card=FORMULA, role=Role.MEMBER),
    )
    return MembersRead(
        platform=Platform.QQ,
        event_id=f"r{group.id}",
        occurred_at=at,
        received_at=at,
        group=group,
        about=Group(key=group, name=name, member_count=len(members)),
        member_list=MemberList(
            members=members, declared_count=len(members), complete=True, read_at=at
        ),
    )


def _case(**changes: Any) -> NewViolation:
    found = Finding(
        rule_id="real-name",
        kind="misnamed",
        clause="20.1",
        group=TEACHERS,
        account=STRANGER,
        reason="名片不是部门加姓名",
        standing=True,
    )
    return NewViolation(
        finding=replace(found, **changes),
        severity=Severity.MINOR,
        mode=Mode.ENFORCE,
        state=ViolationState.OPEN,
        person_name=FORMULA,
    )


def settle(terminal: Terminal) -> None:
    """Groups; W1 an old open case, W2 a recalled message with an excerpt, W3 behind plan P1."""
    vault = Vault(terminal.home / "keys")

    async def first(work: Work) -> None:
        await violations.open_violation(work, _case())

    async def then(work: Work) -> None:
        for group, name in ((TEACHERS, "教师群"), (STAFF, "职工群"), (OTHER, "职工群")):
            reading = _reading(group, name, OWNER, work.now)
            await groups.save_reading(work, reading, Role.ADMIN, OWNER, 4)
        await _recalled(work, vault)
        await _planned(work)
        day = work.now.date().isoformat()
        due = work.now + timedelta(hours=1)
        await duties.open_duty(work, "daily-look", OWNER, [TEACHERS], day=day, due_at=due)

    terminal.keep(first, OLD)
    terminal.keep(then)


async def _recalled(work: Work, vault: Vault) -> None:
    found = replace(
        _case(rule_id="content", kind="hit", clause="21.2", standing=False),
        severity=Severity.SERIOUS,
        state=ViolationState.CLOSED,
        person_name="张三",
        department="教务处",
    )
    found = replace(
        found,
        finding=replace(
            found.finding,
            account=OWNER,
            staff_id="T001",
            category="advertising",
            message=MessageKey(TEACHERS, "m1"),
        ),
    )
    number = await violations.open_violation(work, found)
    await vault.seal(work, number, Excerpt("可代开发票", 1, 5, "0" * 64))
    recall = Measure(
        kind=MeasureKind.RECALL,
        group=TEACHERS,
        account=OWNER,
        mode=Mode.ENFORCE,
        message=MessageKey(TEACHERS, "m1"),
    )
    (identifier,) = await measures.add(work, [(recall, MeasureContext(violation=number))])
    receipt = Receipt(ReceiptHow.READ_BACK, work.now, "消息已不在群中")
    await measures.finish(work, identifier, MeasureState.DONE, receipt=receipt)


async def _planned(work: Work) -> None:
    case = _case(rule_id="membership", kind="departed", clause="20.2", account=LEAVER)
    number = await violations.open_violation(work, replace(case, state=ViolationState.WAITING))
    proposal = Proposal(TEACHERS, LEAVER, number, "已离职", "钱六")
    await plans.create(work, OWNER, [proposal], 1, work.now + timedelta(hours=24))
