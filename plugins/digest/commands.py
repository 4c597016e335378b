"""日报 and 已阅."""

from datetime import datetime

from arclet.alconna import Args
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identifiers import AccountKey, GroupKey
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from bot.engine.services import Services
from data import daily_figures, digests, duties
from data.ledger import Work
from plugins.digest.compose import compose, compose_summary, day_text
from plugins.digest.figures import Reader, Since, close_look
from plugins.digest.jobs import DailyReports

_EVERYTHING = frozenset({ChatRole.SUPERVISOR, ChatRole.ADMINISTRATOR})
_READERS = _EVERYTHING | {ChatRole.OWNER}


class DigestCommands:
    """The report now, and the one word that says it was read."""

    def __init__(self, services: Services, reader: Reader, reports: DailyReports) -> None:
        self._services = services
        self._reader = reader
        self._reports = reports

    def declare(self) -> tuple[Command, ...]:
        """Both commands."""
        return (
            Command(
                name="日报",
                roles=_READERS,
                place=Place.ANYWHERE,
                usage="日报",
                example="日报",
                summary="今日情况：群里看本群，私信看您负责的所有群",
                arguments=Args(),
                handle=self.show,
            ),
            Command(
                name="已阅",
                roles=frozenset({ChatRole.OWNER, ChatRole.SUPERVISOR}),
                place=Place.ANYWHERE,
                usage="已阅",
                example="已阅",
                summary="登记日报已看过",
                arguments=Args(),
                handle=self.read,
            ),
        )

    async def show(self, call: Call) -> Reply:
        """The report of this group, or of all the caller answers for, up to now."""
        now = self._services.clock.now()
        async with self._services.database.reading() as connection:
            if call.group is not None:
                return Reply(await self._owner_text(connection, call, frozenset({call.group}), now))
            texts = []
            if call.roles & _EVERYTHING:
                since = await self._since(connection, call, now)
                summary = await self._reader.supervisor_day(connection, since, now)
                texts.append(compose_summary(summary, self._services.wording))
            if own := self._services.register.managed_by(call.caller):
                texts.append(await self._owner_text(connection, call, own, now))
        return Reply("\n\n".join(texts), private=True)

    async def read(self, call: Call) -> Reply:
        """Note that the caller's newest report was read, and with it every older one."""
        owner = self._recipient(call.caller)
        async with self._services.database.reading() as connection:
            unread = await digests.unread(connection, owner)
            last = await daily_figures.last_report(connection, owner)
        if unread:
            days = [one.day for one in unread]
            await self._services.scribe.write(lambda work: self._mark(work, call, owner, days))
            return Reply(self._day("digest.read", days[-1]))
        if last is not None:
            return Reply(self._day("digest.already_read", last[0]))
        return Reply(self._services.wording.text("digest.none_yet"))

    async def _mark(self, work: Work, call: Call, owner: AccountKey, days: list[str]) -> None:
        for day in days:
            await digests.mark_read(work, owner, day)
            for duty in await close_look(work.connection, owner, day):
                proof = f"{call.caller} 于 {work.now.isoformat()} 回复已阅"
                await duties.finish_duty(work, duty.number, proof)

    async def _owner_text(
        self, connection: AsyncConnection, call: Call, groups: frozenset[GroupKey], now: datetime
    ) -> str:
        since = await self._since(connection, call, now)
        figures, _ = await self._reader.owner_day(connection, groups, since, now)
        return compose(figures, self._services.wording, self._services.register.policy.digest.zone)

    async def _since(self, connection: AsyncConnection, call: Call, now: datetime) -> Since:
        day = now.astimezone(self._services.register.policy.digest.zone).date()
        return await self._reader.since(connection, self._recipient(call.caller), day, now)

    def _recipient(self, caller: AccountKey) -> AccountKey:
        """The account whose reports are the caller's: of one person's accounts the first."""
        bound = self._services.register.roster.bound_to
        person = bound(caller)
        for one in self._reports.recipients():
            if one.account == caller or (person is not None and bound(one.account) == person):
                return one.account
        return caller

    def _day(self, key: str, day: str) -> str:
        return self._services.wording.text(key, date=day_text(datetime.fromisoformat(day).date()))
