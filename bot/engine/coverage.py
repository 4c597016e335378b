"""How far every clause of the regulation is carried out: generated from what is really there."""

from dataclasses import dataclass
from enum import StrEnum

from bot.engine.catalogue import Catalogue
from config.articles import Articles, Clause

_DUTIES = frozenset({"daily-look"})
"""Duties that are neither a rule nor a command by themselves."""


class CoverageStatus(StrEnum):
    """Who carries a clause out."""

    AUTOMATIC = "automatic"
    ASSISTED = "assisted"
    HUMAN_ONLY = "human_only"
    MISSING = "missing"

    @property
    def label(self) -> str:
        """The name users read."""
        return {
            "automatic": "自动",
            "assisted": "协助",
            "human_only": "由人办理",
            "missing": "尚缺",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Coverage:
    """One clause with its living controls, by the names users know."""

    clause_id: str
    clause: Clause
    controls: tuple[str, ...]
    status: CoverageStatus


def coverage(articles: Articles, catalogue: Catalogue) -> tuple[Coverage, ...]:
    """Every clause, in the order of the file."""
    rules = {rule.rule_id: rule.title for rule in catalogue.rules}
    commands = {command.name for command in catalogue.commands}
    return tuple(_covered(key, clause, rules, commands) for key, clause in articles.clauses.items())


def _covered(key: str, clause: Clause, rules: dict[str, str], commands: set[str]) -> Coverage:
    living = [one for one in clause.controls if one in rules or one in commands | _DUTIES]
    if clause.human_only:
        status = CoverageStatus.HUMAN_ONLY
    elif len(living) < len(clause.controls):
        status = CoverageStatus.MISSING
    elif any(one in rules for one in living):
        status = CoverageStatus.AUTOMATIC
    else:
        status = CoverageStatus.ASSISTED
    titles = tuple(rules.get(one, one) for one in living if one not in _DUTIES)
    return Coverage(key, clause, titles, status)
