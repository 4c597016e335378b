"""Sends every report once: the row of an owner and a local day makes a second one impossible."""

from datetime import date, datetime
from functools import partial

from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Measure, MeasureKind, Mode
from bot.engine.register import GroupState
from bot.engine.services import Services
from data import daily_figures, digests, duties, measures
from data.ledger import Json, Work
from data.measures import MeasureContext
from plugins.digest.compose import compose, compose_summary
from plugins.digest.figures import Reader
from plugins.digest.rules import (
    DAILY_LOOK,
    LEAST_DISTANCE,
    Recipient,
    due_day,
    look_until,
    recipients,
)


class DailyReports:
    """Looks who is due and has none yet; says so once, whatever was missed or doubled before."""

    def __init__(self, services: Services, reader: Reader) -> None:
        self._services = services
        self._reader = reader
        self._settled: set[tuple[AccountKey, date]] = set()

    async def run(self, now: datetime) -> None:
        """Send what is due, and note what was not looked at in time."""
        await self._note_overdue(now)
        times = self._services.register.policy.digest
        sent = False
        for one in self.recipients():
            day = due_day(one.account, times, now)
            if day is None or (one.account, day) in self._settled:
                continue
            # Asked again in the transaction: another process may have been first.
            sent |= await self._services.scribe.write(partial(self._send, one, day))
        if sent:
            await self._services.reload()

    async def _note_overdue(self, now: datetime) -> None:
        async with self._services.database.reading() as connection:
            late = await duties.overdue(connection, now)
        if any(one.state == "open" for one in late):
            await self._services.scribe.write(duties.mark_overdue)

    def recipients(self) -> tuple[Recipient, ...]:
        """Everybody who gets a report."""
        register = self._services.register
        owners = [
            (state.group.key, account)
            for state in register.active_groups()
            if (account := self._responsible(state)) is not None
        ]
        supervisors = register.holders("supervisor")
        known = {account for _, account in owners} | set(supervisors)
        persons = {
            account: person.staff_id
            for account in known
            if (person := register.roster.bound_to(account)) is not None
        }
        return recipients(owners, supervisors, persons)

    async def _send(self, recipient: Recipient, day: date, work: Work) -> bool:
        owner = recipient.account
        if await digests.get(work.connection, owner, day.isoformat()) is not None:
            self._settle(owner, day)
            return False
        last = await daily_figures.last_report(work.connection, owner)
        if last is not None and work.now - last[1] < LEAST_DISTANCE:
            return False
        text, figures = await self._compose(work, recipient, day)
        if not await digests.add(work, owner, day.isoformat(), text, figures):
            return False
        measure = self._measure(recipient, text, day, work.now)
        if measure is not None:
            (identifier,) = await measures.add(work, [(measure, MeasureContext())])
            await digests.mark_sent(work, owner, day.isoformat(), identifier)
        if recipient.groups:
            times = self._services.register.policy.digest
            await duties.open_duty(
                work,
                DAILY_LOOK,
                owner,
                recipient.groups,
                day=day.isoformat(),
                due_at=look_until(day, times),
            )
        return True

    async def _compose(
        self, work: Work, recipient: Recipient, day: date
    ) -> tuple[str, dict[str, Json]]:
        zone = self._services.register.policy.digest.zone
        wording = self._services.wording
        since = await self._reader.since(work.connection, recipient.account, day, work.now)
        texts: list[str] = []
        figures: dict[str, Json] = {}
        if recipient.supervises:
            summary = await self._reader.supervisor_day(work.connection, since, work.now)
            texts.append(compose_summary(summary, wording))
        if recipient.groups:
            own, figures = await self._reader.owner_day(
                work.connection, recipient.groups, since, work.now
            )
            texts.append(compose(own, wording, zone))
        return "\n\n".join(texts), figures

    def _measure(self, recipient: Recipient, text: str, day: date, now: datetime) -> Measure | None:
        group = self._meeting_place(recipient)
        if group is None:
            return None
        register = self._services.register
        pointer = self._services.wording.text("digest.pointer") if recipient.groups else None
        return Measure(
            kind=MeasureKind.NOTIFY,
            group=group,
            account=recipient.account,
            mode=Mode.REMIND,
            text=text,
            public_text=pointer,
            not_before=register.policy.quiet_hours.ends_at(now),
            expires_at=look_until(day, register.policy.digest),
        )

    def _meeting_place(self, recipient: Recipient) -> GroupKey | None:
        """A group on the recipient's platform: one he is in, if there is one."""
        register = self._services.register
        account = recipient.account
        own = [one for one in recipient.groups if one.platform is account.platform]
        if own:
            return own[0]
        here = sorted(
            (account not in state.members, state.group.key)
            for state in register.active_groups(account.platform)
        )
        return here[0][1] if here else None

    def _responsible(self, state: GroupState) -> AccountKey | None:
        """Who answers for a group: its owner, else (a bot owns it) the first of its admins."""
        managers = state.managers
        if state.owner in managers:
            return state.owner
        return min(managers, default=None)

    def _settle(self, owner: AccountKey, day: date) -> None:
        self._settled = {one for one in self._settled if one[1] >= day} | {(owner, day)}
