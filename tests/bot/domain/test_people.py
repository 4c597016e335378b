from bot.domain.departments import Departments
from bot.domain.name_cards import LONGEST_CARD_BYTES, card_for
from bot.domain.people import Roster, Staff, StaffStatus

ROSTER = Roster(
    [
        Staff("00123", "买买提·艾力", ("学生处", "教务处")),
        Staff("JG-7", "王小明", ("教务处",)),
        Staff("10003", "王小明", ("教务处",), StaffStatus.DEPARTED),
        Staff("10004", "欧阳小明明", ("财务处",)),
    ]
)


def test_people_are_found_by_name_in_any_spelling() -> None:
    assert [one.staff_id for one in ROSTER.named("買買提．艾力")] == ["00123"]
    assert len(ROSTER.named("王 小明")) == 2
    assert ROSTER.named("") == ()


def test_people_are_found_by_staff_number_in_any_spelling() -> None:
    assert ROSTER.staff("00123") is not None
    assert ROSTER.staff("123") is None
    found = ROSTER.numbered("ｊｇ7")
    assert found is not None
    assert found.staff_id == "JG-7"


def test_the_departments_of_the_roster_come_in_the_order_of_the_file() -> None:
    assert ROSTER.department_names == ("学生处", "教务处", "财务处")


def test_of_two_rows_with_one_staff_number_the_later_counts() -> None:
    roster = Roster([Staff("1", "甲", ("一处",)), Staff("1", "乙", ("二处",))])

    assert len(roster) == 1
    assert roster.named("甲") == ()
    assert [one.name for one in roster] == ["乙"]


def test_similar_names_are_one_slip_apart() -> None:
    def similar(name: str) -> set[str]:
        return {one.name for one in ROSTER.with_similar_name(name)}

    assert similar("王小名") == {"王小明"}
    assert similar("王明小") == {"王小明"}
    assert similar("欧阳小明") == {"欧阳小明明"}
    assert similar("买买提艾") == {"买买提·艾力"}
    assert similar("王小明") == set()
    assert similar("王大名") == set()
    assert similar("王名") == set()


def test_a_department_covers_its_sections_and_nothing_else() -> None:
    departments = Departments(["教务处", "教务处教学科", "信息学院"], {"信息学院": ["信院"]})

    assert departments.covers("教务处", "教务处教学科")
    assert departments.covers("教务处教学科", "教务处")
    assert departments.covers("信院", "信息学院")
    assert not departments.covers("教务处", "教务处长")
    assert not departments.covers("信息学院", "信息工程学院")


def test_a_department_has_one_usual_name() -> None:
    departments = Departments(["学工处", "财务处"], {"学生处": ["学工处"]})

    assert departments.canonical("學工處") == "学生处"
    assert departments.canonical("财务处") == "财务处"
    assert departments.canonical("基建处") is None
    assert departments.including(["基建处"]).canonical("基建处") == "基建处"
    assert departments.including(["基建处"]).canonical("学工处") == "学生处"
    assert departments.names == ("学生处", "财务处")


def test_the_card_of_a_person_uses_the_usual_name_of_the_first_department() -> None:
    departments = Departments(ROSTER.department_names, {"学生工作部(处)": ["学生处"]})
    person = ROSTER.staff("00123")
    assert person is not None

    assert card_for(person, ROSTER, departments) == "学生工作部(处)-买买提·艾力"


def test_the_card_uses_a_short_name_where_the_full_one_does_not_fit() -> None:
    full = "中国特色社会主义理论体系研究与传播协同创新中心"
    person = Staff("1", "迪丽热巴·迪力木拉提", (full,))
    roster = Roster([person])

    short = card_for(person, roster, Departments([full], {full: ["理论研究中心"]}))
    only_long = card_for(person, roster, Departments([full]))

    assert short == "理论研究中心-迪丽热巴·迪力木拉提"
    assert len(short.encode()) <= LONGEST_CARD_BYTES
    assert only_long == f"{full}-迪丽热巴·迪力木拉提"


def test_a_namesake_who_left_needs_no_staff_number_on_the_card() -> None:
    person = ROSTER.staff("JG-7")
    assert person is not None

    assert card_for(person, ROSTER, Departments(ROSTER.department_names)) == "教务处-王小明"


def test_nobody_without_a_department_gets_a_card() -> None:
    person = Staff("1", "甲", ())

    assert card_for(person, Roster([person]), Departments([])) is None
