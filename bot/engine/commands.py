"""Chat commands: how a plugin declares one; ``bot.engine.router`` finds and runs it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from arclet.alconna import Args

from bot.domain.identifiers import AccountKey, GroupKey


class ChatRole(StrEnum):
    """Who may give a command. Taken from the signed event's account, never from a name."""

    MEMBER = "member"
    OWNER = "owner"
    """The owner or an admin of the group the command is about."""
    APPROVER = "approver"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The name users read."""
        return {
            "member": "群成员",
            "owner": "群主或群管理员",
            "approver": "发布审批人",
            "supervisor": "监督员",
            "administrator": "系统管理员",
        }[self.value]


class Place(StrEnum):
    """Where a command is understood."""

    GROUP = "group"
    PRIVATE = "private"
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command as given.

    ``groups`` are those the caller may speak for with this command: the group it was said in, or,
    in private, all groups he owns or administers (every group for an administrator or supervisor).
    ``arguments`` are as parsed by the declaration's ``Args``; ``rest`` is the raw text after the
    command's name.
    """

    caller: AccountKey
    roles: frozenset[ChatRole]
    group: GroupKey | None
    groups: frozenset[GroupKey]
    arguments: dict[str, Any]
    rest: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. ``private`` answers go to the caller alone where he can be reached.

    ``hint`` is said in the group, with an @, when a private answer could not be delivered.
    """

    text: str
    private: bool = False
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: what it is called, who may give it, and what it takes.

    ``handle`` raises ``QunguiError`` for anything the caller should read. ``usage`` is the form
    without the leading slash (``批准 编号``), ``example`` one line that works.
    """

    name: str
    roles: frozenset[ChatRole]
    place: Place
    usage: str
    example: str
    summary: str
    arguments: Args
    handle: Callable[[Call], Awaitable[Reply]]
    aliases: tuple[str, ...] = ()
    dangerous: bool = False
    """The caller's role in the group is asked from the platform afresh before it is carried out."""
    refused: Callable[[AccountKey, GroupKey | None], Awaitable[None]] | None = None
    """Told of everybody who asked without the role, where such attempts are put on record."""
    understood: Callable[[Call], bool] | None = None
    """Whether words in a group that nobody addressed to the bot can only be meant as this command.

    Asked of what a holder of the role wrote, for commands whose arguments could be ordinary talk;
    raises nothing and takes no time. Without it such words are a command only when addressed.
    """
