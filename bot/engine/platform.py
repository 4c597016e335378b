"""The port every platform adapter implements. Only ``bot.engine.dispatch`` calls the acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.capabilities import Capability, Situation
from bot.domain.events import Attachment, JoinRequested, MessagePosted
from bot.domain.groups import Group, Member, MemberList
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey, Platform
from bot.domain.measures import MeasureKind


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast we allow ourselves to act here. Durations are minimum distances."""

    between_messages: timedelta
    jitter: timedelta
    between_messages_per_group: timedelta
    between_removals: timedelta


@dataclass(frozen=True, slots=True)
class History:
    """A stretch of a group's messages, oldest first.

    ``complete`` is True when it reaches back to the asked-for place without a hole, as far as the
    platform's own numbering can tell; ``missing`` counts the numbers that were skipped.
    """

    messages: tuple[MessagePosted, ...]
    complete: bool
    missing: int | None


class GroupPlatform(Protocol):
    """One connected platform.

    Every method may raise ``PlatformBusyError`` (certainly not done; try later),
    ``PlatformRefusedError`` (the platform said no) or ``PlatformUnknownError`` (no answer: an act
    may have been carried out).
    """

    @property
    def platform(self) -> Platform:
        """Which one this is."""

    @property
    def self_account(self) -> AccountKey:
        """The bot's own account."""

    @property
    def connected(self) -> bool:
        """Whether calls can be made now."""

    @property
    def pace(self) -> Pace:
        """The throttle the outbox keeps."""

    def capability(self, kind: MeasureKind, situation: Situation) -> Capability:
        """The strongest rung for ``kind`` in such a situation. Pure; no call is made."""

    def reachable_privately(self, account: AccountKey) -> bool:
        """Whether a private message to ``account`` can be expected to arrive."""

    async def groups(self) -> Sequence[Group]:
        """All groups the bot is in."""

    async def members(self, group: GroupKey) -> MemberList:
        """A fresh reading; takes seconds where the platform answers from a stale copy first."""

    async def member(self, group: GroupKey, account: AccountKey) -> Member | None:
        """One member, fresh; None only when the platform says he is not in the group."""

    async def pending_joins(self) -> Sequence[JoinRequested]:
        """Requests to join that still wait."""

    async def history(self, group: GroupKey, *, after: int | None, limit: int) -> History:
        """Messages after sequence number ``after`` (None: the latest ``limit``)."""

    async def message_exists(self, message: MessageKey) -> bool:
        """Whether a message is still there: the read-back of a recall."""

    async def find_own_message(
        self, group: GroupKey, text: str, *, since: datetime
    ) -> MessageKey | None:
        """The bot's own message with exactly this text: the read-back of a sending.

        None only when the history was read back to ``since`` without finding it; a history that
        does not reach so far raises ``PlatformUnknownError``.
        """

    async def fetch(self, group: GroupKey, attachment: Attachment, *, most: int) -> bytes:
        """The content of something posted in a group, at most ``most`` bytes.

        Raises also ``TooLargeError``. Only from where the platform keeps such things: whoever posts
        must not choose an address for us to visit.
        """

    async def send_group(
        self, group: GroupKey, text: str, mentions: Sequence[AccountKey] = ()
    ) -> str:
        """Post in a group, @-ing ``mentions``; the platform's message id."""

    async def send_private(self, account: AccountKey, text: str) -> str:
        """Write to one person; the platform's message id."""

    async def recall(self, message: MessageKey) -> None:
        """Ask for a message to be withdrawn. Proves nothing."""

    async def mute(self, group: GroupKey, account: AccountKey, duration: timedelta) -> None:
        """Mute, or lift it with a zero duration. Proves nothing."""

    async def remove(self, group: GroupKey, account: AccountKey) -> None:
        """Remove from the group; the person may apply again. Proves nothing."""

    async def set_card(self, group: GroupKey, account: AccountKey, card: str) -> None:
        """Set somebody's name in the group. Proves nothing."""

    async def answer_join(self, request_id: str, *, approve: bool, reason: str) -> None:
        """Answer a request to join. Proves nothing."""
