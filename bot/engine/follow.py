"""Keeps the register and the settled cases in step with what happened, around the judging."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.domain.events import (
    Event,
    GroupDissolved,
    GroupRenamed,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MembersRead,
    MessagePosted,
    MessageRecalled,
    MessagesMissed,
    RoleChanged,
    Text,
)
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.permits import Filed
from bot.domain.violations import ViolationState
from bot.engine.cases import Cases
from bot.engine.docket import Docket
from bot.engine.register import NOTHING_SEEN, GroupState, Register
from bot.engine.settlement import Settlement
from bot.engine.spread import Spread
from data import groups, permits
from data.ledger import Work


@dataclass(slots=True)
class Follow:
    """What an event means whatever the rules think of it."""

    register: Register
    settlement: Settlement
    cases: Cases
    spread: Spread

    async def before(self, work: Work, docket: Docket, event: Event) -> None:
        """What the rules must already know when they judge this event."""
        match event:
            case MembersRead():
                await self._members_read(work, event)
            case RoleChanged():
                self.register.set_role(event.group, event.account, event.role)
                await self._keep_managers(work, event.group)
                docket.reread.add(event.group)
            case _:
                return

    async def after(self, work: Work, docket: Docket, event: Event) -> None:
        """What changes only once the rules have seen the difference."""
        match event:
            case MessagePosted():
                self.spread.note(event)
                self._spoke(docket, event)
                await self._filed(work, event)
            case MessageRecalled():
                who = str(event.operator) if event.operator else "平台通知"
                await self.settlement.message_gone(work, event.group, event.message_id, who)
            case MemberJoined():
                await self.settlement.member_came(work, event.group, event.account)
                docket.reread.add(event.group)
            case MemberLeft():
                await self._left(work, event)
            case MemberRenamed():
                self.register.set_card(event.group, event.account, event.new_card)
            case MembersRead() if len(self.register.roster):
                self.register.groups[event.group].first_reading = False
            case GroupRenamed():
                await self._renamed(work, event)
            case GroupDissolved():
                await self._dissolved(work, event)
            case MessagesMissed():
                await groups.add_gap(work, event.group, event.since, event.until, event.count)
            case _:
                return

    def _spoke(self, docket: Docket, event: MessagePosted) -> None:
        if event.sequence is not None:
            mark = self.register.watermarks.get(event.group)
            if mark is not None and not event.late and NOTHING_SEEN < mark[0] < event.sequence - 1:
                docket.holes.setdefault(event.group, mark[0])
            if mark is None or event.sequence > mark[0]:
                docket.watermarks[event.group] = (event.sequence, event.occurred_at)
                self.register.watermarks[event.group] = (event.sequence, event.occurred_at)
        if event.late or event.by_this_bot:
            return
        text = "".join(part.text for part in event.parts if isinstance(part, Text))
        self.register.recent.note(event.group, event.author, text, event.occurred_at)
        member = self.register.member(event.group, event.author)
        if member is None:
            docket.reread.add(event.group)
        elif member.card != event.author_card:
            self.register.set_card(event.group, event.author, event.author_card)

    async def _filed(self, work: Work, event: MessagePosted) -> None:
        """What is posted under a permit is filed with who signed (Article 12)."""
        if not len(self.register.permits) or event.by_this_bot:
            return
        permit = self.register.permits.covering(event, self.register.now)
        if permit is not None:
            filed = Filed(event.group, event.author, event.message_id, event.occurred_at)
            await permits.file(work, permit, filed)

    async def _members_read(self, work: Work, event: MembersRead) -> None:
        state = self.register.groups.setdefault(event.group, GroupState(event.about))
        reading = event.member_list
        read = reading.by_account()
        if reading.complete:
            await self._notice_absence(work, event.group, read.keys())
        # Whoever manages a group when it is first read has always done so, for all we know.
        before = state.managers if state.reading is not None else None
        # Somebody missing from an incomplete list is not gone: he stays as last seen.
        state.members = dict(read) if reading.complete else {**state.members, **read}
        if before is not None:
            self.register.note_managers(event.group, before)
        state.reading, state.group, state.active = reading, event.about, True
        owners = [one.account for one in reading.members if one.role is Role.OWNER]
        state.owner = owners[0] if owners else state.owner
        platform = self.register.platforms.get(event.platform)
        if platform and (own := read.get(platform.self_account)):
            state.bot_role = own.role
        if reading.complete:
            state.last_good_count = len(reading.members)
        await groups.save_reading(work, event, state.bot_role, state.owner, state.last_good_count)
        await self._keep_managers(work, event.group)

    async def _keep_managers(self, work: Work, group: GroupKey) -> None:
        if group in self.register.managers_changed:
            self.register.managers_changed.discard(group)
            await groups.save_managers(work, group, self.register.newer_managers(group))

    async def _notice_absence(
        self, work: Work, group: GroupKey, present: Collection[AccountKey]
    ) -> None:
        """Whoever is missing from a complete list is gone, though no notice said so."""
        for account in self.register.accounts_with_cases(group) - set(present):
            await self.settlement.member_gone(work, group, account, "已不在本群")

    async def _left(self, work: Work, event: MemberLeft) -> None:
        how = "已被移出本群" if event.removed else "已自行退群"
        await self.settlement.member_gone(work, event.group, event.account, how)
        state = self.register.groups.get(event.group)
        if state and state.members.pop(event.account, None) and state.last_good_count:
            # Seen to go: a list without him is no smaller than it should be.
            state.last_good_count -= 1

    async def _renamed(self, work: Work, event: GroupRenamed) -> None:
        await groups.rename(work, event.group, event.name)
        if state := self.register.groups.get(event.group):
            state.group = replace(state.group, name=event.name)

    async def _dissolved(self, work: Work, event: GroupDissolved) -> None:
        because = "机器人已不在本群" if event.bot_removed else "本群已解散"
        await groups.deactivate(work, event.group)
        for case in [one for one in self.register.by_number.values() if one.group == event.group]:
            await self.cases.move(work, case, ViolationState.CLOSED, because)
        if state := self.register.groups.get(event.group):
            state.active = False
