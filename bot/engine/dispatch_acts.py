"""Carries out one act upon a person or a message, and proves it."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aiolimiter import AsyncLimiter
from loguru import logger

from bot.domain.errors import (
    PlatformBusyError,
    PlatformError,
    PlatformRefusedError,
    PlatformUnknownError,
    RefusedError,
    UnreachableError,
)
from bot.domain.events import Event
from bot.domain.groups import Member
from bot.domain.identifiers import GroupKey, Platform
from bot.domain.interlocks import check, protected
from bot.domain.measures import (
    Measure,
    MeasureKind,
    MeasureState,
    Receipt,
    ReceiptHow,
)
from bot.domain.names import judge_card
from bot.domain.people import Standing
from bot.engine.clock import Clock
from bot.engine.dispatch_calls import call
from bot.engine.docket import Docket
from bot.engine.facts import gather
from bot.engine.failpoints import failpoint
from bot.engine.metrics import MEASURES
from bot.engine.pauses import Pauses
from bot.engine.platform import GroupPlatform
from bot.engine.proofs import Proofs, effect_of
from bot.engine.reach import beyond_the_bot
from bot.engine.register import Register
from bot.engine.scribe import Scribe
from bot.engine.settlement import Settlement
from data import measures, violations
from data.database import Database
from data.ledger import Work
from data.measures import StoredMeasure

_MOST_ATTEMPTS = 8
_FIRST_BACKOFF = timedelta(seconds=2)
_LONGEST_BACKOFF = timedelta(minutes=10)
_REMOVALS_AT_ONCE = 3
_REMOVAL_SURE_FOR = timedelta(minutes=10)
"""So soon after an attempt nobody has let the person in again."""
_SANCTIONS = frozenset({MeasureKind.REMOVE, MeasureKind.MUTE, MeasureKind.RECALL})
_STANDINGS = frozenset(standing.value for standing in Standing)


class Later(Exception):  # noqa: N818  # a signal between dispatcher and lane, not an error
    """Try this measure again at ``until``."""

    def __init__(self, stored: StoredMeasure, until: datetime) -> None:
        super().__init__(stored.id)
        self.stored = stored
        self.until = until


@dataclass(slots=True)
class Acts:
    """The one place that removes, mutes, recalls, renames or admits anybody.

    Read back before anything that may have been tried already; ask the interlocks with fresh facts;
    note the attempt; call; wait for proof; write the receipt.
    """

    register: Register
    scribe: Scribe
    database: Database
    settlement: Settlement
    proofs: Proofs
    clock: Clock
    pauses: Pauses
    read_members: Callable[[GroupKey], Awaitable[None]]
    pacers: dict[Platform, AsyncLimiter] = field(default_factory=dict)
    looks: Counter[int] = field(default_factory=Counter)
    """How often an unknown result was looked for in vain, by the measure's id."""

    async def carry_out(self, stored: StoredMeasure) -> None:
        """See one measure through to its end.

        Raises:
            Later: the platform is busy; the measure waits in the database.
        """
        platform = await self._ready(stored.measure.group)
        try:
            if stored.attempted_at is not None and await self._shown(platform, stored.measure):
                await self._done(stored, ReceiptHow.READ_BACK, "重启后核对")
                return
            if (why := self._beyond_the_bot(stored.measure)) is not None:
                # Since the approval: the owner has his task, no call is tried that must fail.
                await self._end(stored, MeasureState.REFUSED, why)
                return
            # First the wait, then the look: whoever was made admin meanwhile is protected.
            await self._pace(platform, stored.measure)
            await self._read_if_old(stored.measure)
            reason = await self._fresh_objection(platform, stored)
            if reason is not None:
                await self._end(stored, *reason)
                return
            failpoint("before_attempt")
            if not await self._note_attempt(stored):
                return
            failpoint("after_attempt")
            await self._attempt(platform, replace(stored, attempts=stored.attempts + 1))
        except PlatformBusyError as error:
            await self._again(stored, error)
        except PlatformRefusedError as error:
            await self._end(stored, MeasureState.REFUSED, error.message)
        except PlatformUnknownError as error:
            await self._end(stored, MeasureState.UNKNOWN, error.message)

    async def settle_unknown(self) -> list[int]:
        """Read back what stayed unknown; returns the rows that are to be tried again.

        Done is done; what is shown not to be done is tried again, as often as the policy says. A
        mute is not, nor a removal long ago: people may have lifted the one and let somebody in
        again after the other. What cannot be read is left to a person.
        """
        again: list[int] = []
        most = self.register.policy.limits.ambiguous_attempts
        async with self.database.reading() as connection:
            unsettled = await measures.unsettled(connection)
        self.looks = Counter({one.id: self.looks[one.id] for one in unsettled})
        for stored in unsettled:
            platform = self.register.platforms.get(stored.measure.group.platform)
            if platform is None or not platform.connected or stored.measure.kind.speaks:
                continue
            if self.looks[stored.id] >= most:
                continue
            self.looks[stored.id] += 1
            try:
                if await self._shown(platform, stored.measure):
                    await self._done(stored, ReceiptHow.READ_BACK, "事后核对")
                elif stored.attempts < most and self._may_be_tried_again(stored):
                    await self._put_back(stored)
                    again.append(stored.id)
                else:
                    await self._end(stored, MeasureState.REFUSED, "已执行，核对未见生效")
            except UnreachableError as error:
                logger.error("results stay unknown, no database: {}", error.message)
                break
            except (PlatformError, RefusedError) as error:
                logger.info("M{} is still unknown: {}", stored.id, error.message)
        return again

    def _may_be_tried_again(self, stored: StoredMeasure) -> bool:
        if stored.measure.kind is MeasureKind.REMOVE:
            tried = stored.attempted_at
            return tried is not None and self.clock.now() - tried < _REMOVAL_SURE_FOR
        return stored.measure.kind is not MeasureKind.MUTE

    async def _ready(self, group: GroupKey) -> GroupPlatform:
        """Wait for the platform, and for the ice to melt (I10)."""
        while True:
            platform = self.register.platforms.get(group.platform)
            if platform is not None and platform.connected and not self.register.frozen:
                return platform
            await asyncio.sleep(self.pauses.idle)

    async def _read_if_old(self, measure: Measure) -> None:
        """A list too old to remove anybody by is read again; the interlocks judge what comes."""
        if measure.kind is MeasureKind.REMOVE and self.register.list_is_old(
            measure.group, self.clock.now()
        ):
            with contextlib.suppress(PlatformError):
                await self.read_members(measure.group)

    async def _fresh_objection(
        self, platform: GroupPlatform, stored: StoredMeasure
    ) -> tuple[MeasureState, str] | None:
        """Why it must not be done any more, asked of the platform and not of memory."""
        measure = stored.measure
        if measure.expires_at is not None and measure.expires_at <= self.clock.now():
            return MeasureState.EXPIRED, "超过时限"
        if measure.kind not in (MeasureKind.REMOVE, MeasureKind.MUTE, MeasureKind.FIX_NAME):
            return None
        if measure.account is None:
            return MeasureState.FAILED, "没有指明成员"
        member = await platform.member(measure.group, measure.account)
        if member is None:
            return MeasureState.EXPIRED, "已不在本群"
        self.register.see_member(measure.group, member)
        reason = protected(member, self.register.exempt_accounts)
        if reason is not None:
            return MeasureState.WITHHELD, reason
        if measure.kind is MeasureKind.REMOVE and not self._still_called_for(stored, member):
            return MeasureState.EXPIRED, "情况已变，无需移出"
        return None

    def _still_called_for(self, stored: StoredMeasure, member: Member) -> bool:
        case = self.register.by_number.get(stored.violation or 0)
        if case is None or not case.state.live:
            return False
        if case.kind not in _STANDINGS:
            return True
        # A card mended since the last reading has not been judged yet: events of cards come late.
        known = self.register
        judged = judge_card(member.card, member.account, known.roster, known.departments)
        return judged.standing.value == case.kind

    def _beyond_the_bot(self, measure: Measure) -> str | None:
        if measure.kind is not MeasureKind.REMOVE:
            return None
        return beyond_the_bot(self.register, measure.kind, measure.group)

    async def _pace(self, platform: GroupPlatform, measure: Measure) -> None:
        distance = platform.pace.between_removals.total_seconds()
        if measure.kind is not MeasureKind.REMOVE or not distance:
            return
        pacer = self.pacers.get(platform.platform)
        if pacer is None:
            pacer = AsyncLimiter(_REMOVALS_AT_ONCE, distance * _REMOVALS_AT_ONCE)
            self.pacers[platform.platform] = pacer
        await pacer.acquire()

    async def _note_attempt(self, stored: StoredMeasure) -> bool:
        """Ask the interlocks a last time and note the attempt, in one transaction."""

        async def write(work: Work) -> bool:
            measure = await self._in_present_mode(work, stored)
            facts = await gather(
                work.connection,
                measure,
                self.register,
                severity=stored.severity,
                certain=stored.certain,
                besides=stored.id,
            )
            reason = check(measure, facts, self.register.policy.limits)
            if reason is None:
                await measures.attempt(work, [stored.id])
                return True
            await self._finish(work, stored, MeasureState.WITHHELD, None, reason)
            return False

        return await self.scribe.write(write)

    async def _in_present_mode(self, work: Work, stored: StoredMeasure) -> Measure:
        """A rule that was put back to observing meanwhile sanctions nobody any more (I1)."""
        measure = stored.measure
        lifts = measure.kind is MeasureKind.MUTE and not measure.seconds
        if measure.kind not in _SANCTIONS or lifts or stored.violation is None:
            return measure
        rule_id = await violations.rule_of(work.connection, stored.violation)
        if rule_id is None:
            return measure
        now = self.register.policy.mode(rule_id, measure.group)
        return replace(measure, mode=min(measure.mode, now, key=lambda mode: mode.rank))

    async def _attempt(self, platform: GroupPlatform, stored: StoredMeasure) -> None:
        measure = stored.measure
        effect = effect_of(measure)
        notice = self.proofs.expect(effect) if effect else None
        try:
            await call(platform, measure)
            failpoint("after_call")
            if notice is not None and await _arrives(notice, self.pauses.notice):
                failpoint("after_proof")
                await self._done(stored, ReceiptHow.PLATFORM_NOTICE, "平台通知")
                return
        finally:
            if notice is not None:
                notice.cancel()
        if await self._read_back(platform, measure):
            failpoint("after_proof")
            await self._done(stored, ReceiptHow.READ_BACK, "读回核对")
            return
        raise PlatformRefusedError("平台答复成功，但核对发现没有生效")

    async def _read_back(self, platform: GroupPlatform, measure: Measure) -> bool:
        """Whether the effect shows within the pauses.

        Raises:
            PlatformUnknownError: the last look failed: nobody knows, whatever the reason.
        """
        failed: PlatformError | None = None
        for pause in self.pauses.read_backs:
            try:
                if await self._shown(platform, measure):
                    return True
                failed = None
            except PlatformError as error:
                failed = error
            await asyncio.sleep(pause)
        if failed is not None:
            # The call went through: that this look was refused or came too early undoes nothing.
            raise PlatformUnknownError(failed.message) from failed
        return False

    async def _shown(self, platform: GroupPlatform, measure: Measure) -> bool:
        """Whether the platform's present state shows the effect."""
        match measure.kind:
            case MeasureKind.RECALL if measure.message is not None:
                return not await platform.message_exists(measure.message)
            case MeasureKind.REMOVE if measure.account is not None:
                return await platform.member(measure.group, measure.account) is None
            case MeasureKind.APPROVE_JOIN if measure.account is not None:
                return await platform.member(measure.group, measure.account) is not None
            case MeasureKind.REJECT_JOIN:
                waiting = await platform.pending_joins()
                return all(one.request_id != measure.request_id for one in waiting)
            case MeasureKind.MUTE if measure.account is not None:
                return await _muted_as_wished(platform, measure, self.clock.now())
            case MeasureKind.FIX_NAME if measure.account is not None:
                member = await platform.member(measure.group, measure.account)
                return member is not None and member.card == measure.card
            case _:
                return False

    async def _again(self, stored: StoredMeasure, error: PlatformBusyError) -> None:
        attempts = stored.attempts + 1
        if attempts >= _MOST_ATTEMPTS:
            await self._end(stored, MeasureState.FAILED, error.message)
            return
        wait = error.retry_after or min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2**attempts)
        until = self.clock.now() + wait * random.uniform(0.5, 1.0)  # noqa: S311  # jitter
        await self.scribe.write(
            lambda work: measures.postpone(work, stored.id, until, error.message)
        )
        measure = replace(stored.measure, not_before=until)
        raise Later(replace(stored, measure=measure, attempts=attempts), until)

    async def _done(self, stored: StoredMeasure, how: ReceiptHow, detail: str) -> None:
        receipt = Receipt(how, self.clock.now(), detail)
        await self.scribe.write(
            lambda work: self._finish(work, stored, MeasureState.DONE, receipt, detail),
            remembers=True,
        )
        failpoint("after_receipt")

    async def _put_back(self, stored: StoredMeasure) -> None:
        await self.scribe.write(lambda work: measures.put_back(work, stored.id, "核对发现没有生效"))

    async def _end(self, stored: StoredMeasure, state: MeasureState, detail: str) -> None:
        await self.scribe.write(
            lambda work: self._finish(work, stored, state, None, detail), remembers=True
        )

    async def _finish(
        self,
        work: Work,
        stored: StoredMeasure,
        state: MeasureState,
        receipt: Receipt | None,
        detail: str,
    ) -> None:
        await self.settlement.finished(
            work, Docket(), stored, state, receipt=receipt, detail=detail
        )
        measure = stored.measure
        MEASURES.labels(measure.group.platform.value, measure.kind.value, state.value).inc()


async def _arrives(notice: "asyncio.Future[Event]", seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await notice
    except TimeoutError:
        return False
    return True


async def _muted_as_wished(platform: GroupPlatform, measure: Measure, now: datetime) -> bool:
    if measure.account is None:
        return False
    member = await platform.member(measure.group, measure.account)
    muted = member is not None and member.muted_until is not None and member.muted_until > now
    return muted if measure.seconds else not muted
