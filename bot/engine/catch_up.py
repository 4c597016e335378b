"""After every connection: read what is, and find what was missed. Events in an outage are lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loguru import logger

from bot.domain.errors import PlatformError, PlatformRefusedError
from bot.domain.events import GroupDissolved, MessagePosted, MessagesMissed
from bot.domain.groups import Group
from bot.domain.identifiers import GroupKey, Platform
from bot.engine.clock import Clock
from bot.engine.intake import Intake
from bot.engine.pauses import Pauses
from bot.engine.platform import GroupPlatform
from bot.engine.readings import Readings
from bot.engine.register import NOTHING_SEEN, Register
from bot.engine.scribe import Scribe
from data import groups
from data.database import Database

OLDEST = timedelta(hours=24)
"""How far back missed messages are judged."""
_MOST_MESSAGES = 500
# Times on the wire are whole seconds of another clock.
_CLOCKS_DIFFER = timedelta(seconds=2)
_AT_ONCE = 4
_OUTAGE_SHOWS_WITHIN = timedelta(minutes=1)


@dataclass(slots=True)
class CatchUp:
    """Reads groups, members, waiting requests and history of a fresh connection."""

    register: Register
    intake: Intake
    readings: Readings
    clock: Clock
    scribe: Scribe
    database: Database
    pauses: Pauses
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _filling: set[tuple[GroupKey, int]] = field(default_factory=set)
    _connected_at: dict[Platform, datetime] = field(default_factory=dict)

    async def connected(self, platform: GroupPlatform) -> None:
        """Bring the register up to what the platform says now."""
        self._connected_at[platform.platform] = self.clock.now()
        try:
            found = await platform.groups()
        except PlatformError as error:
            logger.error("groups could not be read: {}", error.message)
            return
        async with self.database.reading() as connection:
            holes = await groups.open_holes(connection, platform.platform)
        await asyncio.gather(
            self.readings.read_all(found),
            *(self.fill(group, after) for group, after in holes),
            self._requests(platform),
            *(self._missed(platform, group.key) for group in found),
            *(self._lost(platform, key) for key in self._unlisted(platform, found)),
        )

    async def requests(self) -> None:
        """Look for requests to join that produced no event."""
        for platform in list(self.register.platforms.values()):
            if platform.connected:
                await self._requests(platform)

    async def fill(self, group: GroupKey, after: int) -> None:
        """A number was skipped while connected: fetch what lies in the hole.

        The hole is on record until it was looked into, so a process that ends does not forget it.
        """
        platform = self.register.platforms.get(group.platform)
        if platform is None or (group, after) in self._filling:
            return
        self._filling.add((group, after))
        try:
            await asyncio.sleep(self.pauses.reorder)
            history = await platform.history(group, after=after, limit=_MOST_MESSAGES)
            await self._judge(history.messages)
            # Later on numbers are skipped by what is no message; an outage shows at its end.
            if history.missing and self._just_connected(group.platform):
                await self._gap(group, None, history.missing, after)
        except PlatformError as error:
            logger.warning("history of {} could not be read: {}", group, error.message)
            await self._gap(group, None, None, after)
        finally:
            self._filling.discard((group, after))
        await self.scribe.write(lambda work: groups.close_hole(work, group, after))

    def _unlisted(self, platform: GroupPlatform, found: Sequence[Group]) -> list[GroupKey]:
        """Groups we know that the list lacks; an empty list is no evidence."""
        listed = {group.key for group in found}
        known = [state.group.key for state in self.register.active_groups(platform.platform)]
        return [key for key in known if key not in listed] if listed else []

    async def _lost(self, platform: GroupPlatform, group: GroupKey) -> None:
        """Neither listed nor to be read: the bot was taken out of it while it was away."""
        async with self._room:
            try:
                await platform.members(group)
            except PlatformRefusedError:
                now = self.clock.now()
            except PlatformError as error:
                logger.warning("members of {} could not be read: {}", group, error.message)
                return
            else:
                return
        await self.intake.submit(
            GroupDissolved(
                platform=group.platform,
                event_id=f"lost:{group.id}:{now.isoformat()}",
                occurred_at=now,
                received_at=now,
                group=group,
                bot_removed=True,
            )
        )

    async def _requests(self, platform: GroupPlatform) -> None:
        try:
            for request in await platform.pending_joins():
                await self.intake.submit(request)
        except PlatformError as error:
            logger.warning("waiting requests could not be read: {}", error.message)

    async def _missed(self, platform: GroupPlatform, group: GroupKey) -> None:
        mark = self.register.watermarks.get(group)
        async with self._room:
            try:
                if mark is None:
                    await self._begin(platform, group)
                else:
                    await self._since(platform, group, mark)
            except PlatformError as error:
                logger.warning("history of {} could not be read: {}", group, error.message)
                since, after = (mark[1], mark[0]) if mark else (None, None)
                await self._gap(group, since, None, after)

    async def _begin(self, platform: GroupPlatform, group: GroupKey) -> None:
        """The first time: note where the group stands, judge nothing of before.

        It is kept at once: a group that is silent until an outage must not begin anew after it.
        """
        history = await platform.history(group, after=None, limit=1)
        mark = (NOTHING_SEEN, self.clock.now())
        for message in history.messages[-1:]:
            if message.sequence is None:
                return
            mark = (message.sequence, message.occurred_at)
        if self.register.watermarks.setdefault(group, mark) == mark:
            await self.scribe.write(lambda work: groups.save_watermarks(work, {group: mark}))

    async def _since(
        self, platform: GroupPlatform, group: GroupKey, mark: tuple[int, datetime]
    ) -> None:
        history = await platform.history(group, after=mark[0], limit=_MOST_MESSAGES)
        if mark[0] == NOTHING_SEEN:
            # What lies before the first sight of the group was never ours to see.
            start = mark[1] - _CLOCKS_DIFFER
            await self._judge(tuple(one for one in history.messages if one.occurred_at >= start))
            return
        await self._judge(history.messages)
        if history.missing or not history.complete:
            await self._gap(group, mark[1], history.missing, mark[0])

    async def _judge(self, messages: tuple[MessagePosted, ...]) -> None:
        oldest = self.clock.now() - OLDEST
        waiting = [
            await self.intake.offer(message)
            for message in messages
            if message.occurred_at >= oldest
        ]
        await asyncio.gather(*waiting, return_exceptions=True)

    def _just_connected(self, platform: Platform) -> bool:
        since = self._connected_at.get(platform)
        return since is not None and self.clock.now() - since < _OUTAGE_SHOWS_WITHIN

    async def _gap(
        self, group: GroupKey, since: datetime | None, missing: int | None, after: int | None
    ) -> None:
        """Put on record, once, what was not seen behind number ``after``."""
        now = self.clock.now()
        await self.intake.submit(
            MessagesMissed(
                platform=group.platform,
                event_id=f"gap:{group.id}:{now.isoformat() if after is None else after}",
                occurred_at=now,
                received_at=now,
                group=group,
                since=since,
                until=now,
                count=missing,
            )
        )
