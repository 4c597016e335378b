"""Delivers one message: to whom, by which road, and what proves it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import PlatformBusyError, PlatformRefusedError, PlatformUnknownError
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import MeasureKind, MeasureState, Receipt, ReceiptHow
from bot.engine.clock import Clock
from bot.engine.docket import Docket
from bot.engine.failpoints import failpoint
from bot.engine.metrics import MEASURES
from bot.engine.platform import GroupPlatform
from bot.engine.register import Register
from bot.engine.scribe import Scribe
from bot.engine.settlement import Settlement
from bot.engine.texts import Texts
from data import measures
from data.ledger import Work
from data.measures import StoredMeasure

_BUSY_WAIT = timedelta(seconds=10)
_MOST_ATTEMPTS = 6


@dataclass(slots=True)
class Answer:
    """An answer to a command: said at once, kept nowhere."""

    account: AccountKey
    group: GroupKey | None
    text: str
    hint: str | None
    asked_in: GroupKey | None
    asked_at: datetime
    said: "asyncio.Future[bool]"

    def settle(self, *, said: bool) -> None:
        """Tell the asker whether it was said."""
        if not self.said.done():
            self.said.set_result(said)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: whether the platform was spoken to, and what to try again."""

    spoken: bool
    again: tuple[StoredMeasure, ...] = ()


@dataclass(frozen=True, slots=True)
class _Letter:
    """One message with its road."""

    text: str
    private_to: AccountKey | None
    mentions: tuple[AccountKey, ...] = ()


@dataclass(slots=True)
class Delivery:
    """Says one thing and writes what came of it. Called by the outbox only."""

    register: Register
    scribe: Scribe
    settlement: Settlement
    texts: Texts
    clock: Clock

    async def answer(self, platform: GroupPlatform, answer: Answer) -> bool:
        """Answer a command; False when there is no road to the asker."""
        if answer.group is not None:
            await platform.send_group(answer.group, answer.text, (answer.account,))
            return True
        try:
            await platform.send_private(answer.account, answer.text)
        except PlatformRefusedError:
            return await self._hint(platform, answer)
        return True

    async def deliver(self, platform: GroupPlatform, batch: list[StoredMeasure]) -> Outcome:
        """Say one recorded message, or one merged reminder, and write the receipt."""
        if batch[0].attempted_at is not None:
            # As it was said then: what has expired or was settled since belongs to it as well.
            outcome = await self._look_back(platform, batch)
            if outcome is not None:
                return outcome
        batch = await self._unexpired(batch)
        if not batch:
            return Outcome(spoken=False)
        letter = self._letter(platform, batch)
        if letter is None and not self._read(batch[0].measure.group):
            # Who owns a group is known once it is read, and that is a matter of seconds.
            return await self._again(batch, PlatformBusyError("群成员尚未读取"))
        if letter is None:
            await self._end(batch, MeasureState.FAILED, "没有可以送达的人")
            return Outcome(spoken=False)
        return await self._send(platform, batch, letter)

    async def _send(
        self, platform: GroupPlatform, batch: list[StoredMeasure], letter: _Letter
    ) -> Outcome:
        attempted_at = await self._note_attempt(batch)
        try:
            if letter.private_to is not None:
                message = await platform.send_private(letter.private_to, letter.text)
            else:
                group = batch[0].measure.group
                message = await platform.send_group(group, letter.text, letter.mentions)
        except PlatformBusyError as error:
            return await self._again([replace(one, attempted_at=None) for one in batch], error)
        except PlatformRefusedError as error:
            await self._end(batch, MeasureState.REFUSED, error.message)
            return Outcome(spoken=True)
        except PlatformUnknownError as error:
            tried = [replace(one, attempted_at=attempted_at) for one in batch]
            outcome = await self._look_back(platform, tried)
            if outcome is not None:
                return outcome
            if letter.private_to is None:
                tried = [replace(one, attempted_at=None) for one in batch]
            return await self._again(tried, PlatformBusyError(error.message))
        failpoint("after_call")
        await self._end(batch, MeasureState.DONE, f"消息 {message}", ReceiptHow.PLATFORM_NOTICE)
        failpoint("after_receipt")
        return Outcome(spoken=True)

    async def _note_attempt(self, batch: list[StoredMeasure]) -> datetime:
        ids = [one.id for one in batch]

        async def write(work: Work) -> datetime:
            await measures.attempt(work, ids)
            return work.now

        failpoint("before_attempt")
        attempted_at = await self.scribe.write(write)
        failpoint("after_attempt")
        return attempted_at

    async def _look_back(
        self, platform: GroupPlatform, batch: list[StoredMeasure]
    ) -> Outcome | None:
        """What became of an earlier attempt; None when it certainly did not arrive.

        Never is anything said again without knowing that.
        """
        letter, attempted_at = self._letter(platform, batch), batch[0].attempted_at
        if letter is None or attempted_at is None:
            return None
        try:
            if letter.private_to is not None:
                raise PlatformUnknownError("私信无法读回核对")
            group = batch[0].measure.group
            message = await platform.find_own_message(group, letter.text, since=attempted_at)
        except PlatformBusyError as error:
            return await self._again(batch, error)
        except (PlatformRefusedError, PlatformUnknownError) as error:
            await self._end(batch, MeasureState.UNKNOWN, error.message)
            return Outcome(spoken=True)
        if message is None:
            return None
        await self._end(batch, MeasureState.DONE, f"消息 {message.id}", ReceiptHow.READ_BACK)
        return Outcome(spoken=True)

    async def _again(self, batch: list[StoredMeasure], error: PlatformBusyError) -> Outcome:
        """Later. An ``attempted_at`` kept here says that it must be looked for first."""
        if batch[0].attempts + 1 >= _MOST_ATTEMPTS:
            tried = batch[0].attempted_at is not None
            state = MeasureState.UNKNOWN if tried else MeasureState.FAILED
            await self._end(batch, state, error.message)
            return Outcome(spoken=True)
        until = self.clock.now() + (error.retry_after or _BUSY_WAIT)

        async def postpone(work: Work) -> None:
            for one in batch:
                await measures.postpone(work, one.id, until, error.message)

        await self.scribe.write(postpone)
        again = tuple(
            replace(
                one,
                attempts=one.attempts + 1,
                measure=replace(one.measure, not_before=until),
            )
            for one in batch
        )
        return Outcome(spoken=True, again=again)

    async def _unexpired(self, batch: list[StoredMeasure]) -> list[StoredMeasure]:
        now = self.clock.now()
        expired = [
            one
            for one in batch
            if one.measure.expires_at is not None and one.measure.expires_at <= now
        ]
        if expired:
            await self._end(expired, MeasureState.EXPIRED, "超过时限，未再发送")
        stale = [one for one in batch if one not in expired and self._pointless(one)]
        if stale:
            await self._end(stale, MeasureState.EXPIRED, "情况已变，无需提醒")
        return [one for one in batch if one not in expired and one not in stale]

    def _pointless(self, stored: StoredMeasure) -> bool:
        """A reminder whose case closed while it waited must not be said."""
        if stored.measure.kind is not MeasureKind.REMIND or stored.violation is None:
            return False
        return stored.violation not in self.register.by_number

    def _letter(self, platform: GroupPlatform, batch: list[StoredMeasure]) -> _Letter | None:
        measure = batch[0].measure
        if measure.kind is MeasureKind.REMIND:
            lines = [one.measure.text or "" for one in batch]
            mentions = tuple(one.measure.account for one in batch if one.measure.account)
            return _Letter(self.texts.reminder_message(lines), None, mentions)
        account = measure.account or self._owner(measure.group)
        if account is None or measure.text is None:
            return None
        # A task that perhaps never arrived must not be lost with it: the group gets the short form,
        # which can be read back as no private word can.
        doubtful = batch[0].attempted_at is not None and measure.kind is MeasureKind.ASK
        in_private = not doubtful or measure.public_text is None
        if platform.reachable_privately(account) and in_private:
            return _Letter(self.texts.unsealed(measure.text), account)
        if measure.kind is MeasureKind.ESCALATE or measure.public_text is None:
            return None
        return _Letter(measure.public_text, None, (account,))

    def _read(self, group: GroupKey) -> bool:
        state = self.register.groups.get(group)
        return state is not None and state.reading is not None

    def _owner(self, group: GroupKey) -> AccountKey | None:
        """Who answers for a group: the owner, else an admin, both people."""
        state = self.register.groups.get(group)
        if state is None:
            return None
        if state.owner is not None and state.owner in state.managers:
            return state.owner
        admins = [
            one.account
            for one in state.members.values()
            if one.role is Role.ADMIN and one.account in state.managers
        ]
        own = self.register.platforms[group.platform].self_account
        return next((one for one in sorted(admins) if one != own), None)

    async def _hint(self, platform: GroupPlatform, answer: Answer) -> bool:
        if answer.hint is None:
            return False
        shared = answer.asked_in or next(
            (
                state.group.key
                for state in self.register.active_groups(answer.account.platform)
                if answer.account in state.members
            ),
            None,
        )
        if shared is None:
            return False
        await platform.send_group(shared, answer.hint, (answer.account,))
        return True

    async def _end(
        self,
        batch: list[StoredMeasure],
        state: MeasureState,
        detail: str,
        how: ReceiptHow | None = None,
    ) -> None:
        receipt = Receipt(how, self.clock.now(), detail) if how else None

        async def finish(work: Work) -> None:
            for one in batch:
                await self.settlement.finished(
                    work, Docket(), one, state, receipt=receipt, detail=detail
                )

        await self.scribe.write(finish, remembers=True)
        platform = batch[0].measure.group.platform.value
        for one in batch:
            MEASURES.labels(platform, one.measure.kind.value, state.value).inc()
