"""Removals proposed together, approved by people, executed as approved or less (清理)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import HeldError, RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.policy import InterlockLimits


class PlanState(StrEnum):
    """Where a plan stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    EXECUTING = "executing"
    DONE = "done"
    HELD = "held"

    @property
    def label(self) -> str:
        """The name users read."""
        return {
            "waiting": "待批准",
            "approved": "已批准",
            "rejected": "已驳回",
            "expired": "已过期",
            "executing": "执行中",
            "done": "已完成",
            "held": "已暂缓",
        }[self.value]


@dataclass(frozen=True, slots=True, order=True)
class Proposal:
    """One person to be removed from one group, because of one case."""

    group: GroupKey
    account: AccountKey
    violation: int
    reason: str
    name: str


@dataclass(frozen=True, slots=True)
class Approval:
    """One person said yes to the plan with this fingerprint."""

    account: AccountKey
    at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A saved plan. What is approved is its fingerprint; it can only shrink afterwards."""

    number: int
    owner: AccountKey | None
    people: tuple[Proposal, ...]
    needed: int
    state: PlanState
    created_at: datetime
    expires_at: datetime
    approvals: tuple[Approval, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 over who leaves which group, whatever the order."""
        lines = sorted(f"{one.group}|{one.account}|{one.violation}" for one in self.people)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def groups(self) -> tuple[GroupKey, ...]:
        """The groups it touches."""
        return tuple(sorted({one.group for one in self.people}))


def approvals_needed(
    per_group: dict[GroupKey, int], members: dict[GroupKey, int], limits: InterlockLimits
) -> int:
    """How many different people must approve: two for a mass removal, else one (I6, I9)."""
    total = sum(per_group.values())
    over_group_cap = any(
        count > group_cap(members.get(group, 0), limits) for group, count in per_group.items()
    )
    return 2 if over_group_cap or total > limits.single_approval_up_to else 1


def group_cap(members: int, limits: InterlockLimits) -> int:
    """The most people one plan may take from a group of so many without a second approval."""
    return max(limits.removals_per_group_floor, int(members * limits.removals_per_group_share))


def approve(
    plan: Plan, approver: AccountKey, now: datetime, person: Callable[[AccountKey], str]
) -> tuple[Approval, bool]:
    """Add one person's yes; the second value says whether the plan is now approved.

    ``person`` says whose an account is: two accounts of one person are one yes.

    Raises:
        RefusedError: the plan is over, or this person has already said yes.
        HeldError: the plan has run out, or the approver is one of those to be removed.
    """
    if plan.state is not PlanState.WAITING:
        raise RefusedError(f"清理计划 P{plan.number} {plan.state.label}，无需再批准。")
    if now >= plan.expires_at:
        raise HeldError(f"清理计划 P{plan.number} 已过期，请发送“清理”重新生成。")
    if any(person(one.account) == person(approver) for one in plan.people):
        raise HeldError(f"清理计划 P{plan.number} 涉及您本人，请由其他管理人员批准。")
    agreed = {person(given.account) for given in plan.approvals}
    if person(approver) in agreed:
        raise RefusedError(f"您已批准过清理计划 P{plan.number}，还需另一位管理人员批准。")
    approval = Approval(approver, now, plan.fingerprint)
    return approval, len(agreed) + 1 >= plan.needed
