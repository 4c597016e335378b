"""申请发布: apply, look, take back. 批准 and 驳回 come through the engine's deciders."""

import re

from arclet.alconna import AllParam, Args

from bot.domain.errors import RefusedError
from bot.domain.identifiers import AccountKey
from bot.domain.permits import Permit
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from bot.engine.contribution import Decider
from bot.engine.services import Services
from data import permit_texts, permits
from data.ledger import Work
from plugins.permits.applying import Applications
from plugins.permits.desk import PermitDesk
from plugins.permits.pages import PermitPages

_NUMBER = re.compile(r"[XxＸｘ]?\s*0*([1-9]\d{0,8})\s*号?")
_WITHDRAW = re.compile(r"撤回\s*(\S.*)")
_SEE_ALL = frozenset({ChatRole.APPROVER, ChatRole.SUPERVISOR, ChatRole.ADMINISTRATOR})
_MOST = 10


class PermitCommands:
    """What people do about permits in chat."""

    def __init__(self, services: Services, desk: PermitDesk, pages: PermitPages) -> None:
        self._services = services
        self._desk = desk
        self._pages = pages
        self._applications = Applications(services)

    def declare(self) -> tuple[Command, ...]:
        """The one command everybody has."""
        return (
            Command(
                name="申请发布",
                roles=frozenset(ChatRole),
                place=Place.ANYWHERE,
                usage="申请发布 [内容或编号]",
                example="申请发布 列表",
                summary="申请发布重大、突发事件等须经批准的信息，查看申请和备案",
                arguments=Args["form?", AllParam],
                handle=self.handle,
            ),
        )

    @property
    def decider(self) -> Decider:
        """What 批准 X3 and 驳回 X3 do."""
        return Decider(waits=self._waits, approve=self._approve, reject=self._reject)

    async def handle(self, call: Call) -> Reply:
        """Whatever follows the command's name."""
        rest = call.rest.strip()
        if not rest:
            return self._private(self._pages.template())
        if rest == "列表":
            return self._private(await self._list(call))
        if rest == "备案":
            return self._private(await self._filings(call))
        if (number := _NUMBER.fullmatch(rest)) is not None:
            return self._private(await self._show(call, int(number[1])))
        if (found := _WITHDRAW.fullmatch(rest)) is not None:
            number = _NUMBER.fullmatch(found[1].strip())
            if number is not None:
                return await self._withdraw(call, int(number[1]))
        return await self._apply(call)

    async def _apply(self, call: Call) -> Reply:
        application = self._applications.read(call)
        permit = await self._services.scribe.write(
            lambda work: self._desk.apply(work, application.permit, application.text),
            remembers=True,
        )
        await self._services.reload()
        asked = self._desk.on_duty(permit)
        text, hint = self._pages.received(permit, asked, application.text)
        return Reply(text, private=True, hint=hint)

    async def _withdraw(self, call: Call, number: int) -> Reply:
        await self._services.scribe.write(
            lambda work: self._desk.withdraw(work, number, call.caller), remembers=True
        )
        await self._services.reload()
        return Reply(self._text("permit.withdrawn", number=f"X{number}"))

    async def _approve(self, call: Call, number: int) -> Reply:
        self._require_approver(call)
        permit = await self._services.scribe.write(
            lambda work: self._desk.approve(work, number, call.caller), remembers=True
        )
        await self._services.reload()
        return Reply(self._pages.approved(permit))

    async def _reject(self, call: Call, number: int, reason: str) -> Reply:
        self._require_approver(call)
        permit = await self._services.scribe.write(
            lambda work: self._desk.reject(work, number, call.caller, reason), remembers=True
        )
        await self._services.reload()
        return Reply(
            self._text("permit.turned_down", number=f"X{number}", state=permit.state.label)
        )

    async def _waits(self, call: Call, number: int) -> bool:
        """Whether the caller is an approver and this number is before him."""
        if ChatRole.APPROVER not in call.roles:
            return False
        async with self._services.database.reading() as connection:
            permit = await permits.get(connection, number)
        return permit is not None and self._pages.undecided(permit)

    async def _show(self, call: Call, number: int) -> str:
        async with self._services.database.reading() as connection:
            permit = await permits.get(connection, number)
        if permit is None or not self._may_see(call, permit):
            raise RefusedError(self._text("permit.not_yours", number=f"X{number}"))
        if permit.applicant != call.caller:
            await self._services.scribe.write(lambda work: _viewed(work, permit, call.caller))
        text = self._services.register.permits.text(number)
        return self._pages.full(permit, text if text is not None else await self._text_of(number))

    async def _text_of(self, number: int) -> str | None:
        """The text of one that is over for long: no longer in memory."""
        async with self._services.database.reading() as connection:
            return (await permit_texts.unseal(connection, self._desk.keys, [number])).get(number)

    async def _list(self, call: Call) -> str:
        mine = self._desk.person(call.caller)
        everything = bool(call.roles & _SEE_ALL)
        async with self._services.database.reading() as connection:
            found = await permits.list_permits(
                connection, applicant=None if everything else call.caller, limit=_MOST
            )
        return self._pages.listed(found, mine)

    async def _filings(self, call: Call) -> str:
        everything = bool(call.roles & _SEE_ALL)
        owned = self._services.register.managed_by(call.caller)
        async with self._services.database.reading() as connection:
            if everything:
                found = await permits.list_permits(connection, limit=_MOST * 5)
            else:
                found = await permits.list_permits(connection, applicant=call.caller)
                theirs = await permits.list_permits(connection, groups=owned, limit=_MOST * 5)
                found += [one for one in theirs if one not in found]
        return self._pages.filings(found)

    def _may_see(self, call: Call, permit: Permit) -> bool:
        if call.roles & _SEE_ALL or self._desk.person(call.caller).is_one_of(permit.applicant):
            return True
        if call.caller in permit.posters:
            return True
        return not self._services.register.managed_by(call.caller).isdisjoint(permit.groups)

    def _require_approver(self, call: Call) -> None:
        if ChatRole.APPROVER not in call.roles:
            raise RefusedError(self._text("permit.approvers_only"))

    def _private(self, text: str) -> Reply:
        return Reply(text, private=True)

    def _text(self, key: str, **fields: object) -> str:
        return self._services.wording.text(key, **fields)


async def _viewed(work: Work, permit: Permit, by: AccountKey) -> None:
    """Every look at somebody else's text is on record."""
    work.record("permit_viewed", f"X{permit.number}", {"by": str(by)})
