"""Who is in which group: QQ's books, and how they are opened."""

from collections.abc import Callable

from adapters.simulator.groups import GroupPlan, Habit
from adapters.simulator.onebot11.people import (
    Group,
    JoinRequest,
    Member,
    Message,
    RightsError,
    Role,
)


class Register:
    """All groups and people; looked up here, changed by ``World``."""

    def __init__(self, self_id: int, now: Callable[[], float]) -> None:
        self.self_id = self_id
        self.groups: dict[int, Group] = {}
        self.friends: set[int] = set()
        self.nicknames: dict[int, str] = {self_id: "群规助手"}
        self.private: dict[int, list[Message]] = {}
        self.requests: list[JoinRequest] = []
        self.now = now

    def seconds(self) -> int:
        """Unix time now, whole seconds."""
        return int(self.now())

    def found(self, plan: GroupPlan, *, bot_role: Role | None = Role.ADMIN) -> Group:
        """Set up a group as planned; ``bot_role`` None leaves the bot out.

        The owner and the admins are made friends of the bot, since only friends can be reached
        in private (NC#37, NC#621).
        """
        group = Group(plan.group_id, plan.name)
        since = self.seconds() - 86_400 * 300
        for seat in plan.seats:
            group.members[seat.account] = Member(
                seat.account, seat.nickname, seat.card, Role(seat.role), joined_at=since
            )
            group.members[seat.account].robot = seat.habit is Habit.ROBOT
            self.nicknames[seat.account] = seat.nickname
            if seat.role != "member":
                self.friends.add(seat.account)
        if bot_role is not None:
            nick = self.nicknames[self.self_id]
            group.members[self.self_id] = Member(
                self.self_id, nick, nick, bot_role, joined_at=since
            )
        if bot_role is Role.OWNER:
            group.members[plan.owner.account].role = Role.ADMIN
        self.groups[group.group_id] = group
        return group

    def group(self, group_id: int) -> Group:
        """The group with this number; a missing one is the caller's mistake."""
        if group_id not in self.groups:
            raise RightsError(f"群({group_id})不存在")
        return self.groups[group_id]

    def member(self, group_id: int, account: int) -> Member:
        """A member; a missing one raises what NapCat says then."""
        member = self.group(group_id).members.get(account)
        if member is None:
            raise RightsError(f"群({group_id})成员{account}不存在")
        return member
