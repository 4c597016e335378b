"""Every text people read has exactly the fields the product fills in."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from config.paths import INSTALLED
from config.wording import load_wording, read_texts
from config.wording_fields import FIELDS

SHIPPED = INSTALLED / "wording.toml"


def _folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "wording.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_every_declared_text_is_shipped() -> None:
    assert read_texts(SHIPPED).keys() == FIELDS.keys()


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_every_text_can_be_filled_in(key: str) -> None:
    fields = {name: f"«{name}»" for name in FIELDS[key].split()}
    said = load_wording(INSTALLED).text(key, **fields)
    assert all(value in said for value in fields.values())
    assert "{" not in said


def test_an_organisation_changes_only_what_it_names(tmp_path: Path) -> None:
    folder = _folder(tmp_path, '[remind]\nheader = "请留意。"')
    wording = load_wording(folder)
    assert wording.text("remind.header") == "请留意。"
    assert wording.keys() == FIELDS.keys()


def test_a_folder_without_the_file_has_the_shipped_texts(tmp_path: Path) -> None:
    assert load_wording(tmp_path).text("plan.nothing") == load_wording(INSTALLED).text(
        "plan.nothing"
    )


def test_a_copy_of_the_shipped_file_is_accepted(tmp_path: Path) -> None:
    shutil.copy(SHIPPED, tmp_path)
    assert load_wording(tmp_path).keys() == FIELDS.keys()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[remind]\nheadr = "请"', "您要写的是 remind.header 吗"),
        ('[remind]\nheader = "请{name}"', "不能用占位符 {name}"),
        ('[register]\ndone = "已登记"', "register.done:缺少占位符 {number}"),
        ('[register]\ndone = "{number} {number.__class__}"', "只能写名称"),
        ('[register]\ndone = "{number:>10}"', "只能写名称"),
        ('[register]\ndone = "{number!r}"', "只能写名称"),
        ('[register]\ndone = "{number} {}"', "只能写名称"),
        ('[register]\ndone = "{number"', "花括号不成对"),
        ('[register]\ndone = ""', "不为空"),
        ("[register]\ndone = 3", "不为空"),
        ('[register]\ndone = "{number}' + "长" * 1000 + '"', "缩短到 1000 字"),
        ("[register\ndone = 1", "第 1 行"),
    ],
)
def test_a_wrong_text_is_named_with_its_remedy(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInputError) as caught:
        load_wording(_folder(tmp_path, text))
    assert says in caught.value.message
    assert "wording.toml" in caught.value.message


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wording.toml").write_bytes("[remind]\nheader = '请'".encode("gbk"))
    with pytest.raises(BadInputError, match="UTF-8"):
        load_wording(tmp_path)


@given(st.text())
def test_what_is_filled_in_is_never_read_as_a_field(value: str) -> None:
    said = load_wording(INSTALLED).text("register.done", number=value)
    assert value in said
