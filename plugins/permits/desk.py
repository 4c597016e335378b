"""What happens to a permit: applied for, signed, taken back, run out. The same for every caller.

Every method runs inside a write transaction and checks what it needs by itself; who may call it is
for the caller to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.errors import RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Measure, MeasureKind, Mode
from bot.domain.permits import (
    Permit,
    PermitState,
    Someone,
    approve,
    canonical,
    expire,
    reject,
    withdraw,
)
from bot.engine.decisions import REVISION
from bot.engine.docket import Docket
from bot.engine.intentions import Ground, Intentions
from bot.engine.quorum import require_standing
from bot.engine.register import Register
from data import permit_texts, permits, switches
from data.keys import KeyRing
from data.ledger import Work
from plugins.permits.letters import Letters

APPROVER = "approver"
_FIRST, _DEPUTIES, _SUPERVISOR, _REVIEW, _OVERDUE = 1, 2, 3, 4, 5
"""Who has heard of a permit so far."""
_HASTE = 3
"""In an emergency the next are asked so much sooner."""


@dataclass(frozen=True, slots=True)
class PermitDesk:
    """Decides by the domain's rules, writes, and tells whom it concerns."""

    register: Register
    letters: Letters
    keys: KeyRing

    async def apply(self, work: Work, application: Permit, text: str) -> Permit:
        """Take an application and ask the approvers.

        Raises:
            RefusedError: nobody but the applicant could approve it.
        """
        if not self.approvers_for(application):
            raise RefusedError(self.letters.no_approver())
        permit = await permits.create(work, application)
        await permit_texts.seal(work, self.keys, permit.number, canonical(text))
        self.register.permits = self.register.permits.including(permit, text)
        await self._ask(work, permit, self.on_duty(permit), _FIRST)
        await switches.bump_revision(work, REVISION)
        return permit

    async def approve(self, work: Work, number: int, by: AccountKey) -> Permit:
        """One approver's yes: the application is granted, or an emergency is confirmed.

        Raises:
            RefusedError: no such permit, it is his own, or there is nothing to approve.
        """
        permit = await permits.known(work.connection, number)
        reviewing = permit.review_pending and bool(permit.approvals)
        self.register.now = work.now
        if reviewing:
            require_standing(self.register, by, (APPROVER,))
        limits = self.register.permit_limits
        then = approve(permit, self.person(by), work.now, limits)
        await self._write(work, permit, then)
        outcome = self.letters.reviewed(then) if reviewing else self.letters.granted(then)
        await self._tell(work, then, [then.applicant], outcome)
        if then.review_pending:
            await self._ask_for_review(work, then)
        return then

    async def reject(self, work: Work, number: int, by: AccountKey, reason: str) -> Permit:
        """One approver's no; a permit in force is taken back.

        Raises:
            RefusedError: no such permit, it is his own, or it is over.
        """
        permit = await permits.known(work.connection, number)
        then = reject(permit, self.person(by), work.now, reason)
        await self._write(work, permit, then)
        await self._tell(work, then, [then.applicant], self.letters.refused(then))
        return then

    async def withdraw(self, work: Work, number: int, by: AccountKey) -> Permit:
        """The applicant takes it back.

        Raises:
            RefusedError: no such permit, it is not his, or it is over.
        """
        permit = await permits.known(work.connection, number)
        then = withdraw(permit, self.person(by))
        await self._write(work, permit, then)
        return then

    async def pass_time(self, work: Work, number: int, asked: int) -> None:
        """What time does to a permit: it runs out, or others are asked."""
        permit = await permits.known(work.connection, number)
        then = expire(permit, work.now)
        if then != permit:
            await self._write(work, permit, then)
            if not then.approvals:
                await self._tell(work, then, [then.applicant], self.letters.ran_out(then))
        if then.state is PermitState.WAITING and work.now >= self._next_step(then, asked):
            if asked < _DEPUTIES:
                duty = set(self.on_duty(then))
                others = [one for one in self.approvers_for(then) if one not in duty]
                await self._ask(work, then, others or sorted(duty), _DEPUTIES)
            else:
                await self._escalate(work, then, self.letters.unanswered(then), _SUPERVISOR)
        elif then.review_pending and work.now >= self._next_step(then, asked):
            await self._escalate(work, then, self.letters.review_overdue(then), _OVERDUE)

    def is_due(self, permit: Permit, asked: int, now: datetime) -> bool:
        """Whether time changes anything about a permit now."""
        live = permit.state in (PermitState.WAITING, PermitState.APPROVED)
        return (live and now >= permit.ends_at) or now >= self._next_step(permit, asked)

    def _next_step(self, permit: Permit, asked: int) -> datetime:
        """When somebody else is asked or told; the end of time where nobody is left."""
        wait = self.register.permit_limits.ask_next_after
        if permit.emergency:
            wait /= _HASTE
        if permit.state is PermitState.WAITING and asked < _SUPERVISOR:
            return permit.applied_at + wait * max(asked, _FIRST)
        if permit.review_pending and permit.review_due_at is not None and asked < _OVERDUE:
            return permit.review_due_at
        return datetime.max.replace(tzinfo=UTC)

    def person(self, account: AccountKey) -> Someone:
        """Everybody an account is, as far as the roster knows."""
        staff = self.register.roster.bound_to(account)
        return Someone(account, frozenset(staff.accounts) if staff else frozenset())

    def approvers_for(self, permit: Permit) -> list[AccountKey]:
        """Everybody who may decide about it."""
        return [
            one
            for one in self.register.holders(APPROVER)
            if not self.person(one).is_one_of(permit.applicant)
        ]

    def on_duty(self, permit: Permit) -> list[AccountKey]:
        """Those asked first; in an emergency, or where nobody is on duty, all of them."""
        everybody = self.approvers_for(permit)
        first = self.register.permit_limits.first_asked
        duty = [one for one in everybody if one in first]
        return everybody if permit.emergency or not duty else duty

    async def _write(self, work: Work, permit: Permit, then: Permit) -> None:
        await permits.change(work, permit, then)
        self.register.permits = self.register.permits.including(then)
        await switches.bump_revision(work, REVISION)

    async def _ask(
        self, work: Work, permit: Permit, people: Iterable[AccountKey], asked: int
    ) -> None:
        text = self.letters.question(permit)
        await self._tell(work, permit, people, text, MeasureKind.ASK)
        await permits.note_asked(work, permit.number, asked)

    async def _ask_for_review(self, work: Work, permit: Permit) -> None:
        signed = permit.approvals[0].account
        others = [
            one for one in self.approvers_for(permit) if not self.person(one).is_one_of(signed)
        ]
        if not others:
            await self._escalate(work, permit, self.letters.no_reviewer(permit), _REVIEW)
            return
        await self._tell(work, permit, others, self.letters.review(permit), MeasureKind.ASK)
        await permits.note_asked(work, permit.number, _REVIEW)

    async def _escalate(
        self, work: Work, permit: Permit, text: tuple[str, str], asked: int
    ) -> None:
        register = self.register
        people = register.holders("supervisor") or register.holders("administrator")
        await self._tell(work, permit, people, text, MeasureKind.ESCALATE)
        await permits.note_asked(work, permit.number, asked)

    async def _tell(
        self,
        work: Work,
        permit: Permit,
        people: Iterable[AccountKey],
        text: tuple[str, str],
        kind: MeasureKind = MeasureKind.NOTIFY,
    ) -> None:
        """Tell people, each in private; in a group he is in where he cannot be reached."""
        self.register.now = work.now
        intentions = Intentions(self.register)
        for account in people:
            group, shared = self._meeting_place(account)
            if group is None:
                continue
            message = Measure(
                kind=kind,
                group=group,
                account=account,
                mode=Mode.ENFORCE,
                text=text[0],
                public_text=text[1] if shared else None,
                urgent=permit.emergency,
                expires_at=self._expires_at(permit, work.now),
            )
            await intentions.intend(work, Docket(), message, Ground())

    def _expires_at(self, permit: Permit, now: datetime) -> datetime:
        """A message about a permit is worth saying as long as the permit matters, and a while."""
        return max(permit.ends_at, now + self.register.permit_limits.review_within)

    def _meeting_place(self, account: AccountKey) -> tuple[GroupKey | None, bool]:
        """A group on the account's platform, and whether the account is in it."""
        here = sorted(
            (account not in state.members, state.group.key)
            for state in self.register.active_groups(account.platform)
        )
        return (here[0][1], not here[0][0]) if here else (None, False)
