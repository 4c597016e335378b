"""What happened: platform-neutral, past tense, frozen.

``event_id`` is unique per platform and the same for the same happening however often and by
whatever road it reaches us; everything that must happen once hangs on it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from bot.domain.groups import Group, MemberList, Role
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey, Platform
from bot.domain.inspection import Uninspected


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happened. Times are aware UTC; ``received_at`` is our own clock."""

    kind: ClassVar[str] = "event"

    platform: Platform
    event_id: str
    occurred_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEvent(Event):
    """Something that happened in one group."""

    group: GroupKey


@dataclass(frozen=True, slots=True)
class Text:
    """Words the author wrote; kept out of every log and error by keeping them out of ``repr``."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mention:
    """An @ of somebody; ``account`` is None for everybody."""

    account: AccountKey | None


@dataclass(frozen=True, slots=True)
class Quote:
    """A reference to an earlier message: never judged against the one who quotes."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that is not text: ``form`` is picture, file, voice, video, card or other."""

    form: str
    name: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    """Words that travel with it and are its sender's to answer for: a card's title, a file name."""
    reference: str = ""
    """How the platform finds its content again; empty where it cannot be fetched."""
    size: int | None = None
    """Bytes, where the platform tells."""


@dataclass(frozen=True, slots=True)
class Forward:
    """A merged forward; judged against the one who forwards. ``items`` is None while unopened."""

    forward_id: str
    items: "tuple[tuple[Part, ...], ...] | None" = None


Part = Text | Mention | Quote | Attachment | Forward


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(GroupEvent):
    """A message was posted.

    ``late`` marks one found afterwards in the history (the bot was away); ``sequence`` is the
    platform's own number within the group where it has one, and shows gaps.
    """

    kind: ClassVar[str] = "message"

    message_id: str
    author: AccountKey
    author_card: str
    author_role: Role = Role.UNKNOWN
    parts: tuple[Part, ...]
    sequence: int | None = None
    late: bool = False
    by_this_bot: bool = False

    @property
    def message(self) -> MessageKey:
        """The message's key, for a recall or a reference."""
        return MessageKey(self.group, self.message_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRead(GroupEvent):
    """What is not text was looked into: the answer to a message, some time after it.

    ``text`` is what was found to judge, never kept; ``uninspected`` says why it is not everything.
    """

    kind: ClassVar[str] = "attachment"

    message: MessageKey
    place: int
    """Which of the message's attachments, from 0."""
    form: str
    author: AccountKey
    author_role: Role = Role.UNKNOWN
    posted_at: datetime
    late: bool = False
    text: str = field(default="", repr=False)
    uninspected: Uninspected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePosted(Event):
    """Somebody wrote to the bot in private: a command at most, never judged or kept."""

    kind: ClassVar[str] = "private"

    message_id: str
    author: AccountKey
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecalled(GroupEvent):
    """The platform says a message is gone: the proof of a recall."""

    kind: ClassVar[str] = "recalled"

    message_id: str
    author: AccountKey | None
    operator: AccountKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(GroupEvent):
    """Somebody came in; ``inviter`` where the platform tells."""

    kind: ClassVar[str] = "joined"

    account: AccountKey
    inviter: AccountKey | None = None
    operator: AccountKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(GroupEvent):
    """Somebody is gone, by himself or removed (``removed``)."""

    kind: ClassVar[str] = "left"

    account: AccountKey
    removed: bool
    operator: AccountKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRenamed(GroupEvent):
    """A group card changed."""

    kind: ClassVar[str] = "renamed"

    account: AccountKey
    old_card: str
    new_card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberMuted(GroupEvent):
    """The platform says somebody is muted until ``until``, or no longer (None)."""

    kind: ClassVar[str] = "muted"

    account: AccountKey
    until: datetime | None
    operator: AccountKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanged(GroupEvent):
    """A member became group admin, owner, or plain member again."""

    kind: ClassVar[str] = "role"

    account: AccountKey
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRenamed(GroupEvent):
    """The group has another name."""

    kind: ClassVar[str] = "group_renamed"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDissolved(GroupEvent):
    """The group is no more, or the bot is no longer in it (``bot_removed``)."""

    kind: ClassVar[str] = "dissolved"

    bot_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequested(GroupEvent):
    """Somebody asks to come in. ``answer`` is the applicant's own text, without the question."""

    kind: ClassVar[str] = "join"

    account: AccountKey
    answer: str = field(repr=False)
    request_id: str
    nickname: str = ""
    inviter: AccountKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersRead(GroupEvent):
    """A group's members were read from the platform: the truth the membership rules judge."""

    kind: ClassVar[str] = "members"

    about: Group
    member_list: MemberList


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesMissed(GroupEvent):
    """A stretch of the group's messages was never seen and can no longer be read: a gap.

    ``count`` is None where the platform gives no number to reckon with.
    """

    kind: ClassVar[str] = "gap"

    since: datetime | None
    until: datetime
    count: int | None
