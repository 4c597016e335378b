"""The policy file: what ships, what is refused, and what chat may change."""

import tomllib
from dataclasses import fields
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.measures import Mode
from bot.domain.policy import InterlockLimits, Policy, Step, Strike
from config.paths import INSTALLED
from config.policy import load_policy, require_responses
from config.policy_file import InterlockSection, PolicyFile
from config.policy_overrides import settable_keys, setting_text, with_overrides
from config.units import read_duration, show_duration

ZONE = ZoneInfo("Asia/Shanghai")
GROUP = GroupKey(Platform.QQ, "200")
OTHER = GroupKey(Platform.QQ, "201")
KINDS = {
    "real-name": ("misnamed", "wrong_department"),
    "membership": ("unknown", "departed", "impostor"),
    "join": ("matched", "unmatched", "impostor"),
    "content": ("notice", "minor", "serious", "critical", "suspected", "by_owner"),
}
LEAST = '[rules.content.on.minor]\nseverity = "minor"\ndo = ["tell"]\n'


@pytest.fixture
def shipped() -> Policy:
    return load_policy(INSTALLED, mode=Mode.OBSERVE, zone=ZONE)


def _load(tmp_path: Path, text: str) -> Policy:
    (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
    return load_policy(tmp_path, mode=Mode.OBSERVE, zone=ZONE)


def test_the_shipped_policy_answers_every_kind_of_finding(shipped: Policy) -> None:
    require_responses(shipped, KINDS)


def test_the_shipped_values_are_the_defaults_of_a_file_that_names_none(
    shipped: Policy, tmp_path: Path
) -> None:
    bare = _load(tmp_path, LEAST)
    assert shipped.limits == bare.limits == InterlockLimits()
    assert shipped.quiet_hours == bare.quiet_hours
    assert shipped.digest == bare.digest
    assert (shipped.strikes, shipped.strike_window) == (bare.strikes, bare.strike_window)
    assert shipped.read_members_every == bare.read_members_every == timedelta(minutes=10)
    assert shipped.message_expires_after == bare.message_expires_after
    assert shipped.repropose_after == bare.repropose_after


def test_the_shipped_file_shows_every_interlock_and_every_section() -> None:
    document = tomllib.loads((INSTALLED / "policy.toml").read_text(encoding="utf-8"))
    assert document["interlocks"].keys() == {field.name for field in fields(InterlockLimits)}
    assert document.keys() == set(PolicyFile.model_fields) - {"groups"}


def test_reminders_come_daily_and_lead_to_a_proposal_after_a_week(shipped: Policy) -> None:
    response = shipped.response("real-name", "misnamed")
    assert response.severity is Severity.MINOR
    assert response.do == (Step.REMIND,)
    assert response.repeat_every == timedelta(hours=24)
    assert response.due_after == timedelta(days=7)
    assert response.when_due == (Step.PROPOSE_REMOVAL,)


def test_strikes_climb_from_ten_minutes_to_a_day(shipped: Policy) -> None:
    assert shipped.strikes == (
        Strike(2, timedelta(minutes=10)),
        Strike(3, timedelta(hours=1)),
        Strike(4, timedelta(days=1)),
    )


def test_the_most_specific_mode_holds(tmp_path: Path) -> None:
    policy = _load(
        tmp_path,
        LEAST.replace("[rules", '[rules.content]\nmode = "remind"\n[rules', 1)
        + '[groups."qq:200"]\nmode = "observe"\nrules = { content = "enforce" }\n'
        + '[groups."qq:201"]\nmode = "observe"\n[lists]\nallow = ["qq:1"]',
    )
    assert policy.mode("content", GROUP) is Mode.ENFORCE
    assert policy.mode("content", OTHER) is Mode.OBSERVE
    assert policy.mode("content", GroupKey(Platform.QQ, "9")) is Mode.REMIND
    assert policy.mode("join", GroupKey(Platform.QQ, "9")) is Mode.OBSERVE
    assert policy.allow_list == {AccountKey(Platform.QQ, "1")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[interlock]\nremovals_per_day = 3", "您要写的是 interlocks 吗"),
        (
            "[interlocks]\nremovals_per_dya = 3",
            "interlocks.removals_per_dya:不认识这个键。您要写的是",
        ),
        ("[interlocks]\nremovals_per_day = 0", "interlocks.removals_per_day:值 0 超出允许范围"),
        ("[interlocks]\nremovals_per_day = false", "不能是 true 或 false"),
        ("[interlocks]\nremovals_per_day = 2.5", "应为整数"),
        ("[interlocks]\nremovals_per_day = 999999", "不能大于 1000"),
        ("[interlocks]\nremovals_per_day = 3", "每小时）不能大于"),
        ("[interlocks]\nbreaker_share = nan", "breaker_share"),
        ("[interlocks]\nbreaker_share = inf", "breaker_share"),
        ("[interlocks]\nbreaker_share = 0.0", "应大于 0"),
        ("[interlocks]\nbreaker_share = 0.6", "不能大于 0.5"),
        ("[interlocks]\nroster_min_valid_share = 0.1", "不能小于 0.5"),
        ('[interlocks]\nplan_expires_after = "0s"', "应在 10m 到 7d 之间"),
        ("[interlocks]\nplan_expires_after = 86400", '例如 "24h"'),
        ('[digest]\nat = "25:00"', 'digest.at:值 "25:00" 不能用'),
        ('[digest]\nat = "23:30"', "落在安静时段内"),
        ('[digest]\nat = "21:50"', "落在安静时段内"),
        ('[quiet_hours]\nstart = "08:00"', "最长 14 小时"),
        ('[strikes]\nladder = [{ count = 1, mute = "1h" }]', "strikes.ladder.第 1 项.count"),
        (
            '[strikes]\nladder = [{ count = 3, mute = "1h" }, { count = 2, mute = "2h" }]',
            "从少到多",
        ),
        ('[strikes]\nladder = [{ count = 2, mut = "1h" }]', "您要写的是 mute 吗"),
        ('[rules.content.on.serious]\nseverity = "grave"\ndo = []', "'notice'、'minor'"),
        ('[rules.content.on.serious]\nseverity = "minor"\ndo = ["remov"]', "do.第 1 项"),
        ('[rules.content.on.serious]\nseverity = "minor"', "content.on.serious.do:缺少"),
        ('[rules.content.on.serious]\nseverity = "minor"\ndoo = []\ndo = []', "您要写的是 do 吗"),
        (
            '[rules.content.on.serious]\nseverity = "minor"\ndo = []\ndue_after = "1d"',
            "必须同时写",
        ),
        (
            '[rules.content.on.serious]\nseverity = "minor"\ndo = []\nrepeat_every = "1d"',
            "没有可重复的事",
        ),
        ("[rules.empty]\non = {}", "rules.empty.on"),
        ('[groups."200"]\nmode = "observe"', "应写成“平台：号码”"),
        ('[groups."qq:200"]\nrules = { contnt = "observe" }', "您要写的是 content 吗"),
        ('[lists]\nallow = ["zhangsan"]', "应写成“平台：号码”"),
        ("[digest\n", "第 4 行"),
        ('[digest]\nat = "18:00"\nat = "19:00"', "写法有误"),
    ],
)
def test_a_wrong_policy_is_named_with_its_remedy(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInputError) as caught:
        _load(tmp_path, LEAST + text)
    assert says in caught.value.message
    assert "policy.toml" in caught.value.message


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"policy\.toml"):
        load_policy(tmp_path, mode=Mode.OBSERVE, zone=ZONE)


def test_a_policy_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="rules"):
        _load(tmp_path, "")


def test_a_kind_without_a_response_is_refused(shipped: Policy) -> None:
    with pytest.raises(BadInputError, match=r"缺少 \[rules\.join\.on\.late\]"):
        require_responses(shipped, {**KINDS, "join": (*KINDS["join"], "late")})


def test_a_response_no_rule_asks_for_is_refused(tmp_path: Path) -> None:
    policy = _load(tmp_path, LEAST)
    with pytest.raises(BadInputError, match=r"您要写的是 content\.on\.minors"):
        require_responses(policy, {"content": ("minors",)})


def test_overrides_that_repeat_the_policy_change_nothing(shipped: Policy) -> None:
    assert with_overrides(shipped, {"digest.at": "18:00"}) == shipped
    assert with_overrides(shipped, {}) is shipped


def test_each_kind_of_override_takes_effect(shipped: Policy) -> None:
    changed = with_overrides(
        shipped,
        {
            "digest.at": "17:30",
            "quiet_hours.start": "23:00",
            "rules.real-name.mode": "remind",
            "groups.qq:200.mode": "remind",
            "groups.qq:200.rules.content": "enforce",
            "rules.real-name.on.misnamed.repeat_every": "12h",
            "rules.content.on.minor.do": "tell, ask_owner",
            "interlocks.removals_per_day": "40",
            "interlocks.breaker_share": "0.1",
        },
    )
    assert changed.digest.at == time(17, 30)
    assert changed.digest.zone == ZONE
    assert changed.quiet_hours.start == time(23)
    assert changed.mode("real-name", OTHER) is Mode.REMIND
    assert changed.mode("join", GROUP) is Mode.REMIND
    assert changed.mode("content", GROUP) is Mode.ENFORCE
    assert changed.response("real-name", "misnamed").repeat_every == timedelta(hours=12)
    assert changed.response("content", "minor").do == (Step.TELL, Step.ASK_OWNER)
    assert changed.limits.removals_per_day == 40
    assert changed.limits.breaker_share == 0.1
    assert changed.response("membership", "departed") == shipped.response("membership", "departed")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("digest.att", "18:00", "您要写的是 digest.at 吗"),
        ("digest.at", "noon", "digest.at"),
        ("interlocks", "0", "没有“interlocks”"),
        ("interlocks.removals_per_day", "0", "不能小于 1"),
        ("interlocks.removals_per_day", "无", "应为整数"),
        ("interlocks.removals_per_day.x", "1", "没有“interlocks"),
        ("rules.real-nam.mode", "remind", "您要写的是 rules.real-name.mode 吗"),
        ("rules.real-name.on.misnamed", "x", "没有“rules"),
        ("rules.real-name.on", "x", "没有“rules"),
        ("strikes.ladder", "[]", "没有“strikes.ladder”"),
        ("lists.allow", "qq:1", "没有“lists.allow”"),
        ("groups.qq:200.rules.contnt", "remind", "您要写的是 content 吗"),
        ("groups.200.mode", "remind", "没有“groups.200.mode”"),
        ("groups.xx:200.mode", "remind", "应写成“平台：号码”"),
        ("", "", "没有“”"),
    ],
)
def test_a_wrong_override_is_refused(shipped: Policy, key: str, value: str, says: str) -> None:
    with pytest.raises(BadInputError) as caught:
        with_overrides(shipped, {key: value})
    assert says in caught.value.message


def test_every_settable_key_works_with_its_own_example(shipped: Policy) -> None:
    for settable in settable_keys():
        filled = (
            settable.key.replace("<规则>", "real-name")
            .replace("<情况>", "misnamed")
            .replace("<群>", "qq:200")
        )
        changed = with_overrides(shipped, {filled: settable.example})
        assert setting_text(changed, filled) == settable.example, settable.key


def test_a_mode_that_was_never_set_has_no_text(shipped: Policy) -> None:
    assert setting_text(shipped, "groups.qq:200.mode") is None


NUMBERS = [name for name, field in InterlockSection.model_fields.items() if field.annotation is int]


@given(st.sampled_from(NUMBERS), st.one_of(st.integers(), st.floats(), st.text(), st.none()))
def test_no_interlock_can_be_set_to_nothing(name: str, value: Any) -> None:
    policy = load_policy(INSTALLED, mode=Mode.OBSERVE, zone=ZONE)
    try:
        changed = with_overrides(policy, {f"interlocks.{name}": str(value)})
    except BadInputError:
        return
    assert getattr(changed.limits, name) >= 1


@given(st.text())
def test_any_key_is_known_or_refused(key: str) -> None:
    policy = load_policy(INSTALLED, mode=Mode.OBSERVE, zone=ZONE)
    with pytest.raises(BadInputError):
        with_overrides(policy, {key: "?"})


@given(st.integers(min_value=0, max_value=9_999_999))
def test_a_duration_reads_back_as_it_was_shown(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert read_duration(show_duration(duration)) == duration
