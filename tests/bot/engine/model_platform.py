"""A truthful model of a platform's groups: what is, what was asked of it, what it then did.

It implements the port by hand and shares nothing with the product's own bookkeeping, so that its
``log`` can be held against the product's ledger.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from bot.domain.capabilities import Capability, Situation
from bot.domain.errors import (
    PlatformBusyError,
    PlatformRefusedError,
    PlatformUnknownError,
    TooLargeError,
)
from bot.domain.events import (
    Attachment,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MessagePosted,
    MessageRecalled,
    Text,
)
from bot.domain.groups import Group, Member, MemberList, Role
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey, Platform
from bot.domain.measures import MeasureKind, Rung
from bot.engine.clock import Clock
from bot.engine.door import Door
from bot.engine.platform import History, Pace

BOT = AccountKey(Platform.QQ, "1")
_NEEDS_RANK = frozenset(
    {
        MeasureKind.RECALL,
        MeasureKind.MUTE,
        MeasureKind.REMOVE,
        MeasureKind.FIX_NAME,
        MeasureKind.APPROVE_JOIN,
        MeasureKind.REJECT_JOIN,
    }
)


class ActFault(Enum):
    """What goes wrong with a call that should change something."""

    NONE = auto()
    BUSY = auto()
    REFUSED = auto()
    APPLIED_BUT_UNANSWERED = auto()
    LOST_AND_UNANSWERED = auto()
    OK_BUT_NOT_DONE = auto()


class ListFault(Enum):
    """What goes wrong with a reading of the members."""

    NONE = auto()
    FAILING = auto()
    PARTIAL = auto()
    """A page is missing, and the platform's own count says so."""
    EMPTY = auto()
    SHRUNKEN = auto()
    """Half of the members are missing and the platform's own count agrees with it."""
    STALE = auto()
    """The members of before, given out as those of now."""


@dataclass(frozen=True, slots=True)
class Act:
    """One call that should change something, and whether it did."""

    kind: MeasureKind
    group: GroupKey | None
    about: str
    at: datetime
    applied: bool
    mentions: tuple[AccountKey, ...] = ()


@dataclass(slots=True)
class ModelGroup:
    """One group as it truly is."""

    group: Group
    members: dict[AccountKey, Member]
    messages: dict[str, MessagePosted] = field(default_factory=dict)
    before: tuple[Member, ...] = ()
    """The members at the reading before, for the stale answer."""

    def role(self, account: AccountKey) -> Role | None:
        member = self.members.get(account)
        return member.role if member else None


@dataclass(slots=True)
class ModelPlatform:
    """Implements ``GroupPlatform``."""

    clock: Clock
    groups_: dict[GroupKey, ModelGroup] = field(default_factory=dict)
    platform: Platform = Platform.QQ
    self_account: AccountKey = BOT
    connected: bool = True
    pace: Pace = field(
        default_factory=lambda: Pace(timedelta(), timedelta(), timedelta(), timedelta())
    )
    private: set[AccountKey] = field(default_factory=set)
    """Who can be written to in private."""
    act_fault: ActFault = ActFault.NONE
    list_fault: ListFault = ListFault.NONE
    role_fault: bool = False
    """Whether a single member is given out without his role."""
    notices: bool = True
    """Whether the platform tells what happens to members and messages."""
    log: list[Act] = field(default_factory=list)
    delivered: dict[GroupKey, tuple[MemberList, ListFault]] = field(default_factory=dict)
    delivered_before: dict[GroupKey, tuple[MemberList, ListFault]] = field(default_factory=dict)
    unknown_roles: set[tuple[GroupKey, AccountKey]] = field(default_factory=set)
    """Whose role the last answer about him left open."""
    joins: dict[str, JoinRequested] = field(default_factory=dict)
    witness: Callable[[MeasureKind, GroupKey | None, str], None] | None = None
    """Sees every act at the moment it is asked for."""
    door: Door | None = None
    on_call: Callable[[MeasureKind], None] | None = None
    _ids: int = 0
    _telling: set[asyncio.Task[object]] = field(default_factory=set)
    media: dict[str, bytes] = field(default_factory=dict)
    """What was posted besides text, by its reference."""
    held: asyncio.Event | None = None
    """Until it is set, no content is given out."""
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    # --- what people do -----------------------------------------------------------------------

    def add(self, group: Group, members: Sequence[Member]) -> None:
        everybody = {one.account: one for one in members}
        self.groups_[group.key] = ModelGroup(group, everybody, before=tuple(members))

    def next_id(self) -> str:
        self._ids += 1
        return str(self._ids)

    def message(self, group: GroupKey, author: AccountKey, text: str) -> MessagePosted:
        now, state = self.clock.now(), self.groups_[group]
        member = state.members.get(author)
        posted = MessagePosted(
            platform=self.platform,
            event_id=f"m{self.next_id()}",
            occurred_at=now,
            received_at=now,
            group=group,
            message_id=self.next_id(),
            author=author,
            author_card=member.card if member else "",
            author_role=member.role if member else Role.UNKNOWN,
            parts=(Text(text),),
        )
        state.messages[posted.message_id] = posted
        return posted

    def arrive(self, group: GroupKey, member: Member) -> MemberJoined:
        self.groups_[group].members[member.account] = member
        return MemberJoined(**self._happening(), group=group, account=member.account)

    def leave(self, group: GroupKey, account: AccountKey, *, removed: bool = False) -> MemberLeft:
        self.groups_[group].members.pop(account, None)
        return MemberLeft(**self._happening(), group=group, account=account, removed=removed)

    def change(self, group: GroupKey, account: AccountKey, **changes: object) -> None:
        state = self.groups_[group]
        state.members[account] = replace(state.members[account], **changes)  # type: ignore[arg-type]  # any field

    # --- the port -----------------------------------------------------------------------------

    def capability(self, kind: MeasureKind, situation: Situation) -> Capability:
        if kind not in _NEEDS_RANK:
            return Capability(kind, Rung.AUTOMATIC, "")
        if situation.bot_role not in (Role.OWNER, Role.ADMIN):
            return Capability(kind, Rung.ASSISTED, "机器人不是群管理员")
        if situation.target_role is not Role.MEMBER and kind is not MeasureKind.APPROVE_JOIN:
            return Capability(kind, Rung.ASSISTED, "对方是群管理人员")
        return Capability(kind, Rung.AUTOMATIC, "")

    def reachable_privately(self, account: AccountKey) -> bool:
        return account in self.private

    async def groups(self) -> Sequence[Group]:
        self._reach("groups")
        return [state.group for state in self.groups_.values()]

    async def members(self, group: GroupKey) -> MemberList:
        self._reach("members")
        if self.list_fault is ListFault.FAILING:
            raise PlatformUnknownError("没有答复")
        state = self.groups_[group]
        truth = tuple(state.members.values())
        listed, declared = self._listed(state, truth)
        state.before = truth
        reading = MemberList(
            members=listed,
            declared_count=declared,
            complete=bool(listed) and declared == len(listed),
            read_at=self.clock.now(),
        )
        if group in self.delivered:
            self.delivered_before[group] = self.delivered[group]
        self.delivered[group] = (reading, self.list_fault)
        return reading

    async def member(self, group: GroupKey, account: AccountKey) -> Member | None:
        self._reach("member")
        member = self.groups_[group].members.get(account)
        if member is not None and self.role_fault:
            self.unknown_roles.add((group, account))
            return replace(member, role=Role.UNKNOWN)
        self.unknown_roles.discard((group, account))
        return member

    async def pending_joins(self) -> Sequence[JoinRequested]:
        self._reach("pending_joins")
        return list(self.joins.values())

    async def history(self, group: GroupKey, *, after: int | None, limit: int) -> History:
        self._reach("history")
        return History((), complete=True, missing=None)

    async def message_exists(self, message: MessageKey) -> bool:
        self._reach("message_exists")
        return message.id in self.groups_[message.group].messages

    async def fetch(self, group: GroupKey, attachment: Attachment, *, most: int) -> bytes:
        self._reach("fetch")
        if self.held is not None:
            await self.held.wait()
        if attachment.reference not in self.media:
            raise PlatformRefusedError("文件已失效")
        content = self.media[attachment.reference]
        if len(content) > most:
            raise TooLargeError("文件过大")
        return content

    async def find_own_message(
        self, group: GroupKey, text: str, *, since: datetime
    ) -> MessageKey | None:
        self._reach("find_own_message")
        for number, act in enumerate(self.log):
            posted = act.group == group and act.about == text and act.applied
            if posted and act.kind is MeasureKind.NOTIFY and act.at >= since:
                return MessageKey(group, f"own{number}")
        return None

    async def send_group(
        self, group: GroupKey, text: str, mentions: Sequence[AccountKey] = ()
    ) -> str:
        self._ask(MeasureKind.NOTIFY, group, text, tuple(mentions))
        return f"own{len(self.log) - 1}"

    async def send_private(self, account: AccountKey, text: str) -> str:
        if account not in self.private:
            raise PlatformRefusedError("对方不是好友")
        self._ask(MeasureKind.NOTIFY, None, f"{account}|{text}")
        return f"own{len(self.log) - 1}"

    async def recall(self, message: MessageKey) -> None:
        if self._ask(MeasureKind.RECALL, message.group, message.id):
            gone = self.groups_[message.group].messages.pop(message.id, None)
            author = gone.author if gone else None
            self._tell(
                MessageRecalled(
                    **self._happening(),
                    group=message.group,
                    message_id=message.id,
                    author=author,
                    operator=BOT,
                )
            )
        self._answer()

    async def mute(self, group: GroupKey, account: AccountKey, duration: timedelta) -> None:
        if self._ask(MeasureKind.MUTE, group, str(account)):
            until = self.clock.now() + duration if duration else None
            self.change(group, account, muted_until=until)
            self._tell(MemberMuted(**self._happening(), group=group, account=account, until=until))
        self._answer()

    async def remove(self, group: GroupKey, account: AccountKey) -> None:
        if self._ask(MeasureKind.REMOVE, group, str(account)):
            self._tell(self.leave(group, account, removed=True))
        self._answer()

    async def set_card(self, group: GroupKey, account: AccountKey, card: str) -> None:
        if self._ask(MeasureKind.FIX_NAME, group, str(account)):
            self.change(group, account, card=card)
        self._answer()

    async def answer_join(self, request_id: str, *, approve: bool, reason: str) -> None:
        kind = MeasureKind.APPROVE_JOIN if approve else MeasureKind.REJECT_JOIN
        request = self.joins[request_id]
        if self._ask(kind, request.group, str(request.account)):
            del self.joins[request_id]
            if approve:
                newcomer = Member(account=request.account, card=request.answer, role=Role.MEMBER)
                self._tell(self.arrive(request.group, newcomer))
        self._answer()

    # --- inside -------------------------------------------------------------------------------

    async def told(self) -> None:
        """Wait until everything that happened was told to the product."""
        while self._telling:
            await asyncio.gather(*self._telling, return_exceptions=True)

    def _listed(
        self, state: ModelGroup, truth: tuple[Member, ...]
    ) -> tuple[tuple[Member, ...], int | None]:
        match self.list_fault:
            case ListFault.PARTIAL:
                return truth[: len(truth) // 2], len(truth)
            case ListFault.EMPTY:
                return (), 0
            case ListFault.SHRUNKEN:
                kept = truth[: max(1, len(truth) // 2)]
                return kept, len(kept)
            case ListFault.STALE:
                return state.before, len(state.before)
            case _:
                return truth, len(truth)

    def _happening(self) -> dict[str, Any]:
        now = self.clock.now()
        return {
            "platform": self.platform,
            "event_id": f"e{self.next_id()}",
            "occurred_at": now,
            "received_at": now,
        }

    def _tell(self, event: Event) -> None:
        if self.door is None or not self.notices:
            return
        task = asyncio.get_running_loop().create_task(self.door.submit(event))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def _reach(self, name: str) -> None:
        self.calls[name] += 1
        if not self.connected:
            raise PlatformBusyError("未连接")

    def _ask(
        self,
        kind: MeasureKind,
        group: GroupKey | None,
        about: str,
        mentions: tuple[AccountKey, ...] = (),
    ) -> bool:
        """Note an act; whether it takes effect."""
        self._reach(kind.value)
        if self.on_call is not None:
            self.on_call(kind)
        if self.witness is not None:
            self.witness(kind, group, about)
        applied = self.act_fault in (ActFault.NONE, ActFault.APPLIED_BUT_UNANSWERED)
        spoken = kind is MeasureKind.NOTIFY
        if spoken and self.act_fault is ActFault.OK_BUT_NOT_DONE:
            applied = True
        self.log.append(Act(kind, group, about, self.clock.now(), applied, mentions))
        if spoken:
            self._answer()
        return applied

    def _answer(self) -> None:
        match self.act_fault:
            case ActFault.BUSY:
                raise PlatformBusyError("请求过于频繁")
            case ActFault.REFUSED:
                raise PlatformRefusedError("没有权限")
            case ActFault.APPLIED_BUT_UNANSWERED | ActFault.LOST_AND_UNANSWERED:
                raise PlatformUnknownError("没有答复")
            case _:
                return
