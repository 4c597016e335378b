"""The one command router: finds the command, checks who asks and where, runs it, answers."""

import secrets
import traceback
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from nonebot import on
from nonebot.log import logger
from nonebot.matcher import Matcher

from bot.domain.errors import BadInputError, QunguiError, RefusedError
from bot.domain.events import MessagePosted, PrivatePosted
from bot.domain.identifiers import AccountKey, GroupKey
from bot.engine.caller import groups_of, roles_of, still_managed
from bot.engine.command_book import CommandBook, Match
from bot.engine.command_event import CommandReceived, Utterance
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from bot.engine.own_words import (
    OwnWords,
    first_words,
    group_words,
    may_be_addressed,
    private_words,
)
from bot.engine.seldom import Seldom
from bot.engine.services import Services

_WINDOW = timedelta(minutes=10)
_REFUSALS = 1
_UNKNOWN = 5


class _NotAllowedError(RefusedError):
    """The caller has not the role: said in private, and seldom."""


class Router:
    """All commands of all plugins behind one door."""

    def __init__(self, commands: Iterable[Command], services: Services) -> None:
        self._book = CommandBook(commands)
        self._services = services
        self._refusals = Seldom(_REFUSALS, _WINDOW)
        self._unknowns = Seldom(_UNKNOWN, _WINDOW)

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command there is."""
        return self._book.commands

    def command_in(
        self, event: MessagePosted | PrivatePosted, self_account: AccountKey
    ) -> Utterance | None:
        """The command an event carries, if any. Ordinary talk is never taken for one."""
        if event.author == self_account:
            return None
        if isinstance(event, PrivatePosted):
            words, group = private_words(event), None
        elif event.late or event.by_this_bot:
            return None
        elif (found := self._words_in(event, self_account)) is not None:
            words, group = found, event.group
        else:
            return None
        if not words.text:
            return None
        return Utterance(
            account=event.author,
            group=group,
            text=words.text,
            message_id=event.message_id,
            at=event.occurred_at,
            addressed=words.addressed,
        )

    def find(self, text: str, *, addressed: bool) -> Match | None:
        """The command that ``text`` begins with; see ``CommandBook.find``."""
        return self._book.find(text, addressed=addressed)

    async def handle(self, utterance: Utterance) -> None:
        """Carry out what was asked and answer. Never raises."""
        match = self._book.find(utterance.text, addressed=utterance.addressed)
        if match is None and utterance.group is not None and not utterance.addressed:
            match = self._understood(utterance.text, utterance.account, utterance.group)
        if match is None:
            await self._say_unknown(utterance)
            return
        try:
            reply = await self._run(match, utterance)
        except _NotAllowedError as refusal:
            await self._refuse(match.command, utterance, refusal.message)
            return
        except BadInputError as error:
            # It repeats what was written, and that is not for the group to read.
            usage, example = match.command.usage, match.command.example
            hint = self._services.wording.text("command.usage", usage=usage, example=example)
            reply = Reply(error.message, private=True, hint=hint)
        except QunguiError as error:
            reply = Reply(error.message)
        except Exception as error:  # noqa: BLE001  # one broken command must not stop the others
            reply = Reply(self._report(match.command, error))
        await self._answer(utterance, reply)

    def _words_in(self, event: MessagePosted, self_account: AccountKey) -> OwnWords | None:
        meant = may_be_addressed(event, self_account)
        if not meant and not self._book.may_begin(first_words(event)):
            return None
        words = group_words(event, self_account)
        if words.addressed:
            return words
        if not words.plain:
            return None
        found = self._book.find(words.text, addressed=False)
        return words if found or self._understood(words.text, event.author, event.group) else None

    def _understood(self, text: str, account: AccountKey, group: GroupKey) -> Match | None:
        """The command that a holder of its role can only have meant, addressed to nobody."""
        match = self._book.perhaps(text)
        if match is None or match.command.understood is None:
            return None
        call = self._call(match, account, group)
        meant = call.roles & match.command.roles and match.command.understood(call)
        return match if meant else None

    async def _run(self, match: Match, utterance: Utterance) -> Reply:
        command = match.command
        account, group = utterance.account, utterance.group
        register = self._services.register
        roles = roles_of(account, group, register)
        if not roles & command.roles:
            raise _NotAllowedError(self._forbidden(command))
        if (elsewhere := self._wrong_place(command, group)) is not None:
            return elsewhere
        if self._services.catalogue.withholds(utterance.text):
            text = self._services.wording.text("first_aid.withheld")
            return Reply(text, private=True)
        call = self._call(match, account, group)
        if command.dangerous and roles & command.roles == {ChatRole.OWNER}:
            groups = await still_managed(account, call.groups, register)
            if not groups:
                raise _NotAllowedError(self._forbidden(command))
            call = replace(call, groups=groups)
        return await command.handle(call)

    def _call(self, match: Match, account: AccountKey, group: GroupKey | None) -> Call:
        register = self._services.register
        roles = roles_of(account, group, register)
        return Call(
            caller=account,
            roles=roles,
            group=group,
            groups=groups_of(account, group, register, roles & match.command.roles),
            arguments=self._book.arguments(match),
            rest=match.rest,
        )

    def _wrong_place(self, command: Command, group: GroupKey | None) -> Reply | None:
        wording = self._services.wording
        if command.place is Place.GROUP and group is None:
            return Reply(wording.text("command.group_only", usage=command.usage))
        if command.place is Place.PRIVATE and group is not None:
            text = wording.text("command.private_only", usage=command.usage)
            return Reply(text, private=True, hint=text)
        return None

    def _forbidden(self, command: Command) -> str:
        roles = "、".join(role.label for role in ChatRole if role in command.roles)
        return self._services.wording.text("command.forbidden", role=roles)

    async def _refuse(self, command: Command, utterance: Utterance, text: str) -> None:
        if command.refused is not None:
            await command.refused(utterance.account, utterance.group)
        if self._refusals.allows(utterance.account, self._services.clock.now()):
            await self._services.speech.answer(utterance.account, None, text)

    async def _say_unknown(self, utterance: Utterance) -> None:
        roles = roles_of(utterance.account, utterance.group, self._services.register)
        if not (utterance.addressed and roles):
            return
        if not self._unknowns.allows(utterance.account, self._services.clock.now()):
            return
        usable = [command for command in self._book.commands if command.roles & roles]
        nearest = "、".join(self._book.nearest(utterance.text, usable)) or "帮助"
        text = self._services.wording.text("command.unknown", nearest=nearest)
        await self._services.speech.answer(utterance.account, None, text)

    async def _answer(self, utterance: Utterance, reply: Reply) -> None:
        group = None if reply.private else utterance.group
        hint = reply.hint
        if reply.private and utterance.group is not None and hint is None:
            hint = self._services.wording.text("command.unreachable")
        await self._services.speech.answer(
            utterance.account, group, reply.text, hint=hint, asked_in=utterance.group
        )

    def _report(self, command: Command, error: Exception) -> str:
        """Log a fault under an id: where it happened, never what was said or stored."""
        identifier = secrets.token_hex(4)
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{one.filename}:{one.lineno} {one.name}" for one in reversed(frames))
        logger.error(f"{identifier}: {command.name}: {type(error).__name__} at {places}")
        return f"{self._services.wording.text('command.fault')}（错误编号 {identifier}）"


def register_matcher(router: Router) -> type[Matcher]:
    """Make the router an ordinary NoneBot matcher: the only one."""

    async def carry_out(event: CommandReceived) -> None:
        await router.handle(event.utterance)

    return on(type="command", handlers=[carry_out], block=True)
