"""QQ's own side: what really happens, whatever the implementation claims about it."""

import time
from collections.abc import Callable

from adapters.simulator.groups import GroupPlan
from adapters.simulator.onebot11.observer import Observer
from adapters.simulator.onebot11.people import (
    JoinRequest,
    Member,
    Message,
    RightsError,
    Role,
    Segment,
)
from adapters.simulator.onebot11.register import Register

OWN_RECALL_SECONDS = 120
"""An ordinary member may recall his own words for two minutes."""


class World(Register):
    """Everything people do; the only judge of who may do what."""

    def __init__(
        self, self_id: int, *, now: Callable[[], float] = time.time, messages_before: int = 0
    ) -> None:
        super().__init__(self_id, now)
        self.observer: Observer | None = None
        self._issued = messages_before
        self._inviting: dict[str, GroupPlan] = {}

    # Speaking ---------------------------------------------------------------------------------

    def speak(self, group_id: int, account: int, segments: list[Segment]) -> Message:
        """Post to a group; the muted and strangers cannot."""
        group, member = self.group(group_id), self.member(group_id, account)
        silenced = group.whole_mute and member.role is Role.MEMBER
        if silenced or member.muted_until > self.seconds():
            raise RightsError(f"{account} 已被禁言")
        member.last_sent_at = self.seconds()
        message = self._message(group_id, account, segments, group.next_sequence)
        message.card, message.nickname = member.card, member.nickname
        group.next_sequence += 1
        group.messages.append(message)
        if self.observer is not None:
            self.observer.spoken(message)
        return message

    def whisper(
        self, author: int, peer: int, segments: list[Segment], group_id: int | None = None
    ) -> Message:
        """Post to the private conversation with ``peer``; ``group_id`` makes it a temporary one."""
        talk = self.private.setdefault(peer, [])
        message = self._message(peer, author, segments, len(talk) + 1)
        message.private, message.temporary_group = True, group_id
        message.nickname = self.nicknames.get(author, str(author))
        talk.append(message)
        if self.observer is not None:
            self.observer.spoken(message)
        return message

    def _message(self, peer: int, author: int, segments: list[Segment], sequence: int) -> Message:
        return Message(self.kernel_id(), peer, False, author, segments, self.seconds(), sequence)

    def kernel_id(self) -> str:
        """A new message's number inside QQ."""
        self._issued += 1
        return f"75{self.self_id % 10**6:06d}{self._issued:011d}"

    def recall(self, actor: int, message: Message) -> None:
        """Take a message back; one's own within two minutes, a lower rank's at any age."""
        own = message.author == actor
        if message.recalled_by is not None:
            raise RightsError("消息已被撤回")
        if not (own and self._may_recall_own(actor, message)) and not self._may_recall_of(
            actor, message
        ):
            raise RightsError("没有权限撤回该消息")
        message.recalled_by = actor
        if self.observer is not None:
            self.observer.recalled(message, actor)

    def _may_recall_own(self, actor: int, message: Message) -> bool:
        if self.seconds() - message.sent_at <= OWN_RECALL_SECONDS:
            return True
        return not message.private and self.member(message.peer, actor).role is not Role.MEMBER

    def _may_recall_of(self, actor: int, message: Message) -> bool:
        if message.private:
            return False
        group = self.group(message.peer)
        if message.author in group.members:
            return group.outranks(actor, message.author)
        return actor in group.members and group.members[actor].role is not Role.MEMBER

    # Members ----------------------------------------------------------------------------------

    def rename(self, group_id: int, actor: int, account: int, card: str) -> None:
        """Change a card: one's own, or a lower rank's. Nobody is told (NC#997)."""
        member = self.member(group_id, account)
        if actor != account and not self.group(group_id).outranks(actor, account):
            raise RightsError("没有权限修改群名片")
        member.card = card

    def join(self, group_id: int, account: int, operator: int = 0, *, card: str = "") -> None:
        """Let somebody in."""
        group = self.group(group_id)
        nickname = self.nicknames.setdefault(account, f"用户{account % 10000}")
        group.members[account] = Member(account, nickname, card, joined_at=self.seconds())
        if self.observer is not None:
            self.observer.joined(group, account, operator, invited=False)

    def leave(self, group_id: int, account: int) -> None:
        """Somebody goes of his own accord; an owner cannot."""
        if self.member(group_id, account).role is Role.OWNER:
            raise RightsError("群主不能退出自己的群")
        self._depart(group_id, account, 0, "leave")

    def remove(self, group_id: int, actor: int, account: int, *, bar: bool = False) -> None:
        """Remove a lower rank; ``bar`` keeps him from ever asking again."""
        self.member(group_id, account)
        group = self.group(group_id)
        if not group.outranks(actor, account):
            raise RightsError("ERR_NOT_GROUP_ADMIN")
        if bar:
            group.barred.add(account)
        self._depart(group_id, account, actor, "kick")

    def _depart(self, group_id: int, account: int, operator: int, reason: str) -> None:
        group = self.group(group_id)
        del group.members[account]
        if self.observer is not None:
            self.observer.departed(group, account, operator, reason)
        if account == self.self_id:
            del self.groups[group_id]

    def dissolve(self, group_id: int) -> None:
        """The owner ends the group."""
        group = self.group(group_id)
        operator = group.owner.account
        if self.observer is not None:
            self.observer.departed(group, self.self_id, operator, "disband")
        del self.groups[group_id]

    def set_role(self, group_id: int, actor: int, account: int, role: Role) -> None:
        """Make or unmake an admin; only the owner does that."""
        group = self.group(group_id)
        if group.owner.account != actor or actor == account:
            raise RightsError("只有群主可以设置管理员")
        self.member(group_id, account).role = role
        if self.observer is not None:
            self.observer.role_changed(group, account)

    def mute(self, group_id: int, actor: int, account: int, seconds: int) -> None:
        """Silence a lower rank for ``seconds``; 0 sets him free."""
        group, member = self.group(group_id), self.member(group_id, account)
        if not group.outranks(actor, account):
            raise RightsError("ERR_NOT_GROUP_ADMIN")
        member.muted_until = self.seconds() + seconds if seconds else 0
        if self.observer is not None:
            self.observer.muted(group, account, actor, seconds)

    def mute_everybody(self, group_id: int, actor: int, *, on: bool) -> None:
        """Silence all ordinary members, or set them free."""
        group = self.group(group_id)
        if self.member(group_id, actor).role is Role.MEMBER:
            raise RightsError("ERR_NOT_GROUP_ADMIN")
        group.whole_mute = on
        if self.observer is not None:
            self.observer.muted(group, 0, actor, -1 if on else 0)

    # Requests ---------------------------------------------------------------------------------

    def request(
        self, group_id: int, account: int, comment: str, *, doubtful: bool = False
    ) -> JoinRequest:
        """Somebody asks to enter; ``flag`` is the microsecond at which he did."""
        if account in self.group(group_id).barred:
            raise RightsError(f"{account} 已被拒绝再次申请")
        return self._request(group_id, account, comment, doubtful=doubtful, invitation=False)

    def invite_bot(self, plan: GroupPlan, account: int) -> JoinRequest:
        """Somebody asks the bot into a group it does not know; it enters when it agrees."""
        request = self._request(plan.group_id, account, "", doubtful=False, invitation=True)
        self._inviting[request.flag] = plan
        return request

    def enter(self, plan: GroupPlan, operator: int, *, role: Role = Role.MEMBER) -> None:
        """The bot is taken into a group."""
        group = self.found(plan, bot_role=role)
        if self.observer is not None:
            self.observer.joined(group, self.self_id, operator, invited=True)

    def _request(
        self, group_id: int, account: int, comment: str, *, doubtful: bool, invitation: bool
    ) -> JoinRequest:
        nickname = self.nicknames.setdefault(account, f"用户{account % 10000}")
        flag = str(max(int(self.now() * 1_000_000), self._latest_flag() + 1))
        request = JoinRequest(flag, group_id, account, nickname, comment, self.seconds())
        request.doubtful, request.invitation = doubtful, invitation
        self.requests.append(request)
        if self.observer is not None:
            self.observer.requested(request)
        return request

    def _latest_flag(self) -> int:
        return int(self.requests[-1].flag) if self.requests else 0

    def decide(self, request: JoinRequest, actor: int, *, approve: bool, reason: str = "") -> None:
        """Answer a request; the second answer fails."""
        if request.state is not None:
            raise RightsError("该申请已被处理")
        if not request.invitation and self.member(request.group_id, actor).role is Role.MEMBER:
            raise RightsError("ERR_NOT_GROUP_ADMIN")
        request.state = "approved" if approve else "rejected"
        request.decided_by, request.reason = actor, reason
        if approve and request.invitation:
            self.enter(self._inviting.pop(request.flag), request.applicant)
        elif approve:
            self.join(request.group_id, request.applicant, actor)

    # Files ------------------------------------------------------------------------------------

    def upload(self, group_id: int, account: int, name: str, size: int) -> Message:
        """Put a file into the group: a notice and a message with a file segment."""
        group = self.group(group_id)
        file_id = f"/{len(group.files) + 1:08x}-{group_id}"
        group.files.append(file_id)
        data: Segment = {"file": name, "file_id": file_id, "file_size": str(size), "url": ""}
        message = self.speak(group_id, account, [{"type": "file", "data": data}])
        if self.observer is not None:
            file: dict[str, object] = {"id": file_id, "name": name, "size": size, "busid": 102}
            self.observer.uploaded(group, account, file)
        return message
