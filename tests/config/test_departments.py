from pathlib import Path

import pytest

from bot.domain.departments import Departments
from bot.domain.errors import BadInputError
from config.departments import load_departments

SHIPPED = Path(__file__).parents[2] / "config"


def load(folder: Path, text: str) -> Departments:
    (folder / "departments.toml").write_text(text, encoding="utf-8")
    return load_departments(folder)


def test_the_shipped_file_is_read() -> None:
    departments = load_departments(SHIPPED)

    assert departments.canonical("学工处") == "学生处"
    assert "天府新区信息职业学院" in departments.organisation_keys


def test_the_names_of_a_roster_are_added(tmp_path: Path) -> None:
    departments = load(tmp_path, '"学生处" = ["学工处"]\n').including(["财务处", "学工处"])

    assert departments.names == ("学生处", "财务处")


def test_an_empty_file_is_fine(tmp_path: Path) -> None:
    assert load(tmp_path, "# 没有别名\n").names == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('"学生处" = "学工处"\n', "方括号"),
        ('"学生处" = [1]\n', "方括号"),
        ('"学生处" = ["学工处", ""]\n', "空名称"),
        ('"学生处" = ["宣传部"]\n"宣传处" = ["宣传部"]\n', "同时属于“学生处”和“宣传处”"),
        ('"学生处" = ["宣传处"]\n"宣传处" = []\n', "同时属于"),
        ('"学生处" = [\n', "第 2 行|末尾|第 1 行"),
        ('[organisation]\nname = "学校"\n', "names"),
        ('organisation = ["学校"]\n', "names"),
    ],
)
def test_a_broken_file_says_where_and_how_to_mend(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(BadInputError, match=complaint) as caught:
        load(tmp_path, text)
    assert "departments.toml" in caught.value.message


def test_a_missing_file_says_where_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"departments\.toml"):
        load_departments(tmp_path)
