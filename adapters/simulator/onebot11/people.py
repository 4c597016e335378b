"""What QQ itself keeps: groups, members, messages, requests. No wire format, no NapCat."""

from dataclasses import dataclass, field
from enum import StrEnum

Segment = dict[str, object]
"""One piece of a message: ``{"type": …, "data": {…}}``."""


class Role(StrEnum):
    """A member's standing in a group."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class RightsError(Exception):
    """QQ does not let this account do that. The text is what its kernel would say."""


@dataclass(slots=True)
class Member:
    """One account in one group. Times are Unix seconds; ``muted_until`` 0 means free to speak."""

    account: int
    nickname: str
    card: str = ""
    role: Role = Role.MEMBER
    joined_at: int = 0
    last_sent_at: int = 0
    muted_until: int = 0
    robot: bool = False


@dataclass(slots=True)
class Message:
    """One message in a group or a private conversation.

    ``sequence`` is the server's number, rising by one within its conversation; ``unseen`` marks
    what was spoken while no implementation was connected.
    """

    kernel_id: str
    peer: int
    private: bool
    author: int
    segments: list[Segment]
    sent_at: int
    sequence: int
    card: str = ""
    nickname: str = ""
    recalled_by: int | None = None
    unseen: bool = False
    temporary_group: int | None = None


@dataclass(slots=True)
class JoinRequest:
    """Somebody asks to enter, or asks the bot to enter. ``state`` is None while it waits."""

    flag: str
    group_id: int
    applicant: int
    nickname: str
    comment: str
    asked_at: int
    invitation: bool = False
    doubtful: bool = False
    state: str | None = None
    decided_by: int = 0
    reason: str = ""


@dataclass(slots=True)
class Group:
    """A group and everything said in it."""

    group_id: int
    name: str
    members: dict[int, Member] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    next_sequence: int = 1
    whole_mute: bool = False
    maximum: int = 500
    barred: set[int] = field(default_factory=set)
    files: list[str] = field(default_factory=list)

    @property
    def owner(self) -> Member:
        """The one owner."""
        return next(m for m in self.members.values() if m.role is Role.OWNER)

    def outranks(self, actor: int, target: int) -> bool:
        """Whether ``actor`` may mute, remove or recall ``target``: strictly higher in rank.

        Nobody is above the owner, and one admin is not above another (NC#1173, GC#1593).
        """
        ranks = {Role.MEMBER: 0, Role.ADMIN: 1, Role.OWNER: 2}
        one, other = self.members.get(actor), self.members.get(target)
        return one is not None and other is not None and ranks[one.role] > ranks[other.role]
