"""What every scene has at hand: the people, the service, its ledger, and ways to wait for them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from adapters.simulator.college import Staff
from adapters.simulator.groups import GroupPlan
from adapters.simulator.onebot11.people import Message
from adapters.simulator.onebot11.simulator import OneBotSimulator
from bot.cli.demo.cast import Cast
from bot.cli.demo.ledger import LedgerView
from bot.cli.demo.narrator import Narrator
from bot.cli.demo.premises import Premises
from bot.cli.demo.reckoning import Reckoning, reckon, settled
from bot.cli.demo.script import Script, words_of
from bot.cli.demo.service import Service
from bot.cli.demo.talk import Offence

Found = TypeVar("Found")

_PATIENCE = 15.0
_LOOKS_EVERY = 0.05


class DidNotHappenError(Exception):
    """A step of the day did not happen; the message says which."""


@dataclass(frozen=True, slots=True)
class Ear:
    """Hears what the bot says in one place from a moment on."""

    listen: Callable[[], list[Message]]
    before: int

    def new(self) -> list[str]:
        """What was said since."""
        return [words_of(message) for message in self.listen()[self.before :]]

    def heard(self, containing: str) -> str | None:
        """The first of it with these words."""
        return next((words for words in self.new() if containing in words), None)


@dataclass(frozen=True, slots=True)
class Theatre:
    """The stage of one day."""

    cast: Cast
    premises: Premises
    service: Service
    simulator: OneBotSimulator
    ledger: LedgerView
    narrator: Narrator
    chance: Random
    offences: list[Offence]
    script: Script = field(default_factory=Script)

    # Waiting ----------------------------------------------------------------------------------

    async def until(
        self, what: str, predicate: Callable[[], bool], within: float = _PATIENCE
    ) -> float:
        """Wait for the college to be so; returns the seconds it took.

        Raises:
            DidNotHappenError: it was not so in time.
        """
        start = time.monotonic()
        try:
            await self.simulator.wait_until(predicate, within)
        except TimeoutError:
            raise DidNotHappenError(what) from None
        return time.monotonic() - start

    async def recorded(
        self,
        what: str,
        look: Callable[[], Awaitable[Found | None]],
        within: float = _PATIENCE,
    ) -> Found:
        """Wait for the ledger to hold something; returns it.

        Raises:
            DidNotHappenError: it did not in time.
        """
        end = time.monotonic() + within
        while (found := await look()) is None:
            if time.monotonic() > end:
                raise DidNotHappenError(what)
            await asyncio.sleep(_LOOKS_EVERY)
        return found

    async def settle(self, what: str, within: float) -> None:
        """Wait until the service has nothing left to do.

        Raises:
            DidNotHappenError: it still has.
        """

        async def look() -> bool | None:
            return settled(self.simulator, await self.ledger.books()) or None

        await self.recorded(what, look, within)

    async def reckoned(self) -> Reckoning:
        """The college's journal against the ledger, now."""
        return reckon(self.simulator, self.script, await self.ledger.books())

    async def until_quiet(self, seconds: float) -> None:
        """Let so much time pass that what should not follow would have followed."""
        await self.simulator.drained()
        await asyncio.sleep(seconds)

    # Hearing ----------------------------------------------------------------------------------

    def in_group(self, plan: GroupPlan) -> Ear:
        """What the bot says in a group from now on."""
        return _ear(lambda: self.simulator.messages_sent_by_bot(plan.group_id))

    def in_private(self, account: int) -> Ear:
        """What the bot writes to somebody from now on."""
        return _ear(lambda: self.simulator.private_messages_sent_by_bot(account))

    async def hear(self, what: str, ear: Ear, containing: str) -> str:
        """Wait for the bot to say something; returns it.

        Raises:
            DidNotHappenError: it did not in time.
        """
        await self.until(what, lambda: ear.heard(containing) is not None)
        return ear.heard(containing) or ""

    async def answer(self, what: str, ear: Ear, containing: str) -> str:
        """Wait for an answer to a command: what is said without a measure behind it.

        Raises:
            DidNotHappenError: it did not come in time.
        """
        words = await self.hear(what, ear, containing)
        self.script.answered.append(words)
        return words

    # Acting -----------------------------------------------------------------------------------

    async def asks(self, person: Staff, words: str, expecting: str) -> str:
        """Somebody writes a command to the bot in private; returns the answer.

        Raises:
            DidNotHappenError: no answer with these words came.
        """
        ear = self.in_private(person.qq)
        self.simulator.private(person.qq, words)
        await self.narrator.says(self.name(person), words, "私聊")
        return await self.answer(f"机器人答复“{words}”", ear, expecting)

    def name(self, person: Staff) -> str:
        """How a person is called in the story."""
        return f"{person.department}-{person.name}"

    def owner(self, plan: GroupPlan) -> Staff:
        """Who owns a group."""
        return self.someone(plan.owner.account)

    def someone(self, account: int) -> Staff:
        """The person behind an account."""
        person = self.cast.college.by_account(account)
        if person is None:
            raise LookupError(account)
        return person


def _ear(listen: Callable[[], list[Message]]) -> Ear:
    return Ear(listen, len(listen()))
