"""An application in one message: whatever its order, the text is taken exactly."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.permits import canonical
from plugins.permits.form import read_form

NOTICE = "各位老师：\n明日停水。\n时间：8点\n地点：三号楼"


def test_template_with_the_text_at_the_end() -> None:
    form = read_form(f"\n事项：停水\n理由：检修\n群：教务群\n时间：明天\n内容：{NOTICE}")
    assert form.parts == {
        "topic": "停水", "reason": "检修", "groups": "教务群", "span": "明天", "text": NOTICE,
    }  # fmt: skip


def test_parts_behind_the_text_are_no_words_of_it() -> None:
    form = read_form(f"事项：停水\n内容：{NOTICE}\n群：教务群\n理由：检修\n时间：明天 8:00 至 9:00")
    assert form.get("text") == NOTICE
    assert form.get("span") == "明天 8:00 至 9:00"
    assert form.get("groups") == "教务群"


def test_everything_on_one_line() -> None:
    form = read_form(
        "事项：停水 内容：明天停水，请储水 群：本群 时间：明天 08:00 至 18:00 理由：检修"
    )
    assert form.parts == {
        "topic": "停水", "text": "明天停水，请储水", "groups": "本群",
        "span": "明天 08:00 至 18:00", "reason": "检修",
    }  # fmt: skip


@pytest.mark.parametrize("rest", ["紧急 三号楼起火，请勿靠近", "紧急\n内容：三号楼起火，请勿靠近"])
def test_emergency_may_be_the_text_alone(rest: str) -> None:
    form = read_form(rest)
    assert form.emergency
    assert form.parts == {"text": "三号楼起火，请勿靠近"}


def test_what_has_no_label_is_no_form() -> None:
    assert read_form("明天停水").parts == {}
    assert read_form("").parts == {}


@given(st.text(max_size=80))
def test_text_at_the_end_is_taken_whatever_it_says(text: str) -> None:
    assume(canonical(text))
    form = read_form(f"事项：停水\n群：本群\n时间：明天\n理由：检修\n发布人：不限\n内容：{text}")
    tail = set(form.parts) - {"topic", "groups", "span", "reason", "posters", "text"}
    assume(not tail)
    assert canonical(form.get("text")) == canonical(text)
