"""A group and who is in it, as last read from the platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.identifiers import AccountKey, GroupKey


class Role(StrEnum):
    """A member's role on the platform. ``UNKNOWN`` is protected like an owner (interlock I2)."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The name users read."""
        return {"owner": "群主", "admin": "群管理员", "member": "成员", "unknown": "身份不明"}[
            self.value
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account in one group.

    ``card`` is the name shown in this group: the group card, or the nickname where none is set.
    """

    account: AccountKey
    card: str
    role: Role = Role.UNKNOWN
    is_bot: bool = False
    joined_at: datetime | None = None
    last_spoke_at: datetime | None = None
    muted_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberList:
    """One reading of a group's members.

    ``complete`` is False when a page was missing, the platform's own count differs, or the
    reading failed half-way: absence from such a list proves nothing (interlock I5).
    """

    members: tuple[Member, ...]
    declared_count: int | None
    complete: bool
    read_at: datetime

    def by_account(self) -> Mapping[AccountKey, Member]:
        """Members by account; a later duplicate wins."""
        return {member.account: member for member in self.members}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group as the platform lists it."""

    key: GroupKey
    name: str
    member_count: int | None = None
