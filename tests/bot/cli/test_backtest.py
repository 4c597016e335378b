"""``qungui backtest``: the same code over what is kept."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.identifiers import AccountKey, GroupKey, Platform
from data import samples
from data.ledger import Work
from data.samples import Sample, sample_keys
from tests.bot.cli.terminal import ROOT, Terminal

GROUP = GroupKey(Platform.QQ, "60001")
NOW = datetime.now(UTC)
BAD = "请联系教务处13800001234，长期代开发票"


@pytest.fixture
def window(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Messages are kept: two with a listed word, one of them old, and two without."""
    config = terminal.folder / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    policy = config / "policy.toml"
    policy.write_text(policy.read_text("utf-8").replace('keep = "0d"', 'keep = "7d"'), "utf-8")
    monkeypatch.setenv("QUNGUI_CONFIG", str(config))
    said = [("代开发票", 5), (BAD, 0), ("下午三点开会", 0), ("收到", 0)]
    kept = [
        Sample(GROUP, AccountKey(Platform.QQ, str(number)), NOW - timedelta(days=days), text)
        for number, (text, days) in enumerate(said)
    ]

    async def write(work: Work) -> None:
        await samples.keep(work, sample_keys(terminal.home), kept)

    terminal.keep(write)
    return terminal


def test_what_a_rule_would_have_done_is_counted(window: Terminal) -> None:
    found = window("backtest", "--rule", "content", "--json")
    assert found.code == 0
    figures = {name: found.document[name] for name in ("messages", "hits", "groups", "people")}
    assert figures == {"messages": 4, "hits": 2, "groups": 1, "people": 2}
    assert len(found.document["samples"]) == 2


def test_only_what_was_said_since_then_counts(window: Terminal) -> None:
    found = window("backtest", "--rule", "content", "--since", "2d", "--json").document
    assert (found["messages"], found["hits"]) == (3, 1)


def test_the_samples_shown_are_short_and_the_look_is_on_record(window: Terminal) -> None:
    found = window("backtest", "--rule", "content", "--since", "1d")
    assert "代开发票" in found.out
    assert "13800001234" not in found.out
    assert len(window.links("look")) == 1


def test_one_topic_is_tried_alone(window: Terminal) -> None:
    found = window("backtest", "--rule", "expression:exam-paper-leak", "--json").document
    assert (found["messages"], found["hits"]) == (4, 0)


def test_without_a_window_it_says_what_to_switch_on(terminal: Terminal) -> None:
    found = terminal("backtest", "--rule", "content", "--json")
    assert found.code == 0
    assert found.document["messages"] == 0
    assert "[samples]" in found.err


def test_a_rule_about_members_is_tried_on_the_last_lists(college: Terminal) -> None:
    found = college("backtest", "--rule", "real-name", "--json")
    assert found.code == 0
    assert found.document["messages"] >= 1
    assert found.document["hits"] >= 1


def test_an_unknown_rule_is_refused_with_the_nearest(terminal: Terminal) -> None:
    found = terminal("backtest", "--rule", "contnt")
    assert found.code == 2
    assert "content" in found.complaint
