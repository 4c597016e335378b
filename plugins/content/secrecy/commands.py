"""处置: ticking the steps of first aid, its report form, and a supervisor's last word."""

import re
import unicodedata

from arclet.alconna import Args, MultiVar

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.first_aid import AidStep, FirstAid, read_step
from bot.engine import first_aid as lane
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from bot.engine.services import Services
from bot.engine.texts import Texts
from data import first_aid, violations
from data.ledger import Work
from data.violations import ViolationRecord
from plugins.content.secrecy.report import fill_in

_FALSE_HIT = "误报"
_EVERYWHERE = frozenset({ChatRole.SUPERVISOR, ChatRole.ADMINISTRATOR})
_NUMBER = re.compile(r"W?0*([1-9]\d{0,8})")


class FirstAidCommands:
    """What owners and supervisors say about a suspected state secret: numbers, never words."""

    def __init__(self, services: Services, texts: Texts) -> None:
        self._services = services
        self._texts = texts

    def declare(self) -> tuple[Command, ...]:
        """The one command."""
        return (
            Command(
                name="处置",
                roles=_EVERYWHERE | {ChatRole.OWNER},
                place=Place.ANYWHERE,
                usage="处置 编号 [步骤]",
                example="处置 W12 1 3",
                summary="涉密应急：看还差哪几步，逐项登记；监督人可写“办结”“误报”“报告表”",
                arguments=Args["number", str]["words", MultiVar(str, "*")],
                handle=self.handle,
            ),
        )

    async def handle(self, call: Call) -> Reply:
        """Show a case, tick steps of it, or end it. Always in private."""
        number = _number(str(call.arguments["number"]))
        words = tuple(call.arguments.get("words", ()))
        async with self._services.database.reading() as connection:
            record = await violations.get(connection, number)
            aid = await first_aid.get(connection, number)
        if record is None or aid is None or not _may(call, record):
            raise RefusedError(self._text("first_aid.not_yours", number=f"W{number}"))
        match words:
            case ():
                return self._private(self._page(record, aid))
            case ("报告表",):
                self._require_supervisor(call, number)
                await self._note_look(call, number)
                form = fill_in(record, aid, self._texts.zone, self._texts.ticked_by)
                return self._private(form.text())
            case ("办结" | "误报" as how,):
                self._require_supervisor(call, number)
                return await self._close(call, number, how)
            case _:
                return await self._tick(call, number, words)

    async def _tick(self, call: Call, number: int, words: tuple[str, ...]) -> Reply:
        steps = [self._step(word, number) for word in words]
        register = self._services.register
        aid = await self._services.scribe.write(
            lambda work: lane.tick(work, register, number, steps, call.caller), remembers=True
        )
        await self._services.reload()
        if not aid.left:
            return self._private(self._text("first_aid.all_done", number=f"W{number}"))
        return self._private(
            self._text(
                "first_aid.ticked", number=f"W{number}", steps=_named(steps), left=_named(aid.left)
            )
        )

    async def _close(self, call: Call, number: int, how: str) -> Reply:
        register = self._services.register
        await self._services.scribe.write(
            lambda work: lane.close(
                work, register, number, call.caller, false_hit=how == _FALSE_HIT
            ),
            remembers=True,
        )
        await self._services.reload()
        return self._private(self._text("first_aid.closed", number=f"W{number}", how=how))

    async def _note_look(self, call: Call, number: int) -> None:
        async def write(work: Work) -> None:
            work.record("look", str(call.caller), {"cases": [number], "form": True})

        await self._services.scribe.write(write)

    def _step(self, word: str, number: int) -> AidStep:
        step = read_step(unicodedata.normalize("NFKC", word))
        if step is None:
            # What was written instead is not repeated: it may be the very text.
            raise BadInputError(self._text("first_aid.bad_step", number=f"W{number}"))
        return step

    def _require_supervisor(self, call: Call, number: int) -> None:
        if ChatRole.SUPERVISOR in call.roles:
            return
        nobody = not self._services.register.holders("supervisor")
        if not (nobody and ChatRole.ADMINISTRATOR in call.roles):
            raise RefusedError(self._text("first_aid.supervisor_only", number=f"W{number}"))

    def _page(self, record: ViolationRecord, aid: FirstAid) -> str:
        steps = self._texts.first_aid_steps(tuple(AidStep), aid.done)
        return self._texts.first_aid("first_aid.page", record, aid, steps=steps).strip()

    def _private(self, text: str) -> Reply:
        return Reply(text, private=True)

    def _text(self, key: str, **fields: object) -> str:
        return self._services.wording.text(key, **fields)


def _may(call: Call, record: ViolationRecord) -> bool:
    """Whoever posted it decides nothing about it."""
    if record.account == call.caller:
        return False
    return bool(call.roles & _EVERYWHERE) or record.group in call.groups


def _named(steps: tuple[AidStep, ...] | list[AidStep]) -> str:
    return "、".join(f"{one.number} {one.label}" for one in steps)


def _number(given: str) -> int:
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", given).upper().strip())
    if found is None:
        raise BadInputError("编号应形如 W12。例如：处置 W12")
    return int(found[1])
