"""Reads groups' members from their platforms: on connecting, regularly, and when asked."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from loguru import logger

from bot.domain.errors import PlatformBusyError, PlatformError
from bot.domain.events import MembersRead
from bot.domain.groups import Group, MemberList
from bot.domain.identifiers import GroupKey
from bot.engine.clock import Clock
from bot.engine.intake import Intake
from bot.engine.pauses import Pauses
from bot.engine.register import GroupState, Register

_AT_ONCE = 4
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Readings:
    """Turns the platform's member lists into events."""

    register: Register
    intake: Intake
    clock: Clock
    pauses: Pauses
    _soon: dict[GroupKey, asyncio.Task[None]] = field(default_factory=dict)
    _shrunken: dict[GroupKey, MemberList] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    """For what is asked for by itself: it never waits for a round through all groups."""

    async def read(self, group: GroupKey) -> None:
        """Read one group now and have it judged; returns after the commit.

        Raises:
            PlatformBusyError: the platform is not connected.
            PlatformError: the platform did not give the list; nothing changed.
        """
        platform = self.register.platforms.get(group.platform)
        if platform is None or not platform.connected:
            raise PlatformBusyError(f"{group.platform.label}暂未连接，请稍后再试。")
        async with self._room:
            member_list = self._credible(group, await platform.members(group))
        state = self.register.groups.get(group)
        about = state.group if state else Group(key=group, name=group.id)
        await self.intake.submit(self._event(about, member_list.read_at.isoformat(), member_list))

    async def read_all(self, found: Iterable[Group]) -> None:
        """Read many groups, a few at a time; one that fails does not stop the others.

        A round through thousands takes longer than a list stays fresh: those come first in which
        somebody waits for it, then the ones read longest ago.
        """
        waiting = deque(sorted(found, key=self._urgency()))

        async def work() -> None:
            while waiting:
                await self._read_quietly(waiting.popleft())

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))

    def _urgency(self) -> Callable[[Group], tuple[bool, datetime]]:
        register = self.register
        awaited = {group for group, _ in register.proposed}
        awaited.update(group for (_, group), cases in register.cases.items() if cases)

        def urgency(group: Group) -> tuple[bool, datetime]:
            state = register.groups.get(group.key)
            reading = state.reading if state else None
            return group.key not in awaited, reading.read_at if reading else _NEVER

        return urgency

    async def judge_again(self, because: str, among: Collection[GroupKey] | None = None) -> None:
        """Judge groups (None: all) by their last reading: the roster has changed, they have not."""
        waiting = []
        for state in list(self.register.active_groups()):
            wanted = among is None or state.group.key in among
            if wanted and state.reading is not None:
                # Cards and roles seen since the reading count as well.
                known = replace(state.reading, members=tuple(state.members.values()))
                event = self._event(state.group, because, known)
                waiting.append(await self.intake.offer(event))
        await asyncio.gather(*waiting)

    def soon(self, group: GroupKey) -> None:
        """Read one group in a moment; many wishes within it are one reading."""
        if group not in self._soon:
            task = asyncio.get_running_loop().create_task(self._later(group))
            self._soon[group] = task

    async def overdue(self) -> None:
        """Read every group whose last reading is older than the policy allows."""
        now, oldest = self.clock.now(), self.register.policy.read_members_every
        late = [
            state.group
            for state in self.register.active_groups()
            if state.reading is None or abs(now - state.reading.read_at) >= oldest
        ]
        connected = [
            group
            for group in late
            if (platform := self.register.platforms.get(group.key.platform)) and platform.connected
        ]
        await self.read_all(connected)

    async def _later(self, group: GroupKey) -> None:
        await asyncio.sleep(self.pauses.coalesce)
        self._soon.pop(group, None)
        state = self.register.groups.get(group)
        async with self._room:
            await self._read_quietly(state.group if state else Group(key=group, name=group.id))

    async def _read_quietly(self, group: Group) -> None:
        platform = self.register.platforms.get(group.key.platform)
        if platform is None:
            return
        try:
            member_list = self._credible(group.key, await platform.members(group.key))
        except PlatformError as error:
            logger.warning("members of {} could not be read: {}", group.key, error.message)
            # A group that was never read is overdue as well, once it is known to be there.
            self.register.groups.setdefault(group.key, GroupState(group))
            return
        read_at = member_list.read_at.isoformat()
        await self.intake.submit(self._event(group, read_at, member_list))

    def _credible(self, group: GroupKey, reading: MemberList) -> MemberList:
        """A list that suddenly shrank counts as incomplete until a later one agrees (I5).

        Members who were seen to leave are no surprise: the engine has counted them off.
        """
        state, policy = self.register.groups.get(group), self.register.policy
        share, count = policy.limits.member_list_min_share, len(reading.members)
        known = state.last_good_count if state else None
        if not reading.complete or not known or count >= known * share:
            self._shrunken.pop(group, None)
            return reading
        first = self._shrunken.setdefault(group, reading)
        apart = abs(reading.read_at - first.read_at) >= policy.read_members_every
        if apart and count >= len(first.members) * share:
            del self._shrunken[group]
            return reading
        logger.warning("members of {} fell from {} to {}: not believed yet", group, known, count)
        return replace(reading, complete=False)

    def _event(self, group: Group, tag: str, member_list: MemberList) -> MembersRead:
        now = self.clock.now()
        return MembersRead(
            platform=group.key.platform,
            event_id=f"members:{group.key.id}:{tag}",
            occurred_at=member_list.read_at,
            received_at=now,
            group=group.key,
            about=group,
            member_list=member_list,
        )
