"""Changing the policy by chat: dotted keys, checked by the same bounds as the file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import time, timedelta
from typing import Any

from bot.domain.errors import BadInputError
from bot.domain.policy import InterlockLimits, Policy, Strike
from config.complaints import suggestion
from config.policy import policy_from, require_categories, validate
from config.units import show_duration

_BLANK = re.compile(r"<[^>]+>")
_CATEGORY_KEY = re.compile(
    r"rules\.(?P<rule>[^.]+)\.category\.(?P<category>[^.]+)\.on\.(?P<kind>[^.]+)\.(?P<name>[^.]+)"
)
_GROUP_KEY = re.compile(r"groups\.(?P<group>[a-z]+:.+?)\.(?:mode|rules\.(?P<rule>[^.]+))")


@dataclass(frozen=True, slots=True)
class SettableKey:
    """A key that chat may set; ``<…>`` in ``key`` stands for what the user fills in."""

    key: str
    description: str
    example: str


_LIMIT_DESCRIPTIONS = {
    "removals_per_group_floor": ("每份计划每群至少允许移出的人数", "3"),
    "removals_per_group_share": ("每份计划每群移出人数的比例上限", "0.02"),
    "removals_per_hour": ("全校每小时最多移出人数", "20"),
    "removals_per_day": ("全校每天最多移出人数", "60"),
    "mutes_per_hour": ("全校每小时最多禁言次数", "100"),
    "recalls_per_group_per_hour": ("每群每小时最多撤回条数", "60"),
    "recalls_per_hour": ("全校每小时最多撤回条数", "2000"),
    "single_approval_up_to": ("一人即可批准的清理人数上限", "3"),
    "role_counts_after": ("授予的角色多久后才算两人之一", "24h"),
    "plan_expires_after": ("清理计划的有效时间", "24h"),
    "member_list_max_age": ("据以移出的成员名单最多多旧", "15m"),
    "member_list_min_share": ("成员名单不少于上次的比例", "0.8"),
    "breaker_min_groups": ("群数达到多少熔断才起作用", "20"),
    "breaker_share": ("触发熔断的违规群比例", "0.25"),
    "roster_min_valid_share": ("花名册有效行的最低比例", "0.95"),
    "roster_max_departed_share": ("一次导入离职比例上限", "0.05"),
    "roster_max_departed": ("一次导入离职人数上限", "50"),
    "roster_max_department_share": ("一个部门一次减少的比例上限", "0.2"),
    "roster_department_floor": ("人数少于它的部门不看比例", "5"),
    "roster_max_renamed_share": ("一次导入改名比例上限", "0.1"),
    "roster_absence_confirmed_after": ("缺席多久才算离职", "24h"),
    "ambiguous_attempts": ("结果不明时回读的次数", "3"),
}
_SETTABLE = (
    SettableKey("rules.<规则>.mode", "某条规则的生效方式", "remind"),
    SettableKey("groups.<群>.mode", "某个群的生效方式", "observe"),
    SettableKey("groups.<群>.rules.<规则>", "某个群里某条规则的生效方式", "enforce"),
    SettableKey("rules.<规则>.on.<情况>.severity", "某种情况的轻重", "minor"),
    SettableKey("rules.<规则>.on.<情况>.do", "发现时做什么（逗号分隔）", "recall,tell"),
    SettableKey("rules.<规则>.on.<情况>.repeat_every", "未改正时隔多久再做", "24h"),
    SettableKey("rules.<规则>.on.<情况>.due_after", "改正期限", "7d"),
    SettableKey("rules.<规则>.on.<情况>.when_due", "到期做什么（逗号分隔）", "propose_removal"),
    SettableKey("rules.<规则>.category.<类别>.on.<情况>.severity", "某个类别的轻重", "minor"),
    SettableKey("rules.<规则>.category.<类别>.on.<情况>.do", "某个类别发现时做什么", "tell"),
    SettableKey("rules.<规则>.category.<类别>.on.<情况>.repeat_every", "某个类别隔多久再做", "24h"),
    SettableKey("rules.<规则>.category.<类别>.on.<情况>.due_after", "某个类别的期限", "3d"),
    SettableKey("rules.<规则>.category.<类别>.on.<情况>.when_due", "某类别到期做什么", "escalate"),
    SettableKey("digest.at", "日报时间", "18:00"),
    SettableKey("digest.spread", "日报错开的时长", "20m"),
    SettableKey("quiet_hours.start", "安静时段开始", "22:00"),
    SettableKey("quiet_hours.end", "安静时段结束", "07:00"),
    SettableKey("strikes.window", "累计违规的时间窗", "30d"),
    SettableKey("reading.members_every", "多久读一次成员名单", "10m"),
    SettableKey("messages.expires_after", "发不出的消息多久作废", "30m"),
    SettableKey("plans.repropose_after", "驳回后多久不再提出", "30d"),
    *(
        SettableKey(f"interlocks.{name}", *_LIMIT_DESCRIPTIONS[name])
        for name in (field.name for field in fields(InterlockLimits))
    ),
)


def settable_keys() -> tuple[SettableKey, ...]:
    """Every key ``配置`` may set, in the order help shows them."""
    return _SETTABLE


def with_overrides(policy: Policy, overrides: Mapping[str, str]) -> Policy:
    """The policy with each dotted key set; the policy given stays as it is.

    Raises:
        BadInputError: an unknown key, or a value the file would not accept either.
    """
    if not overrides:
        return policy
    document = _document(policy)
    for key, value in overrides.items():
        _set(document, key, value.strip())
    file = validate(document, source="配置项 ")
    changed = policy_from(file, mode=policy.default_mode, zone=policy.digest.zone)
    return require_categories(changed, policy.categories) if policy.categories else changed


def setting_text(policy: Policy, key: str) -> str | None:
    """The value of a key as chat would write it; None when nothing is set there.

    Raises:
        BadInputError: an unknown key.
    """
    document = _document(policy)
    table, last = _place(document, key)
    return _written(table.get(last))


def inherited_text(policy: Policy, key: str) -> tuple[str, str] | None:
    """For a key of a category that sets nothing itself: the key that holds, and its value.

    Raises:
        BadInputError: there is no such category, or no such kind of finding.
    """
    found = _CATEGORY_KEY.fullmatch(key)
    if found is None:
        return None
    rule, category, kind, name = found.group("rule", "category", "kind", "name")
    if policy.categories and category not in policy.categories:
        raise BadInputError(f"没有类别“{category}”。{suggestion(category, policy.categories)}")
    if (rule, kind) not in policy.responses:
        kinds = [one for of, one in policy.responses if of == rule]
        raise BadInputError(f"规则 {rule} 没有“{kind}”这种情况。{suggestion(kind, kinds)}")
    own = policy.overrides.get((rule, category, kind))
    if own is not None and getattr(own, name, None) is not None:
        return None
    # Not the shared value: what a category must have is added to it.
    value = _written(getattr(policy.response(rule, kind, category), name))
    return f"rules.{rule}.on.{kind}.{name}", value or "（未设置）"


def _document(policy: Policy) -> dict[str, Any]:
    """The policy in the shape of the file, with values as the domain has them."""
    rules: dict[str, Any] = {}
    for (rule, kind), response in policy.responses.items():
        section = rules.setdefault(rule, {"mode": policy.rule_modes.get(rule), "on": {}})
        section["on"][kind] = asdict(response)
    for (rule, category, kind), override in policy.overrides.items():
        changes = rules[rule].setdefault("category", {}).setdefault(category, {"on": {}})
        changes["on"][kind] = asdict(override)
    groups: dict[str, Any] = {}
    for (group, rule_id), mode in policy.group_modes.items():
        settings = groups.setdefault(str(group), {"mode": None, "rules": {}})
        if rule_id is None:
            settings["mode"] = mode
        else:
            settings["rules"][rule_id] = mode
    return {
        "rules": rules,
        "groups": groups,
        "interlocks": asdict(policy.limits),
        "quiet_hours": {"start": policy.quiet_hours.start, "end": policy.quiet_hours.end},
        "digest": {"at": policy.digest.at, "spread": policy.digest.spread},
        "strikes": {
            "window": policy.strike_window,
            "ladder": _ladder(policy.strikes),
            "category": {
                category: {"window": one.window, "ladder": _ladder(one.ladder)}
                for category, one in policy.category_strikes.items()
            },
        },
        "reading": {"members_every": policy.read_members_every},
        "messages": {"expires_after": policy.message_expires_after},
        "plans": {"repropose_after": policy.repropose_after},
        "promotion": {step.value: asdict(bounds) for step, bounds in policy.promotion.items()},
        "samples": {"keep": policy.samples.keep, "max_rows": policy.samples.most},
        "lists": {"allow": policy.allow_list},
    }


def _ladder(steps: Iterable[Strike]) -> list[dict[str, Any]]:
    return [{"count": step.count, "mute": step.mute} for step in steps]


def _set(document: dict[str, Any], key: str, value: str) -> None:
    table, last = _place(document, key)
    table[last] = value


def _place(document: dict[str, Any], key: str) -> tuple[dict[str, Any], str]:
    """The table and the last key a dotted key stands for.

    A group or category not named yet is added.
    """
    if (found := _CATEGORY_KEY.fullmatch(key)) and found["rule"] in document["rules"]:
        if not _may_be_set(key):
            raise BadInputError(f"没有“{key}”这个配置项。{suggestion(key, _known_keys(document))}")
        return _category_table(document["rules"][found["rule"]], found), found["name"]
    if (found := _GROUP_KEY.fullmatch(key)) is not None:
        group = document["groups"].setdefault(found["group"], {"mode": None, "rules": {}})
        return (group, "mode") if found["rule"] is None else (group["rules"], found["rule"])
    table: Any = document
    *path, last = key.split(".")
    for part in path:
        table = table.get(part) if isinstance(table, dict) else None
    if not isinstance(table, dict) or last not in table or not _may_be_set(key):
        raise BadInputError(f"没有“{key}”这个配置项。{suggestion(key, _known_keys(document))}")
    return table, last


def _category_table(section: dict[str, Any], found: re.Match[str]) -> dict[str, Any]:
    changes = section.setdefault("category", {}).setdefault(found["category"], {"on": {}})
    table: dict[str, Any] = changes["on"].setdefault(found["kind"], {})
    return table


def _may_be_set(key: str) -> bool:
    return any(
        re.fullmatch(_BLANK.sub("[^.]+", settable.key.replace(".", r"\.")), key)
        for settable in _SETTABLE
    )


def _known_keys(document: dict[str, Any]) -> list[str]:
    """Every settable key that names something there is."""
    keys = [settable.key for settable in _SETTABLE if "<" not in settable.key]
    for rule, section in document["rules"].items():
        keys.append(f"rules.{rule}.mode")
        for kind, response in section["on"].items():
            keys.extend(f"rules.{rule}.on.{kind}.{name}" for name in response)
    return keys


def _written(value: object) -> str | None:
    match value:
        case None:
            return None
        case timedelta():
            return show_duration(value)
        case time():
            return f"{value:%H:%M}"
        case tuple() | list():
            return ",".join(str(part) for part in value)
    return str(value)
