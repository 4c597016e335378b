"""What an account that is bound to somebody adds to the judgement."""

from bot.domain.departments import Departments
from bot.domain.identifiers import AccountKey, Platform
from bot.domain.names import NameJudgement, judge_card
from bot.domain.people import Roster, Staff, StaffStatus, Standing

ZHANGS = AccountKey(Platform.QQ, "111111")
LIS = AccountKey(Platform.QQ, "222222")
NEW = AccountKey(Platform.QQ, "333333")
LEAVERS = AccountKey(Platform.QQ, "444444")
WANGS_SECOND = AccountKey(Platform.QQ, "555555")

ROSTER = Roster(
    [
        Staff("10001", "张三", ("教务处",), accounts=(ZHANGS,)),
        Staff("10002", "李四", ("信息工程学院",), accounts=(LIS,)),
        Staff("10003", "王五", ("学生处",)),
        Staff("10004", "孙悦", ("学生处",), StaffStatus.DEPARTED, (LEAVERS,)),
        Staff("10005", "王芳", ("财务处",), accounts=(AccountKey(Platform.QQ, "555554"),)),
        Staff("10006", "王芳", ("财务处",), accounts=(WANGS_SECOND,)),
        Staff("10007", "赵云", ("保卫处",), accounts=(AccountKey(Platform.WECOM, "zhaoyun"),)),
    ]
)
DEPARTMENTS = Departments(ROSTER.department_names, {"信息工程学院": ["信工"]})


def judge(card: str, account: AccountKey) -> NameJudgement:
    return judge_card(card, account, ROSTER, DEPARTMENTS)


def test_whatever_the_card_says_the_owner_is_told_the_own_card() -> None:
    for card in ("", "小甜甜", "张三", "张老师", "财务处", "教务处张三丰", "张三-教务处", "Tom"):
        judged = judge(card, ZHANGS)
        assert (judged.standing, judged.suggestion) == (Standing.MISNAMED, "教务处-张三")


def test_a_name_of_nobody_on_a_bound_account_is_a_wrong_name_not_a_stranger() -> None:
    judged = judge("教务处王大锤", ZHANGS)

    assert (judged.standing, judged.suggestion) == (Standing.MISNAMED, "教务处-张三")


def test_the_owner_in_the_wrong_department_is_told_the_right_one() -> None:
    judged = judge("学生处-张三", ZHANGS)

    assert (judged.standing, judged.suggestion) == (Standing.WRONG_DEPARTMENT, "教务处-张三")


def test_an_account_that_names_another_person_is_an_impostor() -> None:
    for card in ("学生处-王五", "王五", "信工李四", "学生处-孙悦"):
        judged = judge(card, ZHANGS)
        assert (judged.standing, judged.staff_id) == (Standing.IMPOSTOR, "10001")
        assert judged.suggestion == "教务处-张三"


def test_a_new_account_that_names_somebody_bound_elsewhere_is_an_impostor() -> None:
    judged = judge("教务处-张三", NEW)

    assert (judged.standing, judged.staff_id, judged.suggestion) == (Standing.IMPOSTOR, None, None)


def test_a_new_account_may_name_somebody_bound_nowhere_on_that_platform() -> None:
    assert judge("学生处-王五", NEW).staff_id == "10003"
    assert judge("保卫处-赵云", NEW).standing is Standing.COMPLIANT


def test_no_card_is_suggested_to_a_stranger_who_only_plays_with_a_bound_name() -> None:
    judged = judge("张三-小甜甜", NEW)

    assert (judged.standing, judged.suggestion) == (Standing.MISNAMED, None)


def test_the_account_tells_namesakes_of_one_department_apart() -> None:
    judged = judge("财务处-王芳", WANGS_SECOND)

    assert (judged.standing, judged.staff_id) == (Standing.COMPLIANT, "10006")


def test_the_suggestion_for_a_namesake_carries_the_staff_number() -> None:
    judged = judge("", WANGS_SECOND)

    assert judged.suggestion == "财务处-王芳(10006)"
    assert judge(judged.suggestion, WANGS_SECOND).standing is Standing.COMPLIANT


def test_an_account_of_somebody_who_left_is_departed_whatever_the_card_says() -> None:
    for card in ("学生处-孙悦", "", "小甜甜", "孙悦", "财务处-孙悦"):
        judged = judge(card, LEAVERS)
        assert (judged.standing, judged.staff_id) == (Standing.DEPARTED, "10004")
        assert judged.suggestion is None


def test_an_account_of_somebody_who_left_that_names_another_is_an_impostor() -> None:
    judged = judge("学生处-王五", LEAVERS)

    assert (judged.standing, judged.suggestion) == (Standing.IMPOSTOR, None)


def test_a_proven_binding_outweighs_the_account_in_the_roster() -> None:
    roster = Roster.of(ROSTER, {NEW: "10001"})

    assert judge_card("教务处-张三", NEW, roster, DEPARTMENTS).standing is Standing.COMPLIANT
    assert roster.bound_to(ZHANGS) is None
    assert judge_card("教务处-张三", ZHANGS, roster, DEPARTMENTS).standing is Standing.IMPOSTOR


def test_a_binding_to_nobody_is_ignored() -> None:
    assert Roster.of(ROSTER, {NEW: "99999"}).bound_to(NEW) is None


def test_who_came_back_owns_the_account_not_the_row_of_the_one_who_left() -> None:
    roster = Roster(
        [
            Staff("20001", "周瑜", ("财务处",), accounts=(NEW,)),
            Staff("10009", "周瑜", ("财务处",), StaffStatus.DEPARTED, (NEW,)),
        ]
    )

    judged = judge_card("财务处-周瑜", NEW, roster, DEPARTMENTS)

    assert (judged.standing, judged.staff_id) == (Standing.COMPLIANT, "20001")
