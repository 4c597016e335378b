"""What holds for every card and every roster, however odd."""

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.departments import Departments
from bot.domain.identifiers import AccountKey, Platform
from bot.domain.name_cards import card_for
from bot.domain.name_folding import clean, fold, name_key
from bot.domain.names import judge_card
from bot.domain.people import Roster, Staff, StaffStatus, Standing
from tests.bot.domain.college import staff_of_the_college, the_departments, the_roster

SEPARATORS = [
    *"-—–_~·•./|\\+:：，,、;；=*@#&>→★❤丨丶 　",
    *(" - ", "——", "\u200b", "❤️", "】【", ""),
]
FRAGMENTS = [
    *(one.name for one in staff_of_the_college()),
    *the_departments().names,
    *(
        "信工",
        "学工处",
        "老师",
        "主任",
        "13800138000",
        "10001",
        "教学科",
        "小甜甜",
        "🌸",
        "\u202e",
        "ﷺ",
    ),
    *SEPARATORS,
]
SERVING = [one for one in staff_of_the_college() if one.active]
ACCOUNT = AccountKey(Platform.QQ, "12345")

cards = st.text(max_size=40) | st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join)
odd_names = st.text("张三王处长部主任一的教务a1老师·", min_size=1, max_size=5).filter(name_key)
odd_departments = st.sampled_from(
    ["教务处", "教务", "学生处", "信息学院", "信息工程学院", "张处", "一的"]
)


@st.composite
def odd_rosters(draw: st.DrawFn) -> tuple[Staff, ...]:
    people = draw(
        st.lists(
            st.tuples(
                odd_names,
                st.lists(odd_departments, min_size=1, max_size=2, unique=True),
                st.sampled_from(StaffStatus),
            ),
            min_size=1,
            max_size=8,
        )
    )
    return tuple(
        Staff(f"20{index:03}", name, tuple(departments), status)
        for index, (name, departments, status) in enumerate(people)
    )


@given(cards, st.none() | st.just(ACCOUNT))
@example("张三" * 60, None)
@example("\ud800张三\x00", None)
@example("İ教务处ß张三", None)
def test_any_card_gets_a_judgement_and_a_reason(card: str, account: AccountKey | None) -> None:
    judged = judge_card(card, account, the_roster(), the_departments())

    assert judged.standing is not Standing.EXEMPT
    assert judged.reason
    assert (judged.standing is Standing.COMPLIANT) <= (judged.suggestion is None)


@given(cards, st.sampled_from(SERVING) | st.none())
def test_the_suggestion_itself_is_compliant(card: str, owner: Staff | None) -> None:
    roster = Roster.of(staff_of_the_college(), {ACCOUNT: owner.staff_id} if owner else {})

    suggestion = judge_card(card, ACCOUNT, roster, the_departments()).suggestion

    if suggestion is not None:
        again = judge_card(suggestion, ACCOUNT, roster, the_departments())
        assert again.standing is Standing.COMPLIANT


@given(odd_rosters(), st.data())
def test_on_any_roster_everybody_can_be_compliant(
    staff: tuple[Staff, ...], data: st.DataObject
) -> None:
    person = data.draw(st.sampled_from(staff))
    roster = Roster.of(staff, {ACCOUNT: person.staff_id})
    departments = Departments(roster.department_names)
    card = card_for(person, roster, departments)
    assert card is not None

    judged = judge_card(card, ACCOUNT, roster, departments)

    expected = Standing.COMPLIANT if person.active else Standing.DEPARTED
    assert (judged.standing, judged.staff_id) == (expected, person.staff_id)


@given(st.sampled_from(SERVING), st.sampled_from(SEPARATORS), st.sampled_from(SEPARATORS))
def test_separators_and_decoration_make_no_difference(person: Staff, one: str, other: str) -> None:
    card = f"{one}{person.departments[0]}{other}{person.name}{one}"

    assert judge_card(card, None, the_roster(), the_departments()).standing is Standing.COMPLIANT


@given(st.sampled_from(SERVING), st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=4))
def test_a_word_of_unknown_meaning_beside_the_name_is_never_compliant(
    person: Staff, word: str
) -> None:
    department, name = person.departments[0], person.name
    for card in (f"{department}{name}{word}", f"{word}{department}{name}", f"{word}{name}"):
        judged = judge_card(card, None, the_roster(), the_departments())
        assert judged.standing is not Standing.COMPLIANT


@given(st.text(max_size=30))
def test_folding_keeps_every_position(text: str) -> None:
    cleaned = clean(text)

    assert len(fold(cleaned)) == len(cleaned)


@given(st.text(max_size=30))
def test_a_name_key_is_its_own_name_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)
