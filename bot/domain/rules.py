"""What a rule is, and what it may look at. A rule is synchronous, pure, and knows no clock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from bot.domain.departments import Departments
from bot.domain.events import Event
from bot.domain.findings import Judgement
from bot.domain.groups import Member
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.people import Roster
from bot.domain.permit_book import PermitBook
from bot.domain.topic_windows import TopicWindows


class RuleContext(Protocol):
    """Everything a rule may know besides the event; all of it is held in memory."""

    @property
    def now(self) -> datetime:
        """The moment of judging, aware UTC."""

    @property
    def roster(self) -> Roster:
        """The staff, with the accounts bound to them. Empty until the first import."""

    @property
    def departments(self) -> Departments:
        """Departments and their other names."""

    @property
    def permits(self) -> PermitBook:
        """What may be posted on reserved topics."""

    @property
    def windows(self) -> TopicWindows:
        """The sensitive periods, in which further topics are reserved."""

    def member(self, group: GroupKey, account: AccountKey) -> Member | None:
        """A member as last read, if known."""

    def recent_words(self, group: GroupKey, account: AccountKey) -> tuple[str, ...]:
        """The author's last short messages in this group before this event, oldest first."""

    def exempt(self, account: AccountKey) -> bool:
        """Whether the account is a bot, a supervisor, or on the allow-list."""

    def open_cases(self, rule_id: str, group: GroupKey) -> frozenset[AccountKey]:
        """Who has an open case of this rule in this group."""


class Rule(Protocol):
    """One rule of the organisation.

    ``kinds`` names every ``Finding.kind`` it can give: each needs a response in ``policy.toml``.
    """

    @property
    def rule_id(self) -> str:
        """Kebab case, stable: it is on every record."""

    @property
    def title(self) -> str:
        """What users read."""

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses of ``articles.toml`` it carries out."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of finding it can give."""

    @property
    def judges(self) -> tuple[type[Event], ...]:
        """The events it looks at."""

    def judge(self, event: Event, context: RuleContext) -> Iterable[Judgement]:
        """What this rule sees in the event. Raising means: no sanction, recorded as skipped."""
