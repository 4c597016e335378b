"""What a category may have of its own, what is refused, and why a value is what it is."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from bot.domain.measures import Mode
from bot.domain.policy import Policy, Step
from config.articles import load_articles
from config.paths import INSTALLED
from config.policy import load_policy, require_categories
from config.policy_overrides import inherited_text, setting_text, with_overrides

_BASE = """
[rules.content.on.minor]
severity = "minor"
do = ["tell"]
[rules.content.on.serious]
severity = "serious"
do = ["recall", "tell"]
"""
_KEY = "rules.content.category.advertising.on.serious"


def _load(tmp_path: Path, text: str) -> Policy:
    (tmp_path / "policy.toml").write_text(_BASE + text, encoding="utf-8")
    policy = load_policy(tmp_path, mode=Mode.ENFORCE, zone=ZoneInfo("Asia/Shanghai"))
    return require_categories(policy, load_articles(INSTALLED).categories)


@pytest.fixture
def shipped() -> Policy:
    policy = load_policy(INSTALLED, mode=Mode.OBSERVE, zone=ZoneInfo("Asia/Shanghai"))
    return require_categories(policy, load_articles(INSTALLED).categories)


def test_category_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    policy = _load(tmp_path, f'[{_KEY}]\ndo = ["ask_owner"]\nrepeat_every = "2h"\n')
    own = policy.response("content", "serious", "advertising")
    assert (own.do, own.repeat_every) == ((Step.ASK_OWNER,), timedelta(hours=2))
    assert own.severity is Severity.SERIOUS
    assert policy.severity("content", "serious", "advertising") is None
    assert policy.response("content", "serious", "rumour").do == (Step.RECALL, Step.TELL)


@pytest.mark.parametrize(
    "kind", ["notice", "minor", "serious", "critical", "suspected", "by_owner"]
)
def test_suspected_secret_gets_first_aid_whatever_the_policy_says(
    shipped: Policy, kind: str
) -> None:
    assert Step.FIRST_AID in shipped.response("content", kind, "secret").do
    changed = with_overrides(shipped, {f"rules.content.category.secret.on.{kind}.do": "tell"})
    assert Step.FIRST_AID in changed.response("content", kind, "secret").do


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '[rules.content.category.advertisin.on.serious]\ndo = ["tell"]',
            "没有类别“advertisin”。您要",
        ),
        ('[rules.content.category.advertising.on.grave]\ndo = ["tell"]', "没有这种情况"),
        (f'[{_KEY}]\ndo = ["recal"]', f"{_KEY}.do.第 1 项"),
        (f'[{_KEY}]\nwhen = "3d"', "不认识这个键"),
        (f'[{_KEY}]\ndue_after = "3d"', "必须同时写或同时不写"),
        (f'[{_KEY}]\ndo = []\nrepeat_every = "3d"', "没有可重复的事"),
        (f"[{_KEY}]\nseverity = true", "不能是 true 或 false"),
        ('[strikes.category.nothing]\nwindow = "2h"', "[strikes.category.nothing]：没有这个类别"),
        ('[strikes.category.rumour]\nwindow = "1m"', "strikes.category.rumour.window"),
    ],
)
def test_mistake_is_refused_and_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInputError) as refused:
        _load(tmp_path, text)
    assert says in refused.value.message


def test_chat_sets_a_category_and_says_where_its_value_comes_from(shipped: Policy) -> None:
    key = f"{_KEY}.do"
    assert setting_text(shipped, key) is None
    assert inherited_text(shipped, key) == ("rules.content.on.serious.do", "recall,tell")
    changed = with_overrides(shipped, {key: "tell"})
    assert setting_text(changed, key) == "tell"
    assert inherited_text(changed, key) is None
    assert changed.response("content", "serious", "advertising").do == (Step.TELL,)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rules.content.category.nothing.on.serious.do", "tell"),
        ("rules.content.category.advertising.on.nothing.do", "tell"),
        ("rules.content.category.advertising.on.serious.mode", "observe"),
        ("rules.content.category.advertising.on.serious.due_after", "3d"),
    ],
)
def test_chat_refuses_what_the_file_would_refuse(shipped: Policy, key: str, value: str) -> None:
    with pytest.raises(BadInputError):
        with_overrides(shipped, {key: value})


def test_strikes_of_a_category_are_its_own(tmp_path: Path) -> None:
    policy = _load(tmp_path, '[strikes.category.rumour]\nwindow = "60d"\n')
    assert policy.strike_rule("rumour")[0] == "rumour"
    assert policy.strike_rule("advertising")[0] is None
    assert policy.longest_strike_window == timedelta(days=60)
