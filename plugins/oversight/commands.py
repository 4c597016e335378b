"""查违规: who may look, at what, and the record of every look."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from arclet.alconna import Args, MultiVar
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from bot.engine.services import Services
from data import first_aid, opinions, spread, violations
from data.fingerprint import fingerprint
from data.ledger import Json, Work
from data.violations import ViolationQuery, ViolationRecord
from plugins.oversight.conditions import (
    Conditions,
    Vocabulary,
    parse_conditions,
    spellings,
    unique_groups,
)
from plugins.oversight.pages import CasePages

_LINES = 10
_EVERYWHERE = frozenset({ChatRole.SUPERVISOR, ChatRole.ADMINISTRATOR})
_LOOKERS = _EVERYWHERE | {ChatRole.OWNER}
_NEXT = "下一页"
_MOST_REMEMBERED = 500
_REFUSALS_ON_RECORD = frozenset(10**power for power in range(7))


@dataclass(frozen=True, slots=True)
class _Question:
    conditions: Conditions
    group: GroupKey | None


class OversightCommands:
    """The log for those who watch over the groups. It changes nothing but its own record."""

    def __init__(self, services: Services, pages: CasePages) -> None:
        self._services = services
        self._pages = pages
        self._last: OrderedDict[AccountKey, _Question] = OrderedDict()
        self._refused: OrderedDict[AccountKey, tuple[date, int]] = OrderedDict()

    def declare(self) -> tuple[Command, ...]:
        """Both commands."""
        return (
            Command(
                name="查违规",
                roles=_LOOKERS,
                place=Place.ANYWHERE,
                usage="查违规 [条件]",
                example="查违规 上周 严重",
                summary="查违规登记：时间、部门、群、姓名、轻重、状态任意组合，或 W12 看一件",
                arguments=Args["conditions", MultiVar(str, "*")],
                handle=self.look,
                refused=self.refused,
                understood=self.understood,
            ),
            Command(
                name=_NEXT,
                roles=_LOOKERS,
                place=Place.ANYWHERE,
                usage=_NEXT,
                example=_NEXT,
                summary="继续看上一次查到的登记",
                arguments=Args(),
                handle=self.next_page,
                refused=self.refused,
            ),
        )

    async def look(self, call: Call) -> Reply:
        """Cases under the conditions given, or one of them."""
        text = _asked(call)
        if text == _NEXT:
            return await self.next_page(call)
        try:
            conditions = parse_conditions(text, self._vocabulary(call), self._today())
        except BadInputError:
            await self._record(call.caller, call.group, refused=True, asked=fingerprint(text))
            raise
        if conditions.number is not None:
            return await self._one(call, conditions.number)
        only_page = conditions == Conditions(page=conditions.page) and conditions.page > 1
        if only_page and (last := self._last.get(call.caller)) and last.group == call.group:
            conditions = replace(last.conditions, page=conditions.page)
        return await self._page(call, conditions)

    def understood(self, call: Call) -> bool:
        """Whether every word is a condition, and there is one."""
        text = _asked(call)
        if text == _NEXT:
            return True
        try:
            found = parse_conditions(text, self._vocabulary(call), self._today())
        except BadInputError:
            return False
        return found != Conditions()

    async def next_page(self, call: Call) -> Reply:
        """The page behind the one that was shown last."""
        last = self._last.get(call.caller)
        if last is None or last.group != call.group:
            raise RefusedError("没有可以继续的查询，请先发送：查违规 条件")
        return await self._page(call, replace(last.conditions, page=last.conditions.page + 1))

    async def refused(self, account: AccountKey, group: GroupKey | None) -> None:
        """Somebody without the role tried to look: that is put on record too.

        The first try of a day, the tenth, the hundredth: nobody fills the chain by asking.
        """
        today = self._today()
        day, before = self._refused.pop(account, (today, 0))
        times = before + 1 if day == today else 1
        self._refused[account] = (today, times)
        if len(self._refused) > _MOST_REMEMBERED:
            self._refused.popitem(last=False)
        if times in _REFUSALS_ON_RECORD:
            await self._record(account, group, refused=True, times=times)

    async def _page(self, call: Call, conditions: Conditions) -> Reply:
        query = self._query(call, conditions)
        async with self._services.database.reading() as connection:
            found = await violations.find(connection, query)
        shown = found.items[(conditions.page - 1) * _LINES :]
        await self._record(
            call.caller, call.group, refused=False, cases=[one.number for one in shown]
        )
        self._remember(call, conditions)
        if not shown:
            return Reply(self._services.wording.text("command.none"), private=True)
        lines = [self._pages.line(one) for one in shown]
        if found.next:
            lines.append(self._services.wording.text("oversight.more", page=conditions.page))
        return Reply("\n".join(lines), private=True, hint=self._hint(len(shown)))

    async def _one(self, call: Call, number: int) -> Reply:
        async with self._services.database.reading() as connection:
            record = await violations.get(connection, number)
            mine = record is not None and self._within(call, record)
            excerpt = await self._excerpt(connection, call, record) if mine else None
            aid = await first_aid.get(connection, number) if mine else None
            seen = await spread.of_case(connection, number) if mine else []
            opinion = await opinions.get(connection, number) if mine else None
        await self._record(
            call.caller,
            call.group,
            refused=not mine,
            cases=[number],
            excerpt=excerpt is not None,
        )
        if record is None or not mine:
            raise RefusedError(f"没有您可以查看的登记 W{number}。")
        text = self._pages.history(record)
        if opinion is not None:
            text = f"{text}\n{self._pages.opinion(opinion)}"
        if len(seen) > 1:
            text = f"{text}\n{self._pages.tracing(seen)}"
        if aid is not None:
            text = f"{text}\n{self._pages.first_aid(aid, self._services.clock.now())}"
        if excerpt is not None:
            text = f"{text}\n{self._services.wording.text('oversight.excerpt', excerpt=excerpt)}"
        return Reply(text, private=True, hint=self._hint(1))

    async def _excerpt(
        self, connection: AsyncConnection, call: Call, record: ViolationRecord | None
    ) -> str | None:
        """The words themselves: for a supervisor alone, and only where nobody else reads along."""
        if record is None or record.excerpt is None or call.group is not None:
            return None
        if ChatRole.SUPERVISOR not in call.roles:
            return None
        return await self._services.vault.open(connection, record.excerpt) or None

    def _query(self, call: Call, conditions: Conditions) -> ViolationQuery:
        register = self._services.register
        zone = register.policy.digest.zone
        since = until = None
        if conditions.days:
            since = datetime.combine(conditions.days[0], time(), zone)
            until = datetime.combine(conditions.days[1] + timedelta(days=1), time(), zone)
        departments = None
        if conditions.department:
            departments = spellings(register.departments, conditions.department, register.roster)
        return ViolationQuery(
            group=conditions.group,
            person=conditions.person,
            rule=conditions.rule,
            severity=conditions.severity,
            state=conditions.state,
            since=since,
            until=until,
            departments=departments,
            limit=conditions.page * _LINES,
            groups=None if self._sees_everything(call) else call.groups,
        )

    def _vocabulary(self, call: Call) -> Vocabulary:
        register = self._services.register
        everything = self._sees_everything(call)
        names = {
            key: state.group.name
            for key, state in register.groups.items()
            if everything or key in call.groups
        }
        return Vocabulary(
            groups=unique_groups(names),
            departments=register.departments,
            roster=register.roster,
            rules=self._services.catalogue.titles(),
        )

    def _sees_everything(self, call: Call) -> bool:
        """Groups that are no more belong to the log too; in a group only that group is shown."""
        return call.group is None and bool(call.roles & _EVERYWHERE)

    def _within(self, call: Call, record: ViolationRecord) -> bool:
        return self._sees_everything(call) or record.group in call.groups

    def _remember(self, call: Call, conditions: Conditions) -> None:
        self._last[call.caller] = _Question(conditions, call.group)
        self._last.move_to_end(call.caller)
        if len(self._last) > _MOST_REMEMBERED:
            self._last.popitem(last=False)

    async def _record(self, account: AccountKey, group: GroupKey | None, **what: Json) -> None:
        content = {"in": str(group) if group else None, **what}

        async def write(work: Work) -> None:
            work.record("look", str(account), content)

        await self._services.scribe.write(write)

    def _today(self) -> date:
        zone = self._services.register.policy.digest.zone
        return self._services.clock.now().astimezone(zone).date()

    def _hint(self, count: int) -> str:
        return self._services.wording.text("oversight.hint", count=count)


def _asked(call: Call) -> str:
    return " ".join(call.arguments.get("conditions", ()))
