"""Which spellings are seen through: general answers, and those of single categories."""

import tomllib
from pathlib import Path

import pytest

from bot.domain.errors import BadInputError
from bot.domain.spellings import DEFAULT_RESPONSES, Response, Technique
from config.articles import load_articles
from config.paths import INSTALLED
from config.policy import load_techniques
from config.techniques import TechniqueAnswers

CATEGORIES = load_articles(INSTALLED).categories
LEAST = '[rules.content.on.minor]\nseverity = "minor"\ndo = ["tell"]\n'


def written(folder: Path, text: str) -> Path:
    (folder / "policy.toml").write_text(LEAST + text, encoding="utf-8")
    return folder


def test_every_technique_has_its_key() -> None:
    assert list(TechniqueAnswers.model_fields) == [technique.value for technique in Technique]


def test_the_shipped_file_shows_every_technique_with_its_default() -> None:
    shipped = tomllib.loads((INSTALLED / "policy.toml").read_text(encoding="utf-8"))
    assert shipped["techniques"] == {key.value: one.value for key, one in DEFAULT_RESPONSES.items()}


def test_a_category_may_differ_from_the_rest(tmp_path: Path) -> None:
    text = '[techniques]\npinyin = "ask"\n[techniques.by_category.advertising]\npinyin = "off"\n'
    policy = load_techniques(written(tmp_path, text), CATEGORIES)
    assert policy.response(Technique.PINYIN, "advertising") is Response.OFF
    assert policy.response(Technique.PINYIN, "rumour") is Response.ASK
    assert policy.response(Technique.EXACT, "advertising") is Response.ACT


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[techniques]\npinyn = "ask"', "techniques.pinyn:不认识这个键。您要写的是 pinyin 吗"),
        ('[techniques]\npinyin = "maybe"', "应为 'act'、'ask'、'off' 之一"),
        ('[techniques.by_category.adverts]\npinyin = "ask"', "没有这个类别，可用的有"),
        (
            '[techniques.by_category.advertising]\nsound = "ask"',
            "techniques.by_category.advertising.sound:不认识这个键",
        ),
    ],
)
def test_a_wrong_key_is_named_with_the_choices(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInputError) as refused:
        load_techniques(written(tmp_path, text), CATEGORIES)
    assert says in refused.value.message
