"""冻结, 解冻, 撤销, 登记: the red button, the way back, and what an owner found himself."""

import asyncio
import re

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.engine import decisions
from bot.engine.commands import Call, ChatRole, Reply
from bot.engine.services import Services
from bot.engine.texts import Texts
from data import violations

_NEEDED = 2
_LONGEST_NOTE = 500
_TELLS_OF_A_PROBLEM = re.compile(
    r"有人|发现|违规|违反|不当|劝阻|制止|推销|广告|刷屏|谣言|辱骂|争吵|冒充|诈骗|泄露"
    r"|已(?:提醒|告知|处理|撤回|删除|移出|纠正|清理)"
)
_ASKS_FOR_SOMETHING = re.compile(r"[?？吗]|请|麻烦|一下|各位|大家|报名|填")


class ControlCommands:
    """Has the engine carry out what was decided."""

    def __init__(self, services: Services, texts: Texts) -> None:
        self._services = services
        self._texts = texts
        self._telling: set[asyncio.Task[None]] = set()

    async def freeze(self, call: Call) -> Reply:
        """Stop all acting, at once and without asking anybody."""
        text = self._services.wording.text
        if self._services.register.frozen:
            return Reply(text("freeze.already"))
        register = self._services.register
        await self._services.scribe.write(
            lambda work: decisions.freeze(work, call.caller, register)
        )
        await self._services.reload()
        reason = call.rest or "未说明"
        self._announce(call, text("freeze.announce", who=self._who(call), reason=reason))
        return Reply(text("freeze.done", who=self._who(call)))

    async def unfreeze(self, call: Call) -> Reply:
        """One of the two confirmations that acting needs to go on."""
        text, register = self._services.wording.text, self._services.register
        done = await self._services.scribe.write(
            lambda work: decisions.unfreeze(work, call.caller, register)
        )
        await self._services.reload()
        if not done:
            return Reply(text("unfreeze.waiting", given=1, needed=_NEEDED))
        self._announce(call, text("unfreeze.done"))
        return Reply(text("unfreeze.done"))

    async def undo(self, call: Call) -> Reply:
        """Reverse what was done in one case, or what another plugin knows to reverse."""
        given = str(call.arguments["number"]).upper()
        reverse = self._services.catalogue.reversal(given[:1])
        if reverse is not None and given[1:].isdecimal():
            return await reverse(call, int(given[1:]))
        number = _case_number(given)
        async with self._services.database.reading() as connection:
            record = await violations.get(connection, number)
        if record is None or record.group not in call.groups:
            raise RefusedError(f"没有您可以撤销的登记 W{number}。")
        if record.account == call.caller and ChatRole.ADMINISTRATOR not in call.roles:
            raise RefusedError(f"W{number} 涉及您本人，请由其他管理人员撤销。")
        register = self._services.register
        what = await self._services.scribe.write(
            lambda work: decisions.undo(work, number, call.caller, register)
        )
        await self._services.reload()
        return Reply(self._services.wording.text("undo.done", number=f"W{number}", what=what))

    async def confirm(self, call: Call) -> Reply:
        """Do what the caller was shown and asked to confirm."""
        confirmations, now = self._services.confirmations, self._services.clock.now()
        return await confirmations.confirm(call.caller, str(call.arguments["code"]), now)

    def is_report(self, call: Call) -> bool:
        """Whether a note nobody addressed to the bot tells of a problem, and asks for nothing.

        "登记" also begins what people ask of one another (登记 一下电话).
        """
        note = call.rest
        return bool(_TELLS_OF_A_PROBLEM.search(note)) and not _ASKS_FOR_SOMETHING.search(note)

    async def report(self, call: Call) -> Reply:
        """Register a problem the owner found himself. Source: Article 23."""
        group, note = self._place(call)
        if not note:
            raise BadInputError("请写明发现了什么问题。例如：登记 有人推销保险，已劝阻")
        if len(note) > _LONGEST_NOTE:
            raise BadInputError(f"说明有 {len(note)} 字，请缩短到 {_LONGEST_NOTE} 字以内。")
        register = self._services.register
        number = await self._services.scribe.write(
            lambda work: decisions.register_problem(work, group, call.caller, note, register)
        )
        await self._services.reload()
        return Reply(self._services.wording.text("register.done", number=f"W{number}"))

    def _place(self, call: Call) -> tuple[GroupKey, str]:
        """Which group is meant: this one, the only one, or the one named first."""
        if call.group is not None:
            return call.group, call.rest
        register = self._services.register
        mine = sorted(register.managed_by(call.caller) or call.groups)
        if len(mine) == 1:
            return mine[0], call.rest
        named = sorted(
            ((name, key) for key in mine for name in (register.groups[key].group.name, key.id)),
            key=lambda one: -len(one[0]),
        )
        found = [(name, key) for name, key in named if name and call.rest.startswith(name)]
        if not found or [name for name, _ in named].count(found[0][0]) > 1:
            names = "、".join(self._texts.group_name(key) for key in mine[:5])
            raise BadInputError(f"请写明是哪个群。例如：登记 群名 说明。您的群有：{names}。")
        name, key = found[0]
        return key, call.rest[len(name) :].strip()

    def _announce(self, call: Call, text: str) -> None:
        """Everybody who can undo it, or must answer for it, hears of it.

        The outbox is throttled; whoever pressed the button does not wait for it.
        """
        register = self._services.register
        people = {*register.holders("supervisor"), *register.holders("administrator")}
        for account in sorted(people - {call.caller}):
            task = asyncio.create_task(self._tell(account, text))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(self, account: AccountKey, text: str) -> None:
        await self._services.speech.answer(account, None, text)

    def _who(self, call: Call) -> str:
        person = self._services.register.roster.bound_to(call.caller)
        if person is not None:
            return person.name
        return self._texts.shown(call.group, call.caller) if call.group else call.caller.id


def _case_number(text: str) -> int:
    match = re.fullmatch(r"[Ww]?(\d{1,9})", text)
    if not match:
        raise BadInputError(f"“{text}”不是登记号。请这样写：撤销 W12")
    return int(match[1])
