"""The NapCat process: what it remembers, what it notices, what it passes on."""

import asyncio
import copy
from collections.abc import Callable

from adapters.simulator.onebot11 import wire
from adapters.simulator.onebot11.faults import Faults, Timing
from adapters.simulator.onebot11.identifiers import MessageTable, message_id
from adapters.simulator.onebot11.journal import JsonObject
from adapters.simulator.onebot11.media import MediaServer
from adapters.simulator.onebot11.outlet import Outlet
from adapters.simulator.onebot11.people import Group, JoinRequest, Member, Message, Role, Segment
from adapters.simulator.onebot11.world import World

MemberCache = dict[int, Member]


class Implementation:
    """Observes the world and turns it into events; its memory is lost at a restart."""

    def __init__(self, world: World, outlet: Outlet, faults: Faults, timing: Timing) -> None:
        self.world = world
        self.outlet = outlet
        self.faults = faults
        self.timing = timing
        self.report_self_message = False
        self.forwards: dict[str, list[JsonObject]] = {}
        self.media: dict[str, bytes] = {}
        self.media_server = MediaServer(self.media, faults)
        self.table = MessageTable()
        self.caches: dict[int, MemberCache] = {}
        self._later: set[asyncio.TimerHandle] = set()
        world.observer = self

    def boot(self) -> None:
        """The process starts: its message table is empty, every member list is read once.

        Old messages cannot be recalled until they pass through again (NapCat message-unique.ts;
        napcat-core/apis/group.ts, initCache).
        """
        self.halt()
        self.table = MessageTable()
        self.caches = {}
        for group_id in self.world.groups:
            self._refresh(group_id)

    def halt(self) -> None:
        """The process ends: what it meant to do later is not done."""
        for handle in self._later:
            handle.cancel()
        self._later.clear()

    # Observer ---------------------------------------------------------------------------------

    def spoken(self, message: Message) -> None:
        """A message event, then a card event when the speaker's card is not the cached one."""
        message.unseen = not self.outlet.connected
        number = self.table.pass_through(message)
        if message.author == self.world.self_id and not self.report_self_message:
            return
        if message.private:
            self._emit(wire.private_message(message, number, self.world.self_id), message.author)
            return
        group = self.world.group(message.peer)
        self._emit(wire.group_message(message, number, group, self.world.self_id), message.author)
        self._notice_card(group, message)

    def _notice_card(self, group: Group, message: Message) -> None:
        """Cards are compared only when somebody speaks (NapCat parseCardChangedEvent, NC#997)."""
        cached = self.caches.get(group.group_id, {}).get(message.author)
        if cached is None:
            self._refresh(group.group_id)
            return
        if cached.card == message.card:
            return
        event = wire.notice(
            "group_card",
            group.group_id,
            message.author,
            card_new=message.card,
            card_old=cached.card,
        )
        cached.card = message.card
        self._emit(event, message.author)

    def recalled(self, message: Message, operator: int) -> None:
        """A recall notice; the bot's own recalls make one too (NapCat emitGroupRecallMsg)."""
        number = message_id(message)
        if message.private:
            event: JsonObject = {
                "post_type": "notice",
                "notice_type": "friend_recall",
                "user_id": message.author,
                "message_id": number,
            }
        else:
            event = wire.notice(
                "group_recall",
                message.peer,
                message.author,
                operator_id=operator,
                message_id=number,
            )
        self._emit(event, operator)

    def joined(self, group: Group, account: int, operator: int, *, invited: bool) -> None:
        """An increase notice."""
        self._follow(group)
        kind = "invite" if invited else "approve"
        event = wire.notice(
            "group_increase", group.group_id, account, sub_type=kind, operator_id=operator
        )
        self._emit(event, operator)

    def departed(self, group: Group, account: int, operator: int, reason: str) -> None:
        """A decrease notice; the bot's own removal is ``kick_me``."""
        self._follow(group)
        kind = "kick_me" if account == self.world.self_id and reason == "kick" else reason
        event = wire.notice(
            "group_decrease", group.group_id, account, sub_type=kind, operator_id=operator
        )
        self._emit(event, operator)

    def muted(self, group: Group, account: int, operator: int, seconds: int) -> None:
        """A mute notice; everybody is ``user_id`` 0 and ``duration`` -1 (NapCat api/group.ts)."""
        event = wire.notice(
            "group_ban",
            group.group_id,
            account,
            sub_type="ban" if seconds else "lift_ban",
            operator_id=operator,
            duration=seconds,
        )
        self._emit(event, operator)

    def role_changed(self, group: Group, account: int) -> None:
        """An admin notice."""
        self._follow(group)
        kind = "set" if group.members[account].role is Role.ADMIN else "unset"
        self._emit(wire.notice("group_admin", group.group_id, account, sub_type=kind), 0)

    def requested(self, request: JoinRequest) -> None:
        """A request event; a doubtful one makes none (NC#258, NC#875, NC#967)."""
        if not request.doubtful:
            self._emit(wire.join_request(request), request.applicant)

    def uploaded(self, group: Group, account: int, file: Segment) -> None:
        """An upload notice."""
        self._emit(wire.notice("group_upload", group.group_id, account, file=file), account)

    # Sending ----------------------------------------------------------------------------------

    def emit(self, event: JsonObject) -> None:
        """Offer an event under this account and moment unless it names its own."""
        stamped = {"time": self.world.seconds(), "self_id": self.world.self_id, **event}
        self.outlet.offer(stamped)

    def _emit(self, event: JsonObject, actor: int) -> None:
        """Notices of the bot's own acts come a little after the answer, as with QQ's server."""
        if actor != self.world.self_id or not self.timing.notice_delay:
            self.emit(event)
            return
        stamped = {"time": self.world.seconds(), **event}
        self.later(self.timing.notice_delay, lambda: self.emit(stamped))

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after a while unless the process is restarted first."""
        self._later = {handle for handle in self._later if not _is_past(handle)}
        self._later.add(asyncio.get_running_loop().call_later(seconds, act))

    # Member lists -----------------------------------------------------------------------------

    def members(self, group_id: int, *, no_cache: bool) -> list[Member]:
        """The list NapCat would answer with (GetGroupMemberList.ts): the old one while warm."""
        self.world.group(group_id)
        if group_id not in self.caches or (no_cache and not self.faults.stale_member_list):
            self._refresh(group_id)
        elif no_cache:
            self.later(self.timing.member_refresh, lambda: self._refresh(group_id))
        listed = list(self.caches[group_id].values())
        return listed[: self.faults.truncated_member_list]

    def _follow(self, group: Group) -> None:
        """At a join, a departure, a new admin NapCat reads the whole list (api/msg.ts)."""
        if not self.faults.frozen_member_cache:
            self._refresh(group.group_id)

    def _refresh(self, group_id: int) -> None:
        group = self.world.groups.get(group_id)
        if group is not None:
            self.caches[group_id] = {a: copy.copy(m) for a, m in group.members.items()}


def _is_past(handle: asyncio.TimerHandle) -> bool:
    return handle.cancelled() or handle.when() < asyncio.get_running_loop().time()
