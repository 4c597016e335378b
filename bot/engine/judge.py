"""Asks the rules. A rule that fails sanctions nobody and stops no other rule."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from loguru import logger

from bot.domain.events import Event
from bot.domain.findings import Judgement
from bot.domain.rules import Rule, RuleContext


@dataclass(frozen=True, slots=True)
class Skipped:
    """A rule could not judge an event."""

    rule_id: str
    reason: str


class Judge:
    """Knows which rules look at which kind of event."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_type: dict[type[Event], list[Rule]] = defaultdict(list)
        for rule in rules:
            for event_type in rule.judges:
                self._by_type[event_type].append(rule)

    def judge(self, event: Event, context: RuleContext) -> list[Judgement | Skipped]:
        """Everything the rules see in one event; an empty list for nearly all of them."""
        seen: list[Judgement | Skipped] = []
        for rule in self._by_type.get(type(event), ()):
            try:
                seen.extend(rule.judge(event, context))
            except Exception as error:  # noqa: BLE001  # one rule's bug must not stop the others
                logger.opt(exception=error).error(
                    "rule {} failed on event {}", rule.rule_id, event.event_id
                )
                seen.append(Skipped(rule.rule_id, type(error).__name__))
        return seen
