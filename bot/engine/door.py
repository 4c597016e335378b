"""What an adapter sees of the engine: where events go in and where a connection is announced."""

import asyncio
from enum import StrEnum
from typing import Protocol

from bot.domain.events import Event, MessagePosted, PrivatePosted
from bot.domain.identifiers import Platform
from bot.engine.command_event import Utterance
from bot.engine.platform import GroupPlatform


class Outcome(StrEnum):
    """What became of an event; also the label of ``qungui_events_total``."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    MALFORMED = "malformed"
    REFUSED = "refused"


class Door(Protocol):
    """The engine's face towards the adapters."""

    async def offer(self, event: Event) -> "asyncio.Future[Outcome]":
        """Hand in an event, waiting only for room; the future ends after the commit.

        The wait is the back-pressure: do not read the next frame before it returns. The future
        ends with an exception when nothing could be written: then do not acknowledge.
        """

    async def submit(self, event: Event) -> Outcome:
        """Hand in an event and wait for the commit: acknowledge to the platform after it."""

    def count(self, platform: Platform, outcome: Outcome) -> None:
        """Count a frame that never became an event (``MALFORMED``, ``REFUSED``)."""

    def command_in(self, event: MessagePosted | PrivatePosted) -> Utterance | None:
        """The command these words carry, if any: pass it to NoneBot once the event was ACCEPTED.

        Never for a late, duplicate or own message.
        """

    def connected(self, platform: GroupPlatform) -> None:
        """A connection is up: the engine reads groups, members, requests and what was missed."""

    def disconnected(self, platform: GroupPlatform) -> None:
        """A connection is down."""
