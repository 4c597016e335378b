"""The regulation as data: complete, and refused when it contradicts itself."""

from pathlib import Path

import pytest

from bot.domain.errors import BadInputError
from config.articles import load_articles
from config.paths import INSTALLED

SOUND = """
[categories]
custom = { title = "自定", clauses = ["21.1"] }
[clauses."21.1"]
article = 21
gist = "守法"
who = "群成员"
text = "发布信息必须遵守法律。"
controls = ["content"]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "articles.toml").write_text(text, "utf-8")
    return folder


def test_every_article_that_binds_work_groups_is_there() -> None:
    articles = load_articles(INSTALLED)
    present = {clause.article for clause in articles.clauses.values()}
    assert present == {5, 8, 11, 12, 14, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26}


def test_every_item_of_article_11_has_a_category() -> None:
    articles = load_articles(INSTALLED)
    cited = {clause for category in articles.categories.values() for clause in category.clauses}
    assert {f"11.{item}" for item in range(1, 11)} <= cited
    assert {"secret", "work_secret", "major_event", "advertising", "custom"} <= set(
        articles.categories
    )


def test_a_category_cites_its_first_clause(tmp_path: Path) -> None:
    assert load_articles(written(tmp_path, SOUND)).categories["custom"].clause == "21.1"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('clauses = ["21.1"]', 'clauses = ["21.9"]', "21.9"),
        ('controls = ["content"]', "", "必须写且只写一个"),
        ('controls = ["content"]', 'controls = ["content"]\nhuman_only = "难"', "必须写且只写一个"),
        ("article = 21", "article = 20", "应为 21"),
        ("custom =", "other =", "custom"),
        ('who = "群成员"', "", "who"),
        ("gist", "jist", "jist"),
        ("[categories]", "[categories", "第 2 行"),
    ],
)
def test_a_contradiction_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(BadInputError) as raised:
        load_articles(written(tmp_path, SOUND.replace(old, new)))
    assert told in raised.value.message
    assert "articles.toml" in raised.value.message


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"articles\.toml"):
        load_articles(tmp_path)
