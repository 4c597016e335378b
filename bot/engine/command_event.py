"""A command on its way through NoneBot: the one kind of event that its matchers see."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from nonebot.adapters import Event, Message

from bot.domain.identifiers import AccountKey, GroupKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Words addressed to the bot: the author's own text, without the @ and the leading slash.

    ``account`` comes from the signed event, never from a nickname. ``addressed`` is True when the
    words were clearly meant for the bot (private, @, or a slash): only then is an unknown command
    answered.
    """

    account: AccountKey
    group: GroupKey | None
    text: str = field(repr=False)
    message_id: str
    at: datetime
    addressed: bool


class CommandReceived(Event):
    """An utterance as a NoneBot event, so that the router is an ordinary NoneBot matcher."""

    utterance: Utterance

    def get_type(self) -> Literal["command"]:
        """A kind of its own: NoneBot reads the text of a "message" before any matcher runs."""
        return "command"

    def get_event_name(self) -> str:
        """The name NoneBot logs."""
        return "qungui.command"

    def get_event_description(self) -> str:
        """What NoneBot logs: never the words themselves."""
        return f"command {self.utterance.message_id}"

    def get_message(self) -> Message:  # type: ignore[type-arg]  # generic only in NoneBot's stubs
        """Not offered: the router reads the utterance."""
        raise ValueError("a command carries an utterance, not a message")

    def get_user_id(self) -> str:
        """Who spoke."""
        return str(self.utterance.account)

    def get_session_id(self) -> str:
        """Where it was said."""
        return f"{self.utterance.group or 'private'}:{self.utterance.account}"

    def is_tome(self) -> bool:
        """Whether it was addressed to the bot."""
        return self.utterance.addressed
