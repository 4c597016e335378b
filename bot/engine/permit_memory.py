"""Fills the register with what a message may be held against: permits and sensitive periods."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.permit_book import PermitBook
from bot.domain.permits import PermitLimits
from bot.domain.topic_windows import TopicWindow, TopicWindows
from bot.engine.register import Register
from config.articles import load_articles
from config.permits import load_permit_settings
from config.settings import Settings
from data import permit_texts, permits, topic_windows
from data.keys import KeyRing

_REMEMBERED = timedelta(days=7)
"""So long a message is still told that its permit is over."""


@dataclass(slots=True)
class PermitMemory:
    """What the file says, and what of the database the register must hold."""

    limits: PermitLimits
    filed_windows: tuple[TopicWindow, ...]
    keys: KeyRing
    _texts: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> "PermitMemory":
        """The memory of an installation.

        Raises:
            BadInputError: ``permits.toml`` is wrong.
        """
        categories = load_articles(settings.config).categories
        found = load_permit_settings(settings.config, categories, settings.timezone)
        keys = permit_texts.permit_keys(settings.home / "keys")
        return cls(found.limits, found.windows, keys)

    async def load(self, register: Register, connection: AsyncConnection, now: datetime) -> None:
        """Put into the register what holds now."""
        known = await permits.remembered(connection, now - _REMEMBERED)
        set_by_command = await topic_windows.not_over(connection, now)
        numbers = {one.number for one in known}
        if new := numbers - self._texts.keys():
            self._texts |= await permit_texts.unseal(connection, self.keys, new)
        self._texts = {number: text for number, text in self._texts.items() if number in numbers}
        register.permits = PermitBook(known, self._texts)
        register.permit_limits = self.limits
        ahead = [one for one in self.filed_windows if one.closes_at > now]
        register.windows = TopicWindows([*ahead, *set_by_command])
