"""What people do in the groups, and what is really true of them."""

from collections.abc import Iterable, Sequence

from adapters.simulator.groups import GroupPlan
from adapters.simulator.onebot11 import segments as piece
from adapters.simulator.onebot11 import wire
from adapters.simulator.onebot11.identifiers import message_id
from adapters.simulator.onebot11.implementation import Implementation
from adapters.simulator.onebot11.journal import Call, Journal, JsonObject
from adapters.simulator.onebot11.people import (
    Group,
    JoinRequest,
    Member,
    Message,
    Role,
    Segment,
)
from adapters.simulator.onebot11.segments import Content
from adapters.simulator.onebot11.sending import node_record


class Stage:
    """Everybody but the bot. Acts happen at once; the events they cause go out in order."""

    def __init__(self, implementation: Implementation, journal: Journal) -> None:
        self.implementation = implementation
        self.world = implementation.world
        self.faults = implementation.faults
        self.journal = journal

    # People speak -----------------------------------------------------------------------------

    def say(self, group_id: int, account: int, content: Content) -> int:
        """A member speaks; returns the message's number."""
        return message_id(self.world.speak(group_id, account, piece.as_segments(content)))

    def mention_bot(self, group_id: int, account: int, content: Content) -> int:
        """A member speaks to the bot by name."""
        head = [piece.at(self.world.self_id), piece.text(" ")]
        return self.say(group_id, account, [*head, *piece.as_segments(content)])

    def quote(self, group_id: int, account: int, quoted: int, content: Content) -> int:
        """A member answers a message by quoting it."""
        return self.say(group_id, account, [piece.reply(quoted), *piece.as_segments(content)])

    def forward(
        self, group_id: int, account: int, spoken: Sequence[tuple[int, str, Content]]
    ) -> int:
        """A member sends a merged forward of (account, name, words)."""
        forward_id = f"{len(self.implementation.forwards) + 1:019d}"
        self.implementation.forwards[forward_id] = [
            node_record(self.world.seconds(), author, name, piece.as_segments(content))
            for author, name, content in spoken
        ]
        return self.say(group_id, account, [piece.forward(forward_id)])

    def show_image(self, group_id: int, account: int, content: bytes, caption: str = "") -> int:
        """A member posts a picture; QQ's file server has it, and ``get_image`` as base64."""
        words = [piece.text(caption)] if caption else []
        return self.say(group_id, account, [*words, self.image(content)])

    def image(self, content: bytes) -> Segment:
        """A picture that can be made part of any message."""
        name = f"{len(self.implementation.media) + 1:032X}.png"
        self.implementation.media[name] = content
        return piece.image(name, len(content), self.implementation.media_server.address(name))

    def upload(self, group_id: int, account: int, name: str, content: bytes) -> int:
        """A member puts a file into the group."""
        message = self.world.upload(group_id, account, name, len(content))
        self.implementation.media[self.world.group(group_id).files[-1]] = content
        return message_id(message)

    def private(self, account: int, content: Content, *, via_group: int | None = None) -> int:
        """Somebody writes to the bot in private; a stranger does so through a group."""
        words = piece.as_segments(content)
        if account in self.world.friends:
            via_group = None
        elif via_group is None:
            raise ValueError(f"{account} 不是好友,私聊须写明经过哪个群(via_group)")
        return message_id(self.world.whisper(account, account, words, via_group))

    def befriend(self, account: int) -> None:
        """Somebody becomes the bot's friend and can be reached in private."""
        self.world.friends.add(account)

    # People act -------------------------------------------------------------------------------

    def rename(self, group_id: int, account: int, card: str) -> None:
        """A member changes his card; no event until he speaks (NC#997)."""
        self.world.rename(group_id, account, account, card)

    def join(self, group_id: int, account: int, *, card: str = "", operator: int = 0) -> None:
        """Somebody enters without the bot's doing."""
        self.world.join(group_id, account, operator, card=card)

    def join_request(self, group_id: int, account: int, answer: str) -> JoinRequest:
        """Somebody asks to enter and answers the group's question."""
        comment = f"问题：部门+姓名\n答案：{answer}"
        doubtful = self.faults.doubtful_joins
        return self.world.request(group_id, account, comment, doubtful=doubtful)

    def invite_bot(self, plan: GroupPlan, account: int) -> JoinRequest:
        """Somebody asks the bot into a group; it is a member once it agrees."""
        return self.world.invite_bot(plan, account)

    def take_bot_in(self, plan: GroupPlan, operator: int, *, role: Role = Role.MEMBER) -> None:
        """Somebody takes the bot into a new group without asking."""
        self.world.enter(plan, operator, role=role)

    def leave(self, group_id: int, account: int) -> None:
        """A member goes."""
        self.world.leave(group_id, account)

    def kick_by(self, group_id: int, operator: int, account: int) -> None:
        """The owner or an admin removes a member; the bot itself may be the one."""
        self.world.remove(group_id, operator, account)

    def recall_by(self, operator: int, number: int) -> None:
        """Somebody takes a message back."""
        self.world.recall(operator, self.message(number))

    def promote(self, group_id: int, account: int) -> None:
        """The owner makes an admin."""
        self.world.set_role(group_id, self.group(group_id).owner.account, account, Role.ADMIN)

    def demote(self, group_id: int, account: int) -> None:
        """The owner unmakes an admin."""
        self.world.set_role(group_id, self.group(group_id).owner.account, account, Role.MEMBER)

    def dissolve(self, group_id: int) -> None:
        """The owner ends the group."""
        self.world.dissolve(group_id)

    # The host itself --------------------------------------------------------------------------

    def gray_tip(self, group_id: int, account: int, content: str) -> None:
        """A member forges a grey system line (NapCat OB11GroupGrayTipEvent.ts)."""
        more: JsonObject = {"sub_type": "gray_tip", "message_id": 12345, "busi_id": "1"}
        more |= {"content": content, "raw_info": {}}
        self.push(wire.notice("notify", group_id, account, **more))

    def bot_offline(self, reason: str) -> None:
        """QQ throws the account out (NapCat BotOfflineEvent)."""
        self.push(
            {
                "post_type": "notice",
                "notice_type": "bot_offline",
                "user_id": self.world.self_id,
                "tag": "BotOfflineEvent",
                "message": reason,
            }
        )

    def push(self, event: JsonObject) -> None:
        """Send any event; ``time`` and ``self_id`` are added when missing."""
        self.implementation.emit(event)

    # Questions --------------------------------------------------------------------------------

    def group(self, group_id: int) -> Group:
        """A group as it really is."""
        return self.world.group(group_id)

    def member(self, group_id: int, account: int) -> Member:
        """A member as he really is."""
        return self.world.member(group_id, account)

    def message(self, number: int) -> Message:
        """A message as it really is, whatever the implementation remembers.

        Raises:
            KeyError: there never was one with this number.
        """
        for message in self._all_messages():
            if message_id(message) == number:
                return message
        raise KeyError(number)

    def is_recalled(self, number: int) -> bool:
        """Whether a message is gone."""
        return self.message(number).recalled_by is not None

    def messages_sent_by_bot(self, group_id: int) -> list[Message]:
        """What the bot said in a group, recalled messages included."""
        said = self.world.group(group_id).messages
        return [message for message in said if message.author == self.world.self_id]

    def private_messages_sent_by_bot(self, account: int) -> list[Message]:
        """What the bot wrote to somebody."""
        talk = self.world.private.get(account, [])
        return [message for message in talk if message.author == self.world.self_id]

    def calls(self, action: str = "") -> list[Call]:
        """What the bot asked for."""
        return self.journal.calls(action)

    def _all_messages(self) -> Iterable[Message]:
        for group in self.world.groups.values():
            yield from group.messages
        for talk in self.world.private.values():
            yield from talk
