"""What passed through this connection: which message ids the implementation can still resolve."""

import time
from collections import OrderedDict
from dataclasses import dataclass

from bot.domain.events import MessagePosted
from bot.domain.identifiers import GroupKey, MessageKey

# NapCat keeps 5,000 ids of all chats in memory, and loses them when it restarts.
_REMEMBERED = 4000


@dataclass(slots=True)
class Activity:
    """The traffic of one group on this connection; ``at`` is the monotonic clock."""

    messages: int = 0
    newest: int = 0
    at: float = 0.0


class Sightings:
    """Messages seen on one connection."""

    def __init__(self) -> None:
        self.activity: dict[GroupKey, Activity] = {}
        self._ids: OrderedDict[tuple[str, str], int | None] = OrderedDict()
        self._recalled: OrderedDict[tuple[str, str], int | None] = OrderedDict()

    def live(self, message: MessagePosted) -> None:
        """A message was pushed."""
        group = message.group
        activity = self.activity.get(group)
        if activity is None:
            activity = self.activity[group] = Activity()
        activity.messages += 1
        activity.at = time.monotonic()
        sequence = message.sequence
        if sequence is not None and sequence > activity.newest:
            activity.newest = sequence
        self.read(message)

    def read(self, message: MessagePosted) -> None:
        """A message passed through, live or out of the history: its id can be resolved now."""
        ids = self._ids
        ids[message.group.id, message.message_id] = message.sequence
        if len(ids) > _REMEMBERED:
            ids.popitem(last=False)

    def recalled(self, message: MessageKey) -> None:
        """The platform said that a message is gone."""
        place = (message.group.id, message.id)
        self._recalled[place] = self._ids.pop(place, None)
        if len(self._recalled) > _REMEMBERED:
            self._recalled.popitem(last=False)

    def knows(self, message: MessageKey) -> bool:
        """Whether the implementation had this id in its memory on this connection."""
        return (message.group.id, message.id) in self._ids

    def is_recalled(self, message: MessageKey) -> bool:
        """Whether the platform's own notice said so on this connection."""
        return (message.group.id, message.id) in self._recalled

    def recalled_sequences(self, group: GroupKey) -> set[int]:
        """Numbers of this group that are missing from the history for a known reason."""
        return {
            sequence
            for (place, _), sequence in self._recalled.items()
            if place == group.id and sequence is not None
        }
