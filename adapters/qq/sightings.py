"""What passed through this connection: which message ids the implementation can still resolve."""

import time
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from adapters.qq.fields import message_event_id
from bot.domain.events import MessagePosted
from bot.domain.identifiers import GroupKey, MessageKey

# NapCat keeps 5,000 ids of all chats in memory, and loses them when it restarts.
_REMEMBERED = 4000


@dataclass(slots=True)
class Activity:
    """The traffic of one group on this connection; ``at`` is the monotonic clock."""

    group: GroupKey
    messages: int = 0
    newest: int = 0
    at: float = 0.0


class Sightings:
    """Messages seen on one connection, by event id; plain strings, for it is asked of each."""

    def __init__(self) -> None:
        self._activity: dict[str, Activity] = {}
        self._ids: OrderedDict[str, int | None] = OrderedDict()
        self._recalled: OrderedDict[str, int | None] = OrderedDict()

    @property
    def activities(self) -> Collection[Activity]:
        """The traffic of each group that spoke."""
        return self._activity.values()

    def live(self, message: MessagePosted) -> None:
        """A message was pushed."""
        group = message.group
        activity = self._activity.get(group.id)
        if activity is None:
            activity = self._activity[group.id] = Activity(group)
        activity.messages += 1
        activity.at = time.monotonic()
        sequence = message.sequence
        if sequence is not None and sequence > activity.newest:
            activity.newest = sequence
        self.read(message)

    def read(self, message: MessagePosted) -> None:
        """A message passed through, live or out of the history: its id can be resolved now."""
        ids = self._ids
        ids[message.event_id] = message.sequence
        if len(ids) > _REMEMBERED:
            ids.popitem(last=False)

    def recalled(self, message: MessageKey) -> None:
        """The platform said that a message is gone."""
        event_id = message_event_id(message.group, message.id)
        self._recalled[event_id] = self._ids.pop(event_id, None)
        if len(self._recalled) > _REMEMBERED:
            self._recalled.popitem(last=False)

    def knows(self, message: MessageKey) -> bool:
        """Whether the implementation had this id in its memory on this connection."""
        return message_event_id(message.group, message.id) in self._ids

    def is_recalled(self, message: MessageKey) -> bool:
        """Whether the platform's own notice said so on this connection."""
        return message_event_id(message.group, message.id) in self._recalled

    def recalled_sequences(self, group: GroupKey) -> set[int]:
        """Numbers of this group that are missing from the history for a known reason."""
        start = message_event_id(group, "")
        return {
            sequence
            for event_id, sequence in self._recalled.items()
            if sequence is not None and event_id.startswith(start)
        }
