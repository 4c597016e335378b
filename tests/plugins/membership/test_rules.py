"""Who belongs in a group, and who may come in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.findings import Finding
from bot.domain.identifiers import AccountKey
from bot.domain.people import Roster
from config.articles import load_articles
from config.paths import INSTALLED
from plugins.membership.rules import MEMBERSHIP, JoinRule
from tests.plugins.scene import (
    CHEN,
    GROUP,
    NEWCOMER,
    SUN,
    WU,
    applied,
    check_citations,
    clearances,
    college,
    findings,
    member,
    posted,
    read,
    standing_case,
)

STANDINGS = [
    # account, card, kind, clause
    (NEWCOMER, "教务处-孙晓", "unknown", "20.1"),
    (NEWCOMER, "教务处-赵敏", "departed", "20.5"),
    (SUN, "财务处-孙悦", "departed", "20.5"),
    (SUN, "随便", "departed", "20.5"),
    (NEWCOMER, "教务处-陈静", "impostor", "19.2"),
    (CHEN, "教务处-张三", "impostor", "19.2"),
]


@pytest.mark.parametrize(("who", "card", "kind", "clause"), STANDINGS)
def test_whoever_does_not_belong_is_found(
    who: AccountKey, card: str, kind: str, clause: str
) -> None:
    (finding,) = findings(MEMBERSHIP.judge(read([member(who, card)]), college()))
    assert (finding.kind, finding.clause) == (kind, clause)
    assert finding.standing
    assert finding.certain


@pytest.mark.parametrize(
    ("who", "card"),
    [(NEWCOMER, "教务处-张三"), (NEWCOMER, "小可爱"), (CHEN, "教务处-陈静"), (CHEN, "小可爱")],
)
def test_colleagues_are_left_to_the_real_name_rule(who: AccountKey, card: str) -> None:
    assert findings(MEMBERSHIP.judge(read([member(who, card)]), college())) == []


def test_a_stranger_is_seen_when_he_speaks() -> None:
    (finding,) = findings(MEMBERSHIP.judge(posted(NEWCOMER, "好", card="教务处-孙晓"), college()))
    assert finding.kind == "unknown"


def test_a_stranger_put_on_the_roster_is_cleared() -> None:
    register = college()
    register.remember_case(standing_case(1, "membership", NEWCOMER, "unknown"))
    event = read([member(NEWCOMER, "教务处-张三")])
    assert clearances(MEMBERSHIP.judge(event, register)) == {NEWCOMER: "实名规范"}


ANSWERS = [
    # answer, kind, staff number of a match or a word of the reason
    ("教务处张三", "matched", "2019001"),
    ("教务处-张三", "matched", "2019001"),
    ("【教务处】张三", "matched", "2019001"),
    ("张三", "matched", "2019001"),
    ("张  三", "matched", "2019001"),
    ("我是张三", "matched", "2019001"),
    ("我是教务处的张三，请通过", "matched", "2019001"),
    ("我是你们教务处的张三", "matched", "2019001"),
    ("张三 教务处", "matched", "2019001"),
    ("教务处张三老师", "matched", "2019001"),
    ("教务处新来的张三", "matched", "2019001"),
    ("教务处职工张三", "matched", "2019001"),
    ("请通过，教务处张三", "matched", "2019001"),
    ("张三，请批准", "matched", "2019001"),
    ("本人张三，教务处教师，麻烦管理员通过一下", "matched", "2019001"),
    ("领导好 教务处张三申请加入本群", "matched", "2019001"),
    ("天府新区信息职业学院教务处张三", "matched", "2019001"),
    ("教务处张三13800000000", "matched", "2019001"),
    ("姓名：张三 部门：教务处 工号：2019001", "matched", "2019001"),
    ("姓名：张三\n部门：教务处", "matched", "2019001"),
    ("張三", "matched", "2019001"),
    ("老师您好，我是信息工程学院的李四，申请入群，谢谢", "matched", "2019002"),
    ("李四（信息工程学院）", "matched", "2019002"),
    ("信工李四", "matched", "2019002"),
    ("新老师李四", "matched", "2019002"),
    ("学工处王芳", "matched", "2019003"),
    ("财务处 王芳", "matched", "2019004"),
    ("图书馆欧阳明月", "matched", "2019005"),
    ("阿依古丽·买买提", "matched", "2019012"),
    ("阿依古丽买买提 学生处", "matched", "2019012"),
    ("工号2019001", "matched", "2019001"),
    ("2019001", "matched", "2019001"),
    ("2019001", "matched", "2019001"),
    ("教务处2019001", "matched", "2019001"),
    ("张三2019001", "matched", "2019001"),
    ("张三 2019-001", "matched", "2019001"),
    ("学生处周杰2019010", "matched", "2019010"),
    ("学生处周杰", "unmatched", "多位"),
    ("王芳", "unmatched", "多位"),
    ("学生处2019001", "unmatched", "不在学生处"),
    ("张三2019002", "unmatched", "不完全相符"),
    ("学生处张三", "unmatched", "不在学生处"),
    ("张三 学生处", "unmatched", "不在学生处"),
    ("某某大学张三", "unmatched", ""),
    ("教务处赵敏", "unmatched", "已离职"),
    ("赵敏", "unmatched", "已离职"),
    ("2019006", "unmatched", "已离职"),
    ("教务处孙晓", "unmatched", "没有孙晓"),
    ("张三的学生", "unmatched", ""),
    ("张三介绍的", "unmatched", ""),
    ("张三老师推荐我来的", "unmatched", ""),
    ("张三助理", "unmatched", "不是本人"),
    ("张三家属", "unmatched", ""),
    ("张三职工", "unmatched", "不是本人"),
    ("张三同意加入", "unmatched", ""),
    ("张三批准入群", "unmatched", ""),
    ("找张三", "unmatched", ""),
    ("替张三加群", "unmatched", ""),
    ("教务处张三、李四", "unmatched", ""),
    ("教务处张三同学", "unmatched", ""),
    ("张三丰", "unmatched", ""),
    ("王老师", "unmatched", ""),
    ("教务处王老师", "unmatched", ""),
    ("教务处", "unmatched", ""),
    ("信息工程学院教师", "unmatched", ""),
    ("zhangsan", "unmatched", ""),
    ("小可爱", "unmatched", ""),
    ("推销", "unmatched", ""),
    ("同事", "unmatched", ""),
    ("让我进去", "unmatched", ""),
    ("你好", "unmatched", ""),
    ("", "unmatched", "未填写"),
    ("   ", "unmatched", "未填写"),
    ("👋👋", "unmatched", ""),
    ("张三" * 200, "unmatched", ""),
    ("教务处陈静", "impostor", "另一个账号"),
    ("陈静", "impostor", "另一个账号"),
    ("我是陈静，请通过", "impostor", "另一个账号"),
    ("2019007", "impostor", "另一个账号"),
]


@pytest.mark.parametrize(("answer", "kind", "telling"), ANSWERS)
def test_an_answer_is_held_against_the_roster(answer: str, kind: str, telling: str) -> None:
    (finding,) = findings(JoinRule().judge(applied(NEWCOMER, answer), college()))
    assert finding.kind == kind, finding.reason
    if kind == "matched":
        assert finding.staff_id == telling
    else:
        assert telling in finding.reason
    assert finding.request_id == "r1"
    assert not finding.standing
    assert len(finding.reason) <= 40


@pytest.mark.parametrize(
    ("who", "answer", "kind"),
    [
        (CHEN, "", "matched"),
        (CHEN, "加我一下", "matched"),
        (CHEN, "教务处陈静", "matched"),
        (CHEN, "2019007", "matched"),
        (CHEN, "教务处张三", "impostor"),
        (SUN, "财务处孙悦", "unmatched"),
        (SUN, "", "unmatched"),
        (WU, "吴敏", "matched"),
    ],
)
def test_a_bound_account_is_known_whatever_it_writes(
    who: AccountKey, answer: str, kind: str
) -> None:
    (finding,) = findings(JoinRule().judge(applied(who, answer), college()))
    assert finding.kind == kind, finding.reason


def test_without_a_roster_every_request_is_put_to_the_owner() -> None:
    register = college()
    register.roster = Roster(())
    (finding,) = findings(JoinRule().judge(applied(NEWCOMER, "教务处张三"), register))
    assert (finding.kind, finding.reason) == ("unmatched", "花名册尚未导入，无法核对")


def test_other_events_are_none_of_the_join_rule() -> None:
    assert list(JoinRule().judge(posted(NEWCOMER, "教务处张三"), college())) == []


def test_the_join_rule_and_the_articles_name_each_other() -> None:
    clauses = load_articles(INSTALLED).clauses
    controls = {key: clause.controls for key, clause in clauses.items()}
    check_citations(JoinRule(), ["19.2"], controls)


ODDMENTS = st.text(
    alphabet="的张三李四王芳陈静教务处学生老师我是请通过介绍让家属09-，。 ·", max_size=20
)


@settings(max_examples=300, deadline=None)
@given(answer=st.one_of(ODDMENTS, st.text(max_size=30)))
def test_every_request_gets_one_answer_and_only_the_free_and_active_come_in(answer: str) -> None:
    register = college()
    (finding,) = JoinRule().judge(applied(NEWCOMER, answer), register)
    assert isinstance(finding, Finding)
    assert finding.kind in JoinRule.kinds
    assert finding.group == GROUP
    if finding.kind == "matched":
        person = register.roster.staff(finding.staff_id or "")
        assert person is not None
        assert person.active
        assert person.accounts == ()
        assert person.name in answer or any(letter.isdigit() for letter in answer)
