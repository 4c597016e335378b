"""The real-name rule, through a real register."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.events import Event, MessagePosted
from bot.domain.findings import Finding
from bot.domain.groups import Member, Role
from bot.domain.people import Roster, Staff
from bot.domain.rules import Rule
from config.articles import load_articles
from config.paths import INSTALLED
from plugins.membership.rules import MEMBERSHIP
from plugins.real_name.rules import REAL_NAME
from tests.plugins.scene import (
    CHEN,
    GROUP,
    LIU,
    NEWCOMER,
    account,
    check_citations,
    clearances,
    college,
    findings,
    member,
    posted,
    read,
    renamed,
    standing_case,
)

CARDS = [
    # card, kind (None: nothing against it), suggestion
    ("教务处-张三", None, None),
    ("教务处张三", None, None),
    ("【教务处】张三老师", None, None),
    ("学工处 王芳", None, None),
    ("张三", "misnamed", "教务处-张三"),
    ("张三-教务处", "misnamed", "教务处-张三"),
    ("小可爱", "misnamed", None),
    ("", "misnamed", None),
    ("教务处", "misnamed", None),
    ("学生处-张三", "wrong_department", "教务处-张三"),
    ("学生处-周杰", None, None),
]


@pytest.mark.parametrize(("card", "kind", "suggestion"), CARDS)
def test_a_card_is_answered_with_the_exact_card_to_set(
    card: str, kind: str | None, suggestion: str | None
) -> None:
    found = findings(REAL_NAME.judge(read([member(NEWCOMER, card)]), college()))
    if kind is None:
        assert found == []
        return
    (finding,) = found
    assert (finding.kind, finding.suggestion) == (kind, suggestion)
    assert finding.standing
    assert finding.reason
    assert (finding.group, finding.account) == (GROUP, NEWCOMER)


@pytest.mark.parametrize("card", ["教务处-孙晓", "教务处-赵敏", "教务处-陈静"])
def test_unknown_departed_and_impostors_are_left_to_membership(card: str) -> None:
    event = read([member(NEWCOMER, card)])
    assert findings(REAL_NAME.judge(event, college())) == []
    assert len(findings(MEMBERSHIP.judge(event, college()))) == 1


def test_bots_and_exempt_accounts_are_never_judged() -> None:
    register = college()
    register.exempt_accounts |= {NEWCOMER}
    event = read([member(NEWCOMER, "小可爱"), member(account(9), "小助手", is_bot=True)])
    assert list(REAL_NAME.judge(event, register)) == []
    assert list(REAL_NAME.judge(posted(NEWCOMER, "好", card="小可爱"), register)) == []


def test_owners_and_admins_are_asked_for_their_names_like_everybody() -> None:
    event = read([member(account(21), "老大", Role.OWNER), member(account(22), "老二", Role.ADMIN)])
    assert len(findings(REAL_NAME.judge(event, college()))) == 2


@pytest.mark.parametrize(
    "event",
    [
        read([member(NEWCOMER, "小可爱")]),
        posted(NEWCOMER, "好", card="小可爱"),
        renamed(NEWCOMER, "小可爱"),
    ],
)
def test_with_an_empty_roster_nobody_is_judged_and_no_case_closes(event: Event) -> None:
    register = college()
    register.roster = Roster(())
    register.remember_case(standing_case(1, "real-name", CHEN, "misnamed"))
    assert list(REAL_NAME.judge(event, register)) == []


def test_a_corrected_card_closes_the_case_at_the_next_reading() -> None:
    register = college()
    register.remember_case(standing_case(1, "real-name", NEWCOMER, "misnamed"))
    judged = list(REAL_NAME.judge(read([member(NEWCOMER, "教务处-张三")]), register))
    assert clearances(judged) == {NEWCOMER: "实名规范"}
    assert findings(judged) == []


def test_who_is_gone_from_a_complete_list_is_cleared() -> None:
    register = college()
    register.remember_case(standing_case(1, "real-name", NEWCOMER, "misnamed"))
    whole = REAL_NAME.judge(read([member(CHEN, "教务处-陈静")]), register)
    assert clearances(whole) == {NEWCOMER: "已不在群内"}


def test_absence_from_an_incomplete_list_proves_nothing() -> None:
    register = college()
    register.remember_case(standing_case(1, "real-name", NEWCOMER, "misnamed"))
    partial = REAL_NAME.judge(read([member(CHEN, "教务处-陈静")], complete=False), register)
    assert clearances(partial) == {}


def test_who_turns_out_unknown_changes_from_one_rule_to_the_other() -> None:
    register = college()
    register.remember_case(standing_case(1, "real-name", NEWCOMER, "misnamed"))
    event = read([member(NEWCOMER, "教务处-孙晓")])
    assert clearances(REAL_NAME.judge(event, register)) == {NEWCOMER: "不在花名册"}
    assert [one.kind for one in findings(MEMBERSHIP.judge(event, register))] == ["unknown"]


def test_who_becomes_exempt_is_cleared() -> None:
    register = college()
    register.exempt_accounts |= {NEWCOMER}
    register.remember_case(standing_case(1, "real-name", NEWCOMER, "misnamed"))
    cleared = clearances(REAL_NAME.judge(read([member(NEWCOMER, "小可爱")]), register))
    assert cleared == {NEWCOMER: "免于认定"}


def test_a_message_under_the_card_as_last_read_is_not_judged_again() -> None:
    register = college([member(NEWCOMER, "小可爱")])
    assert REAL_NAME.judge(posted(NEWCOMER, "好", card="小可爱"), register) == ()


def test_a_message_under_another_card_is_judged_at_once() -> None:
    register = college([member(NEWCOMER, "小可爱")])
    register.remember_case(standing_case(1, "real-name", NEWCOMER, "misnamed"))
    corrected = list(REAL_NAME.judge(posted(NEWCOMER, "好", card="教务处-张三"), register))
    assert clearances(corrected) == {NEWCOMER: "实名规范"}
    (worse,) = REAL_NAME.judge(posted(NEWCOMER, "好", card="张三"), register)
    assert isinstance(worse, Finding)
    assert worse.suggestion == "教务处-张三"


def test_somebody_not_yet_read_is_judged_by_what_he_shows() -> None:
    judged = findings(REAL_NAME.judge(posted(NEWCOMER, "好", card="小可爱"), college()))
    assert [one.kind for one in judged] == ["misnamed"]


@pytest.mark.parametrize(
    "event",
    [
        posted(NEWCOMER, "好", card="小可爱", late=True),
        posted(NEWCOMER, "好", card="小可爱", by_this_bot=True),
        posted(NEWCOMER, "好", card="  "),
    ],
    ids=["history shows an old card", "the bot itself", "no card was told"],
)
def test_messages_that_show_no_present_card_are_passed_over(event: MessagePosted) -> None:
    assert list(REAL_NAME.judge(event, college())) == []


def test_a_bot_known_from_the_reading_is_not_judged_by_what_it_posts() -> None:
    register = college([member(NEWCOMER, "小助手", is_bot=True)])
    assert list(REAL_NAME.judge(posted(NEWCOMER, "好", card="大助手"), register)) == []


def test_a_changed_card_is_judged_when_the_platform_tells() -> None:
    register = college([member(NEWCOMER, "教务处-张三")])
    assert [one.kind for one in findings(REAL_NAME.judge(renamed(NEWCOMER, "张三"), register))] == [
        "misnamed"
    ]
    assert list(REAL_NAME.judge(renamed(NEWCOMER, ""), register)) == []


def test_the_second_department_of_a_person_is_accepted() -> None:
    assert list(REAL_NAME.judge(read([member(LIU, "学生处-刘洋")]), college())) == []


def test_the_rule_and_the_articles_name_each_other() -> None:
    clauses = load_articles(INSTALLED).clauses
    controls = {key: clause.controls for key, clause in clauses.items()}
    for rule in (REAL_NAME, MEMBERSHIP):
        check_citations(rule, rule.cites.values(), controls)


def _members(cards: list[str]) -> list[Member]:
    return [member(account(40_000 + number), card) for number, card in enumerate(cards)]


WRITTEN = st.one_of(
    st.text(max_size=12),
    st.sampled_from([card for card, _, _ in CARDS]),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "教务处", "学生处", "图书馆", "快乐中心"]),
        st.sampled_from(["", "-", " ", "·", "老师"]),
        st.sampled_from(["张三", "王芳", "赵敏", "陈静", "孙晓", "周杰", "张三丰", ""]),
    ),
)


@settings(max_examples=150, deadline=None)
@given(cards=st.lists(WRITTEN, max_size=6), had=st.sets(st.integers(0, 8)))
def test_no_member_ever_has_two_cases_for_one_fact(cards: list[str], had: set[int]) -> None:
    register = college()
    rules: tuple[Rule, ...] = (REAL_NAME, MEMBERSHIP)
    for number in had:
        rule = rules[number % 2]
        who = account(40_000 + number)
        register.remember_case(standing_case(number, rule.rule_id, who, rule.kinds[0]))
    event = read(_members(cards))
    for rule in rules:
        judged = list(rule.judge(event, register))
        found = {one.account for one in findings(judged)}
        cleared = clearances(judged).keys()
        assert not found & cleared
        # Whoever had a case either still has it for a reason, or is cleared of it.
        assert register.open_cases(rule.rule_id, GROUP) <= found | cleared
        assert all(one.kind in rule.kinds for one in findings(judged))
    both = [findings(rule.judge(event, register)) for rule in rules]
    assert not {one.account for one in both[0]} & {one.account for one in both[1]}


@settings(max_examples=150, deadline=None)
@given(card=WRITTEN)
def test_a_suggested_card_is_itself_in_order(card: str) -> None:
    register = college()
    for finding in findings(REAL_NAME.judge(read([member(NEWCOMER, card)]), register)):
        if finding.suggestion is not None:
            again = read([member(NEWCOMER, finding.suggestion)])
            assert list(REAL_NAME.judge(again, register)) == []
            assert list(MEMBERSHIP.judge(again, register)) == []


def test_a_person_without_department_gets_no_suggestion() -> None:
    register = college()
    register.roster = Roster([Staff("1", "钱多", ())])
    (finding,) = findings(REAL_NAME.judge(read([member(NEWCOMER, "钱多")]), register))
    assert finding.suggestion is None
