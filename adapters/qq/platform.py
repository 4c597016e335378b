"""QQ as the engine sees it: one connection to a OneBot v11 implementation.

"ok" from an act proves nothing: NapCat discards the kernel's answer to a removal. What proves it is
the notice that follows, or one of the readings here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from adapters.qq import capabilities
from adapters.qq.client import Dialect, OneBotClient
from adapters.qq.convert import Converter
from adapters.qq.fields import number_of
from adapters.qq.forwards import ForwardOpener, is_unopened
from adapters.qq.history import HistoryReader, reached
from adapters.qq.media import MediaFetcher
from adapters.qq.members import MemberReader
from adapters.qq.sightings import Sightings
from adapters.qq.watchdog import SendGuard
from adapters.qq.wire import Frame, Friend, Id, Sent, SystemMessages
from bot.domain.capabilities import Capability, Situation
from bot.domain.errors import (
    EventError,
    PlatformError,
    PlatformRefusedError,
    PlatformUnknownError,
)
from bot.domain.events import Attachment, JoinRequested, MessagePosted, Text
from bot.domain.groups import Group, Member, MemberList
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey, Platform
from bot.domain.measures import MeasureKind
from bot.engine.clock import Clock
from bot.engine.platform import History, Pace

LONGEST_MUTE = timedelta(seconds=2_592_000 - 1)
_NOTICES = 100
_GONE = ("不存在", "为空", "撤回", "not exist", "not found", "recalled")
# A recall is asked for at most a day after the message was posted.
_RECALLABLE = timedelta(hours=48)
_SEARCHED = 600
# Times on the wire are whole seconds of another clock.
_CLOCKS_DIFFER = timedelta(seconds=2)


class QQPlatform:
    """The port to QQ. Lives as long as one connection; calls after its end raise Busy."""

    platform = Platform.QQ

    def __init__(  # noqa: PLR0913, RUF100  the parts of one connection, made in one place
        self,
        *,
        client: OneBotClient,
        converter: Converter,
        sightings: Sightings,
        guard: SendGuard,
        pace: Pace,
        clock: Clock,
        history: HistoryReader,
        members: MemberReader,
        opener: ForwardOpener,
        media: MediaFetcher,
    ) -> None:
        self.friends: set[AccountKey] = set()
        self.online = False
        """Whether the account itself is logged in; set by the connection."""
        self._client = client
        self._converter = converter
        self._sightings = sightings
        self._guard = guard
        self._pace = pace
        self._clock = clock
        self._history = history
        self._members = members
        self._opener = opener
        self._media = media

    @property
    def self_account(self) -> AccountKey:
        """The bot's own account."""
        return self._converter.keys.self_account

    @property
    def connected(self) -> bool:
        """Whether calls can be made now."""
        return self._client.is_open and self.online

    @property
    def pace(self) -> Pace:
        """The throttle the outbox keeps."""
        return self._pace

    def capability(self, kind: MeasureKind, situation: Situation) -> Capability:
        """The strongest rung for ``kind`` in such a situation."""
        return capabilities.capability(kind, situation)

    def reachable_privately(self, account: AccountKey) -> bool:
        """Whether ``account`` is a friend: QQ mostly refuses messages to others."""
        return account in self.friends

    async def read_friends(self) -> None:
        """Read the friend list anew."""
        found = await self._client.call("get_friend_list", {}, list[Friend])
        self.friends = {
            self._converter.keys.account(friend.user_id) for friend in found if friend.user_id
        }

    def befriended(self, raw: Id) -> None:
        """Somebody is known to be a friend."""
        account = self._converter.keys.somebody(raw)
        if account is not None:
            self.friends.add(account)

    async def groups(self) -> Sequence[Group]:
        """All groups the bot is in."""
        return await self._members.groups()

    async def members(self, group: GroupKey) -> MemberList:
        """A fresh reading; the list is read twice because the first may be stale."""
        return await self._members.members(group)

    async def member(self, group: GroupKey, account: AccountKey) -> Member | None:
        """One member, fresh; None only when the platform says he is not in the group."""
        return await self._members.member(group, account)

    async def pending_joins(self) -> Sequence[JoinRequested]:
        """Requests that wait, those included that QQ files as doubtful and may not announce."""
        params = {"count": _NOTICES}
        found = await self._client.call("get_group_system_msg", params, SystemMessages)
        requests = list(found.join_requests or ())
        try:
            doubtful = await self._client.call("get_group_ignored_notifies", {}, SystemMessages)
            requests += doubtful.join_requests or ()
        except PlatformError:
            pass  # An extra of NapCat; the list of the others is whole without it.
        joins: dict[str, JoinRequested] = {}
        for request in requests:
            if request.checked:
                continue
            try:
                join = self._converter.join(request, self._clock.now())
            except EventError:
                continue
            joins.setdefault(join.event_id, join)
        return tuple(joins.values())

    async def history(self, group: GroupKey, *, after: int | None, limit: int) -> History:
        """Messages after sequence number ``after``, late, their forwards opened."""
        found = await self._history.since(group, after, limit)
        messages = [
            await self._opener.opened(message) if is_unopened(message.parts) else message
            for message in found.messages
        ]
        return History(tuple(messages), found.complete, found.missing)

    async def message_exists(self, message: MessageKey) -> bool:
        """Whether a message is still there.

        NapCat says "消息不存在" of a recalled message and of any whose id it forgot in a restart;
        only for an id that passed through this connection does it mean recalled.
        """
        if self._sightings.is_recalled(message):
            return False
        try:
            params = {"message_id": number_of(message.id)}
            await self._client.call("get_msg", params, Frame)
        except PlatformRefusedError as error:
            if not any(words in error.message for words in _GONE):
                raise PlatformUnknownError(f"查不到消息是否还在：{error.message}") from error
            return not self._sightings.knows(message) and await self._is_in_history(message)
        return True

    async def fetch(self, group: GroupKey, attachment: Attachment, *, most: int) -> bytes:
        """The content of a picture or file, from QQ's servers or through the host."""
        return await self._media.fetch(group, attachment, most=most)

    async def find_own_message(
        self, group: GroupKey, text: str, *, since: datetime
    ) -> MessageKey | None:
        """The bot's own message with exactly this text, posted at ``since`` or later."""
        start = since - _CLOCKS_DIFFER
        wanted = text.strip()
        reading = await self._history.read(
            group,
            until=lambda oldest: oldest.occurred_at < start,
            limit=_SEARCHED,
        )
        for message in reading.oldest_first():
            if message.by_this_bot and message.occurred_at >= start and _words(message) == wanted:
                return message.message
        if not reached(reading, start):
            raise PlatformUnknownError("群历史消息读不到发送之时，不能确定消息是否已发出。")
        return None

    async def send_group(
        self, group: GroupKey, text: str, mentions: Sequence[AccountKey] = ()
    ) -> str:
        """Post in a group, @-ing ``mentions`` first."""
        segments = [_segment("at", qq=account.id) for account in mentions]
        lead = " " if mentions else ""
        segments.append(_segment("text", text=lead + text))
        return await self._send(
            "send_group_msg", {"group_id": number_of(group.id), "message": segments}
        )

    async def send_private(self, account: AccountKey, text: str) -> str:
        """Write to a friend.

        Raises:
            PlatformRefusedError: he is no friend; a session through a group is not tried, since
                QQ refuses most and counts them against the account.
        """
        if account not in self.friends:
            raise PlatformRefusedError("对方不是机器人的好友，私聊发不出；请对方先加机器人为好友。")
        return await self._send(
            "send_private_msg",
            {"user_id": number_of(account.id), "message": [_segment("text", text=text)]},
        )

    async def recall(self, message: MessageKey) -> None:
        """Ask for a message to be withdrawn."""
        await self._act("delete_msg", {"message_id": number_of(message.id)})

    async def mute(self, group: GroupKey, account: AccountKey, duration: timedelta) -> None:
        """Mute for ``duration``, at most a second less than thirty days; zero lifts it."""
        seconds = int(min(max(duration, timedelta()), LONGEST_MUTE).total_seconds())
        await self._act("set_group_ban", {**_who(group, account), "duration": seconds})

    async def remove(self, group: GroupKey, account: AccountKey) -> None:
        """Remove from the group; the person may apply again."""
        if self._client.dialect is Dialect.LLBOT:
            # LLBot's single removal is cut off at about a hundred a day; the batch action is not.
            people = {"group_id": number_of(group.id), "user_ids": [number_of(account.id)]}
            await self._act("batch_delete_group_member", people)
            return
        await self._act("set_group_kick", {**_who(group, account), "reject_add_request": False})

    async def set_card(self, group: GroupKey, account: AccountKey, card: str) -> None:
        """Set somebody's group card."""
        await self._act("set_group_card", {**_who(group, account), "card": card})

    async def answer_join(self, request_id: str, *, approve: bool, reason: str) -> None:
        """Answer a request to join; ``reason`` is shown to the applicant on a refusal."""
        params = {"flag": request_id, "sub_type": "add", "approve": approve, "reason": reason}
        await self._act("set_group_add_request", params)

    async def _act(self, action: str, params: dict[str, object]) -> None:
        await self._client.call(action, params, msgspec.Raw)

    async def _send(self, action: str, params: dict[str, object]) -> str:
        sent = await self._guard.send(lambda: self._client.call(action, params, Sent))
        if not sent.message_id:
            raise PlatformUnknownError("QQ 说消息已发送，却没有给出消息号。")
        return str(sent.message_id)

    async def _is_in_history(self, message: MessageKey) -> bool:
        start = self._clock.now() - _RECALLABLE
        reading = await self._history.read(
            message.group,
            until=lambda oldest: oldest.occurred_at < start,
            limit=_SEARCHED,
        )
        if message.id in reading.messages:
            return True
        if not reached(reading, start):
            raise PlatformUnknownError("QQ 端不认得这条消息，历史消息又读不到那么早。")
        return False


def _words(message: MessagePosted) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, Text)).strip()


def _segment(kind: str, **data: str) -> dict[str, object]:
    return {"type": kind, "data": data}


def _who(group: GroupKey, account: AccountKey) -> dict[str, object]:
    return {"group_id": number_of(group.id), "user_id": number_of(account.id)}
