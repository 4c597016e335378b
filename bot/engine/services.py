"""What the composition root hands to every plugin."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.domain.identifiers import GroupKey
from bot.engine.catalogue import Catalogue
from bot.engine.clock import Clock
from bot.engine.confirmations import Confirmations
from bot.engine.register import Register
from bot.engine.scribe import Scribe
from bot.engine.speech import Speech
from config.settings import Settings
from config.wording import Wording
from data.database import Database
from data.excerpts import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The engine's parts a plugin may use. None of them can act upon a person."""

    settings: Settings
    wording: Wording
    clock: Clock
    database: Database
    vault: Vault
    register: Register
    scribe: Scribe
    """Write transactions, grouped with everybody else's into one commit."""
    catalogue: Catalogue
    """Every rule and command there is; complete once all plugins have contributed."""
    speech: Speech
    """Answers to people, through the one throttled outbox."""
    read_members: Callable[[GroupKey], Awaitable[None]]
    """Read a group's members from the platform now and judge them."""
    reload: Callable[[], Awaitable[None]]
    """Take up what commands changed: settings, roles, switches, roster, measures."""
    confirmations: Confirmations = field(default_factory=Confirmations)
    """What people were shown and have still to say yes to."""
