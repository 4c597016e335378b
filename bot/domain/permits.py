"""Permission to post one exact text on a reserved topic (发布许可). Source: Articles 12 and 22.

A permit names its text by fingerprint: altered by one character it is another text, and not
permitted. An emergency permit takes effect with one person's word, for hours only, and a second
person reviews it afterwards.
"""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import RefusedError
from bot.domain.identifiers import AccountKey, GroupKey

RESERVED = frozenset({"major_event"})
"""Categories that always need a permit (Article 22)."""
NEVER_PERMITTED = frozenset({"secret"})
"""Categories that no permit of this kind can allow (Article 21)."""
LONGEST_TEXT = 2000
"""Characters one message of every platform has room for."""
SEALED_TEXT = re.compile("\u27e6X(\\d{1,9})\u27e7")
"""Where a message will hold a permit's text: it is put in when it is said, and never stored."""


class PermitState(StrEnum):
    """Where a permit stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        """The name users read."""
        return {
            "waiting": "待审批",
            "approved": "已批准",
            "rejected": "已驳回",
            "expired": "已到期",
            "withdrawn": "已撤回",
            "revoked": "已撤销",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitLimits:
    """How long things may take; ``config`` keeps each within bounds."""

    ask_next_after: timedelta = timedelta(minutes=30)
    """Unanswered for so long, the deputies are asked; for twice as long, the supervisor hears."""
    longest: timedelta = timedelta(days=30)
    emergency_lasts: timedelta = timedelta(hours=4)
    review_within: timedelta = timedelta(hours=24)
    first_asked: tuple[AccountKey, ...] = ()
    """The approvers on duty; the others are their deputies. Empty: all are asked at once."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One approver's yes to the text with this fingerprint."""

    account: AccountKey
    at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A permitted text was posted (备案)."""

    group: GroupKey
    author: AccountKey
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Who may post which text in which groups from when until when.

    ``posters`` may post it besides the applicant; with ``anybody`` every member may.
    ``reviewed`` is set once a second person has looked at an emergency permit.
    """

    number: int
    applicant: AccountKey
    topic: str
    reason: str
    groups: tuple[GroupKey, ...]
    starts_at: datetime
    ends_at: datetime
    fingerprint: str
    applied_at: datetime
    state: PermitState = PermitState.WAITING
    posters: tuple[AccountKey, ...] = ()
    anybody: bool = False
    emergency: bool = False
    approvals: tuple[Signature, ...] = ()
    review_due_at: datetime | None = None
    decided_reason: str = ""
    decided_by: AccountKey | None = None
    filed: tuple[Filed, ...] = ()

    @property
    def approved_at(self) -> datetime | None:
        """When the first person said yes."""
        return self.approvals[0].at if self.approvals else None

    @property
    def review_pending(self) -> bool:
        """Whether a second person must still look at it."""
        over = self.state is PermitState.REVOKED
        return self.emergency and len(self.approvals) == 1 and not over

    def may_be_posted_by(self, account: AccountKey) -> bool:
        """Whether this account is one the permit names."""
        return self.anybody or account == self.applicant or account in self.posters

    def in_force(self, posted_at: datetime, now: datetime) -> bool:
        """Whether a text posted then, and judged now, was posted under it."""
        if self.state not in (PermitState.APPROVED, PermitState.EXPIRED) or not self.approvals:
            return False
        begins = max(self.starts_at, self.approvals[0].at)
        return begins <= now and posted_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Deviation:
    """Why a permit that comes near does not cover a message.

    ``reason`` is for the record and holds no word of the message; ``difference`` is for its author
    and the applicant alone, and kept nowhere.
    """

    permit: int
    applicant: AccountKey
    reason: str
    difference: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Someone:
    """One person, by every account known to be his."""

    account: AccountKey
    others: frozenset[AccountKey] = frozenset()

    def is_one_of(self, *accounts: AccountKey) -> bool:
        """Whether any of the accounts is his."""
        return not self.others.isdisjoint(accounts) or self.account in accounts


def place_of_text(number: int) -> str:
    """What stands for a permit's text in a stored message; see ``SEALED_TEXT``."""
    return f"\u27e6X{number}\u27e7"


def canonical(text: str) -> str:
    """The text without what transport changes: line ends, spaces at the ends of lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def fingerprint(text: str) -> str:
    """SHA-256 (hex) of the canonical text."""
    return hashlib.sha256(canonical(text).encode("utf-8", "surrogatepass")).hexdigest()


def approve(permit: Permit, by: Someone, now: datetime, limits: PermitLimits) -> Permit:
    """One approver's yes: the permit takes effect, or an emergency permit is confirmed.

    Raises:
        RefusedError: it is his own, it is too late, or it was decided before.
    """
    _not_his_own(permit, by)
    signature = Signature(by.account, now, permit.fingerprint)
    if permit.state is PermitState.WAITING:
        if now >= permit.ends_at:
            raise RefusedError(
                f"{_name(permit)} 申请的发布时间已过，不能再批准，请申请人重新申请。"
            )
        if not permit.emergency:
            return replace(permit, state=PermitState.APPROVED, approvals=(signature,))
        return replace(
            permit,
            state=PermitState.APPROVED,
            approvals=(signature,),
            ends_at=min(permit.ends_at, now + limits.emergency_lasts),
            review_due_at=now + limits.review_within,
        )
    if permit.review_pending:
        if by.is_one_of(permit.approvals[0].account):
            raise RefusedError(f"{_name(permit)} 是您批准的，须由另一位审批人复核。")
        return replace(permit, approvals=(*permit.approvals, signature))
    raise RefusedError(f"{_name(permit)} {permit.state.label}，无需再批准。")


def reject(permit: Permit, by: Someone, now: datetime, reason: str) -> Permit:
    """One approver's no: an application is turned down, a permit in force is taken back.

    Raises:
        RefusedError: it is his own, or it is over.
    """
    _not_his_own(permit, by)
    decided = replace(permit, decided_by=by.account, decided_reason=reason)
    if permit.state is PermitState.WAITING:
        if now >= permit.ends_at:
            raise RefusedError(f"{_name(permit)} 申请的发布时间已过，无需再驳回。")
        return replace(decided, state=PermitState.REJECTED)
    if permit.state is PermitState.APPROVED or permit.review_pending:
        return replace(decided, state=PermitState.REVOKED)
    raise RefusedError(f"{_name(permit)} {permit.state.label}，不能再驳回。")


def withdraw(permit: Permit, by: Someone) -> Permit:
    """The applicant takes back what he applied for, approved or not.

    Raises:
        RefusedError: it is not his, or it is over.
    """
    if not by.is_one_of(permit.applicant):
        raise RefusedError(f"{_name(permit)} 不是您申请的，不能撤回。")
    if permit.state not in (PermitState.WAITING, PermitState.APPROVED):
        raise RefusedError(f"{_name(permit)} {permit.state.label}，无需再撤回。")
    return replace(permit, state=PermitState.WITHDRAWN, decided_by=by.account)


def expire(permit: Permit, now: datetime) -> Permit:
    """The permit as time leaves it: over at ``ends_at``, approved or not."""
    live = permit.state in (PermitState.WAITING, PermitState.APPROVED)
    return replace(permit, state=PermitState.EXPIRED) if live and now >= permit.ends_at else permit


def _not_his_own(permit: Permit, by: Someone) -> None:
    if by.is_one_of(permit.applicant):
        raise RefusedError(
            f"{_name(permit)} 是您自己申请的，须由他人审批。"
            f"不再需要请发送：申请发布 撤回 X{permit.number}"
        )


def _name(permit: Permit) -> str:
    return f"发布许可 X{permit.number}"
