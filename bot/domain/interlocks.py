"""First, do no harm: the only way to a removal, a mute or a recall goes through ``check``.

Asked twice: when a measure is intended (inside the transaction that records it) and again, with
fresh facts, right before the platform is called. Numbers I1-I16 are those of the promise table.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.findings import Severity
from bot.domain.groups import Member, MemberList, Role
from bot.domain.identifiers import AccountKey
from bot.domain.measures import Measure, MeasureKind
from bot.domain.policy import InterlockLimits

CAP_REACHED = "已达上限"
"""Ends every reason given by a cap."""

_ACTS_ON_PEOPLE = frozenset({MeasureKind.REMOVE, MeasureKind.MUTE, MeasureKind.FIX_NAME})


@dataclass(frozen=True, slots=True)
class Tally:
    """Measures of one kind intended or done lately, counted from the ledger (I7)."""

    hour: int = 0
    day: int = 0
    group_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when a measure is checked.

    ``target`` is the member as last read; ``approvals`` are the persons who approved the plan
    behind a removal, ``person`` the one it would remove.
    """

    frozen: bool
    broken: bool
    """The breaker has tripped: we are probably the broken one (I8)."""
    target: Member | None
    exempt: frozenset[AccountKey]
    member_list_problem: str | None
    tally: Tally
    severity: Severity | None
    certain: bool
    approvals: frozenset[str]
    approvals_needed: int
    person: str | None


def check(measure: Measure, facts: Facts, limits: InterlockLimits) -> str | None:
    """Why this measure must not be carried out, as a short Chinese reason; None: it may."""
    # What is to be said waits for the ice to melt; acts are not made up for.
    if facts.frozen and not measure.kind.speaks:
        return "已冻结"
    if measure.mode.rank < measure.kind.needs.rank:
        return f"生效方式为“{measure.mode.label}”"
    if measure.kind.speaks:
        return None
    if facts.broken:
        return "异常群过多，已转为观察"
    if not facts.certain and measure.kind is not MeasureKind.APPROVE_JOIN:
        return "相似写法，只由人工判断"
    return (
        _protection(measure, facts)
        or _removal_knowledge(measure, facts)
        or _caps(measure, facts, limits)
    )


def protected(target: Member | None, exempt: frozenset[AccountKey]) -> str | None:
    """Why nobody may be removed or muted here: role, exemption, or not knowing (I2)."""
    if target is None:
        return "成员身份未能核实"
    if target.account in exempt:
        return "受保护名单"
    if target.is_bot:
        return "机器人账号"
    if target.role is not Role.MEMBER:
        return f"{target.role.label}受保护"
    return None


def member_list_problem(
    reading: MemberList | None, last_good_count: int | None, now: datetime, limits: InterlockLimits
) -> str | None:
    """Why this reading cannot carry a removal (I5); None: it can."""
    if reading is None:
        return "尚未读取成员名单"
    if not reading.complete:
        return "成员名单不完整"
    if reading.declared_count is not None and reading.declared_count != len(reading.members):
        return "成员名单与平台人数不符"
    # A list from the future was read before the clock was put back: nobody knows how old it is.
    if abs(now - reading.read_at) > limits.member_list_max_age:
        return "成员名单已过时"
    if last_good_count and len(reading.members) < last_good_count * limits.member_list_min_share:
        return "成员名单比上次骤减"
    return None


def breaker_trips(groups: int, newly_in_violation: int, limits: InterlockLimits) -> bool:
    """Whether so many groups fell into violation at once that we ourselves are suspect (I8)."""
    if groups < limits.breaker_min_groups:
        return False
    return newly_in_violation > groups * limits.breaker_share


def _protection(measure: Measure, facts: Facts) -> str | None:
    if measure.kind in _ACTS_ON_PEOPLE:
        return protected(facts.target, facts.exempt)
    return None


def _removal_knowledge(measure: Measure, facts: Facts) -> str | None:
    if measure.kind is not MeasureKind.REMOVE:
        return None
    if facts.member_list_problem:
        return facts.member_list_problem
    if len(facts.approvals) < max(1, facts.approvals_needed):
        return "尚未批准"
    if facts.person in facts.approvals:
        return "批准人不能是本人"
    return None


def _caps(measure: Measure, facts: Facts, limits: InterlockLimits) -> str | None:
    tally = facts.tally
    match measure.kind:
        case MeasureKind.REMOVE if tally.hour >= limits.removals_per_hour:
            return f"本小时移出人数{CAP_REACHED}"
        case MeasureKind.REMOVE if tally.day >= limits.removals_per_day:
            return f"今日移出人数{CAP_REACHED}"
        case MeasureKind.MUTE if tally.hour >= limits.mutes_per_hour:
            return f"本小时禁言次数{CAP_REACHED}"
        case MeasureKind.RECALL if facts.severity is Severity.CRITICAL:
            return None
        case MeasureKind.RECALL if tally.group_hour >= limits.recalls_per_group_per_hour:
            return f"本群本小时撤回次数{CAP_REACHED}"
        case MeasureKind.RECALL if tally.hour >= limits.recalls_per_hour:
            return f"本小时撤回次数{CAP_REACHED}"
    return None
