"""Who may be in a group: people of the organisation, under their own names. Source: Article 20."""

from collections.abc import Iterable

from bot.domain.events import Event, JoinRequested
from bot.domain.findings import Finding, Judgement
from bot.domain.people import Standing
from bot.domain.rules import RuleContext
from bot.domain.standing_rules import StandingRule
from plugins.membership.answers import IMPOSTOR, MATCHED, UNMATCHED, vet

MEMBERSHIP = StandingRule(
    rule_id="membership",
    title="成员身份",
    clauses=("8.2", "19.2", "20.1", "20.5", "20.6", "20.7", "20.8", "26"),
    cites={
        Standing.UNKNOWN: "20.1",
        Standing.DEPARTED: "20.5",
        Standing.IMPOSTOR: "19.2",
    },
)
"""Answers for members who do not belong in the group, or not under this name."""


class JoinRule:
    """Every request to join is held against the roster. Source: Articles 19 and 20."""

    rule_id = "join"
    title = "实名准入"
    clauses = ("8.2", "19.2", "20.1", "20.8")
    kinds = (MATCHED, UNMATCHED, IMPOSTOR)
    judges: tuple[type[Event], ...] = (JoinRequested,)

    def judge(self, event: Event, context: RuleContext) -> Iterable[Judgement]:
        """Exactly one finding a request: it is approved, or a person is asked."""
        if not isinstance(event, JoinRequested):
            return
        vetting = vet(event.answer, event.account, context.roster, context.departments)
        yield Finding(
            rule_id=self.rule_id,
            kind=vetting.kind,
            clause="19.2",
            group=event.group,
            account=event.account,
            reason=vetting.reason,
            staff_id=vetting.staff_id,
            request_id=event.request_id,
        )
