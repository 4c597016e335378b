"""Looks for cases nobody has commented on, asks, and puts the comment beside them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from loguru import logger

from bot.domain.errors import QunguiError
from bot.engine.referral import refer_to_person
from bot.engine.services import Services
from bot.engine.texts import Texts
from data import opinions, violations
from data.ledger import Work
from data.opinions import Opinion
from data.violations import ViolationRecord
from plugins.content.opinion.client import OpinionClient
from plugins.content.opinion.masking import masked

_LATELY = timedelta(hours=1)
_AT_A_TIME = 5


@dataclass(frozen=True, slots=True)
class SecondOpinions:
    """Adds comments. It can put a case to a person; it cannot act on one, or end one."""

    services: Services
    texts: Texts
    client: OpinionClient

    async def run(self, now: datetime) -> None:
        """Ask about the newest cases, as far as the budget of the hour goes."""
        if self.client.resting(now):
            return
        async with self.services.database.reading() as connection:
            spent = await opinions.asked_since(connection, now - _LATELY)
            room = min(_AT_A_TIME, self.client.settings.per_hour - spent)
            wanted = await opinions.without(connection, now - _LATELY, room) if room > 0 else []
        asked = False
        for number in wanted:
            if self.client.resting(now):
                break
            asked |= await self._ask(number, now)
        if asked:
            await self.services.reload()

    async def _ask(self, number: int, now: datetime) -> bool:
        async with self.services.database.reading() as connection:
            record = await violations.get(connection, number)
            excerpt = await self.services.vault.read(connection, number)
        if record is None or excerpt is None or not excerpt.text:
            return False
        # The lists may have learnt meanwhile that this is a secret.
        if self.services.catalogue.withholds(excerpt.text):
            return False
        category = self.texts.articles.categories.get(record.category or "")
        given = await self.client.ask(category.title if category else "", masked(excerpt), now)
        if given is None:
            logger.warning("第二意见没有给出可用的回答（W{}）。", number)
            return False
        # A comment may not carry what the rules would not let anybody say.
        reason = "" if self.services.catalogue.withholds(given.reason) else given.reason
        opinion = Opinion(number, given.opinion, reason, self.client.settings.model)
        try:
            await self.services.scribe.write(partial(self._keep, record, opinion), remembers=True)
        except QunguiError as error:
            logger.warning("第二意见没有记下（W{}）：{}", number, error.message)
            return False
        return True

    async def _keep(self, record: ViolationRecord, opinion: Opinion, work: Work) -> None:
        if not await opinions.add(work, opinion):
            return
        # What a person looks at already has no need to be put to him again.
        if opinion.opinion == "likely_violation" or record.kind == "suspected":
            return
        comment = self.texts.opinion(opinion.opinion, opinion.reason)
        await refer_to_person(work, record, comment, self.services.register, self.texts)
