"""Everything the plugins brought, for commands that speak of rules and commands themselves."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from bot.domain.rules import Rule
from bot.engine.commands import Call, Command, Reply
from bot.engine.contribution import Contribution, Decider

REGISTERED_BY_OWNER = "owner-report"
"""The rule id of a problem that an owner registered himself."""
_TITLES_WITHOUT_RULE = {REGISTERED_BY_OWNER: "群主登记"}


class Catalogue:
    """Rules and commands by name. Empty until ``fill``: plugins are made before it is complete."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}
        self._commands: tuple[Command, ...] = ()
        self._withholds: tuple[Callable[[str], bool], ...] = ()
        self._reversals: dict[str, Callable[[Call, int], Awaitable[Reply]]] = {}
        self._deciders: dict[str, Decider] = {}

    def fill(self, contributions: Iterable[Contribution]) -> None:
        """Take up what every plugin brings."""
        given = tuple(contributions)
        self._rules = {rule.rule_id: rule for one in given for rule in one.rules}
        self._commands = tuple(command for one in given for command in one.commands)
        self._withholds = tuple(one.withholds for one in given if one.withholds is not None)
        self._reversals = {name: act for one in given for name, act in one.reversals.items()}
        self._deciders = {name: act for one in given for name, act in one.deciders.items()}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of the plugins."""
        return tuple(self._rules.values())

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command, in the order of the plugins."""
        return self._commands

    def reversal(self, letter: str) -> Callable[[Call, int], Awaitable[Reply]] | None:
        """What undoes a number with this letter, if a plugin brought it."""
        return self._reversals.get(letter)

    @property
    def deciders(self) -> Mapping[str, Decider]:
        """What decides numbers of other kinds than plans and requests, by letter."""
        return self._deciders

    def withholds(self, text: str) -> bool:
        """Whether words may hold a state secret, and must not be kept or repeated."""
        return any(holds(text) for holds in self._withholds)

    def title(self, rule_id: str) -> str:
        """What users call a rule; its id for one that is no longer there."""
        rule = self._rules.get(rule_id)
        return rule.title if rule else _TITLES_WITHOUT_RULE.get(rule_id, rule_id)

    def titles(self) -> dict[str, str]:
        """Rule ids by title, those without a living rule included."""
        named = {rule.title: rule.rule_id for rule in self._rules.values()}
        return named | {title: rule_id for rule_id, title in _TITLES_WITHOUT_RULE.items()}
