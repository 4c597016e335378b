"""Reading ``policy.toml`` into the ``Policy`` the engine works by."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.domain.errors import BadInputError
from bot.domain.identifiers import GroupKey
from bot.domain.measures import Mode
from bot.domain.policy import (
    DigestTimes,
    InterlockLimits,
    Policy,
    QuietHours,
    Response,
    ResponseOverride,
    SampleWindow,
    Strike,
    StrikeRule,
)
from bot.domain.promotion import PromotionBounds
from bot.domain.spellings import TechniquePolicy
from config.complaints import first_complaint, suggestion
from config.detectors import DetectorsSection
from config.documents import read_toml
from config.policy_file import (
    CategoryStrikesSection,
    OverrideSection,
    PolicyFile,
    ResponseSection,
)

FILE_NAME = "policy.toml"


def load_policy(folder: Path, *, mode: Mode, zone: ZoneInfo) -> Policy:
    """The policy of a configuration folder; ``mode`` holds where the file sets none.

    Raises:
        BadInputError: the file cannot be read or used; names the key, its value and the remedy.
    """
    path = folder / FILE_NAME
    file = validate(read_toml(path), source=f"配置文件 {path} 的 ")
    return policy_from(file, mode=mode, zone=zone)


def load_detectors(folder: Path) -> DetectorsSection:
    """``[detectors]`` of a configuration folder; without the file, what holds by default.

    Raises:
        BadInputError: the file cannot be used; as ``load_policy``.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return DetectorsSection()
    return validate(read_toml(path), source=f"配置文件 {path} 的 ").detectors


def load_techniques(folder: Path, categories: Collection[str]) -> TechniquePolicy:
    """``[techniques]`` of a configuration folder; without the file, what holds by default.

    Raises:
        BadInputError: the file cannot be used, or names a category that is none of these.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return TechniquePolicy()
    file = validate(read_toml(path), source=f"配置文件 {path} 的 ")
    return file.techniques.policy(categories)


def require_responses(policy: Policy, kinds: Mapping[str, Sequence[str]]) -> None:
    """Make sure every kind of finding of every rule has its response, and no other has one.

    Raises:
        BadInputError: one is missing, or stands under a name that no rule has.
    """
    known = {(rule, kind) for rule, all_ in kinds.items() for kind in all_}
    for rule, kind in sorted(policy.responses.keys() - known):
        wanted = {f"{name}.on.{each}" for name, each in known}
        raise BadInputError(
            f"{FILE_NAME} 的 [rules.{rule}.on.{kind}]:没有这样的规则或情况。"
            f"{suggestion(f'{rule}.on.{kind}', wanted)}"
        )
    for rule, kind in sorted(known - policy.responses.keys()):
        raise BadInputError(
            f"{FILE_NAME} 缺少 [rules.{rule}.on.{kind}] 小节，请补上 severity 和 do 两行。"
        )


def require_categories(policy: Policy, categories: Iterable[str]) -> Policy:
    """The policy, with the categories there are: whatever is set for one names one of them.

    Raises:
        BadInputError: it does not; names the section.
    """
    known = frozenset(categories)
    for rule, category, kind in sorted(policy.overrides):
        if category not in known:
            raise BadInputError(
                f"{FILE_NAME} 的 [rules.{rule}.category.{category}.on.{kind}]："
                f"没有类别“{category}”。{suggestion(category, known)}"
            )
    for category in sorted(policy.category_strikes.keys() - known):
        raise BadInputError(
            f"{FILE_NAME} 的 [strikes.category.{category}]：没有这个类别。"
            f"{suggestion(category, known)}"
        )
    return replace(policy, categories=known)


def validate(document: Mapping[str, Any], *, source: str) -> PolicyFile:
    """A document in the shape of the file; ``source`` begins every complaint.

    Raises:
        BadInputError: it does not fit.
    """
    try:
        file = PolicyFile.model_validate(document)
    except ValidationError as error:
        raise BadInputError(source + first_complaint(error, PolicyFile)) from error
    for group, section in file.groups.items():
        for rule in section.rules.keys() - file.rules.keys():
            raise BadInputError(
                f"{source}groups.{group}.rules.{rule}:没有这条规则。{suggestion(rule, file.rules)}"
            )
    for rule, responses in file.rules.items():
        for category, changes in responses.category.items():
            for kind, override in changes.on.items():
                where = f"{source}rules.{rule}.category.{category}.on.{kind}"
                _fits(override, responses.on.get(kind), where, responses.on)
    return file


def _fits(
    override: OverrideSection, base: ResponseSection | None, where: str, kinds: Iterable[str]
) -> None:
    """What a category changes must still be a response that could stand by itself."""
    if base is None:
        raise BadInputError(
            f"{where}：该规则没有这种情况。{suggestion(where.rsplit('.', maxsplit=1)[-1], kinds)}"
        )
    merged = {**dict(base), **override.model_dump(exclude_none=True)}
    try:
        ResponseSection.model_validate(merged)
    except ValidationError as error:
        raise BadInputError(f"{where}：{first_complaint(error, ResponseSection)}") from error


def policy_from(file: PolicyFile, *, mode: Mode, zone: ZoneInfo) -> Policy:
    """What the engine works by, from a validated file."""
    return Policy(
        default_mode=mode,
        responses={
            (rule, kind): Response(**dict(response))
            for rule, section in file.rules.items()
            for kind, response in section.on.items()
        },
        limits=InterlockLimits(**dict(file.interlocks)),
        quiet_hours=QuietHours(file.quiet_hours.start, file.quiet_hours.end, zone),
        digest=DigestTimes(at=file.digest.at, spread=file.digest.spread, zone=zone),
        strikes=_ladder(file.strikes),
        strike_window=file.strikes.window,
        read_members_every=file.reading.members_every,
        message_expires_after=file.messages.expires_after,
        repropose_after=file.plans.repropose_after,
        promotion={
            Mode.REMIND: PromotionBounds(**dict(file.promotion.remind)),
            Mode.ENFORCE: PromotionBounds(**dict(file.promotion.enforce)),
        },
        samples=SampleWindow(file.samples.keep, file.samples.max_rows),
        rule_modes={
            rule: section.mode for rule, section in file.rules.items() if section.mode is not None
        },
        group_modes=dict(_group_modes(file)),
        allow_list=file.lists.allow,
        overrides={
            (rule, category, kind): ResponseOverride(**dict(override))
            for rule, section in file.rules.items()
            for category, changes in section.category.items()
            for kind, override in changes.on.items()
        },
        category_strikes={
            category: StrikeRule(section.window, _ladder(section))
            for category, section in file.strikes.category.items()
        },
    )


def _ladder(section: CategoryStrikesSection) -> tuple[Strike, ...]:
    return tuple(Strike(step.count, step.mute) for step in section.ladder)


def _group_modes(file: PolicyFile) -> Iterable[tuple[tuple[GroupKey, str | None], Mode]]:
    for group, section in file.groups.items():
        if section.mode is not None:
            yield (group, None), section.mode
        for rule, mode in section.rules.items():
            yield (group, rule), mode
