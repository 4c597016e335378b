"""A small college seen through a real register: what the rules' tests look at."""

from collections.abc import Iterable
from datetime import timedelta

from bot.domain.departments import Departments
from bot.domain.events import (
    JoinRequested,
    MemberRenamed,
    MembersRead,
    MessagePosted,
    Part,
    Text,
)
from bot.domain.findings import Clearance, Finding, Judgement, Severity
from bot.domain.groups import Group, Member, MemberList, Role
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.measures import Mode
from bot.domain.people import Roster, Staff, StaffStatus
from bot.domain.rules import Rule
from bot.domain.violations import OpenCase, ViolationState
from bot.engine.register import Register
from tests.commanding import GROUP, NOON, group_state, member, small_register

__all__ = ["GROUP", "NOON", "group_state", "member"]


def account(number: int) -> AccountKey:
    return AccountKey(Platform.QQ, str(number))


CHEN, LIU, SUN, WU = account(7007), account(7008), account(7009), account(7010)
NEWCOMER = account(5555)


def staff() -> tuple[Staff, ...]:
    return (
        Staff("2019001", "张三", ("教务处",)),
        Staff("2019002", "李四", ("信息工程学院",)),
        Staff("2019003", "王芳", ("学生处",)),
        Staff("2019004", "王芳", ("财务处",)),
        Staff("2019005", "欧阳明月", ("图书馆",)),
        Staff("2019006", "赵敏", ("教务处",), StaffStatus.DEPARTED),
        Staff("2019007", "陈静", ("教务处",), accounts=(CHEN,)),
        Staff("2019008", "刘洋", ("财务处", "学生处"), accounts=(LIU,)),
        Staff("2019009", "孙悦", ("财务处",), StaffStatus.DEPARTED, accounts=(SUN,)),
        Staff("2019010", "周杰", ("学生处",)),
        Staff("2019011", "周杰", ("学生处",)),
        Staff("2019012", "阿依古丽·买买提", ("学生处",)),
        Staff("2019013", "吴敏", ("图书馆",), accounts=(WU,)),
    )


def college(members: Iterable[Member] = (), mode: Mode = Mode.ENFORCE) -> Register:
    """A register that knows the staff above and one group of these members."""
    register = small_register(mode)
    register.roster = Roster(staff())
    register.departments = Departments(
        register.roster.department_names, {"学生处": ["学工处"]}, ["天府新区信息职业学院"]
    )
    register.groups = {GROUP: group_state(GROUP, "教务工作群", tuple(members))}
    return register


def read(members: Iterable[Member], *, complete: bool = True) -> MembersRead:
    listed = tuple(members)
    return MembersRead(
        platform=Platform.QQ,
        event_id="read",
        occurred_at=NOON,
        received_at=NOON,
        group=GROUP,
        about=Group(key=GROUP, name="教务工作群"),
        member_list=MemberList(
            members=listed, declared_count=len(listed), complete=complete, read_at=NOON
        ),
    )


def posted(
    author: AccountKey,
    *parts: Part | str,
    card: str = "教务处-张三",
    role: Role = Role.MEMBER,
    age: timedelta = timedelta(),
    late: bool = False,
    by_this_bot: bool = False,
) -> MessagePosted:
    return MessagePosted(
        platform=Platform.QQ,
        event_id="message",
        occurred_at=NOON - age,
        received_at=NOON,
        group=GROUP,
        message_id="m1",
        author=author,
        author_card=card,
        author_role=role,
        parts=tuple(Text(part) if isinstance(part, str) else part for part in parts),
        late=late,
        by_this_bot=by_this_bot,
    )


def renamed(who: AccountKey, card: str) -> MemberRenamed:
    return MemberRenamed(
        platform=Platform.QQ,
        event_id="renamed",
        occurred_at=NOON,
        received_at=NOON,
        group=GROUP,
        account=who,
        old_card="",
        new_card=card,
    )


def applied(who: AccountKey, answer: str) -> JoinRequested:
    return JoinRequested(
        platform=Platform.QQ,
        event_id="join",
        occurred_at=NOON,
        received_at=NOON,
        group=GROUP,
        account=who,
        answer=answer,
        request_id="r1",
    )


def standing_case(
    number: int,
    rule_id: str,
    who: AccountKey,
    kind: str,
    *,
    group: GroupKey = GROUP,
    suggestion: str | None = None,
) -> OpenCase:
    return OpenCase(
        number=number,
        rule_id=rule_id,
        kind=kind,
        clause="20.2",
        group=group,
        account=who,
        severity=Severity.MINOR,
        state=ViolationState.OPEN,
        mode=Mode.ENFORCE,
        opened_at=NOON,
        suggestion=suggestion,
        next_action_at=None,
        due_at=None,
        due_done=False,
        reminders=0,
        standing=True,
    )


def findings(judgements: Iterable[Judgement]) -> list[Finding]:
    return [one for one in judgements if isinstance(one, Finding)]


def clearances(judgements: Iterable[Judgement]) -> dict[AccountKey, str]:
    return {one.account: one.reason for one in judgements if isinstance(one, Clearance)}


def check_citations(rule: Rule, cited: Iterable[str], controls: dict[str, tuple[str, ...]]) -> None:
    """A rule and ``articles.toml`` name each other, and the rule cites nothing else."""
    named = {clause for clause, names in controls.items() if rule.rule_id in names}
    assert set(rule.clauses) == named
    assert set(cited) <= named
