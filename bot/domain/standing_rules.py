"""Rules about what a group member lastingly is: one standing, one rule, at most one case a member.

Every card is judged to exactly one ``Standing``, and each standing belongs to one rule only, so no
member ever has two cases for one fact: a rule clears its own case when another takes over.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.domain.events import Event, MemberRenamed, MembersRead, MessagePosted
from bot.domain.findings import Clearance, Finding, Judgement
from bot.domain.groups import Member
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.names import judge_card
from bot.domain.people import Standing
from bot.domain.rules import RuleContext

_GONE = "已不在群内"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRule:
    """A rule that answers for some of the standings; ``cites`` names the clause for each.

    Judges a reading of the members, and a card that differs from the last reading as soon as it
    is seen. Judges nobody while the roster is empty: then everybody is unknown to us, not to the
    organisation. Source: Article 20.
    """

    rule_id: str
    title: str
    clauses: tuple[str, ...]
    cites: Mapping[Standing, str]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The standings it answers for."""
        return tuple(standing.value for standing in self.cites)

    @property
    def judges(self) -> tuple[type[Event], ...]:
        """Readings, and whatever shows a card between two of them."""
        return (MembersRead, MessagePosted, MemberRenamed)

    def judge(self, event: Event, context: RuleContext) -> Iterable[Judgement]:
        """Findings for members of its standings, clearances for cases that are over."""
        if isinstance(event, MessagePosted):
            return self._judge_message(event, context)
        if not len(context.roster):
            return ()
        match event:
            case MembersRead():
                return self._judge_reading(event, context)
            case MemberRenamed(new_card=card) if card.strip():
                known = context.member(event.group, event.account)
                return self._judge_shown(event.group, event.account, card, known, context)
        return ()

    def _judge_message(self, event: MessagePosted, context: RuleContext) -> Iterable[Judgement]:
        known = context.member(event.group, event.author)
        card = event.author_card
        if known is not None and known.card == card:
            return ()
        # A message found in the history shows the card of that time, not of now.
        if event.late or event.by_this_bot or not card.strip() or not len(context.roster):
            return ()
        return self._judge_shown(event.group, event.author, card, known, context)

    def _judge_shown(
        self,
        group: GroupKey,
        account: AccountKey,
        card: str,
        known: Member | None,
        context: RuleContext,
    ) -> Iterable[Judgement]:
        if known is not None and known.is_bot:
            return ()
        outcome = self._outcome(group, account, card, context)
        if isinstance(outcome, Finding):
            return (outcome,)
        return self._clear(group, {account: outcome}, context)

    def _judge_reading(self, event: MembersRead, context: RuleContext) -> Iterator[Judgement]:
        members = event.member_list.by_account()
        over: dict[AccountKey, str] = {}
        for account, member in members.items():
            if member.is_bot:
                over[account] = Standing.EXEMPT.label
                continue
            outcome = self._outcome(event.group, account, member.card, context)
            if isinstance(outcome, Finding):
                yield outcome
            else:
                over[account] = outcome
        if event.member_list.complete:
            absent = context.open_cases(self.rule_id, event.group) - members.keys()
            over.update(dict.fromkeys(absent, _GONE))
        yield from self._clear(event.group, over, context)

    def _outcome(
        self, group: GroupKey, account: AccountKey, card: str, context: RuleContext
    ) -> Finding | str:
        """A finding, or why this rule has nothing against the member."""
        if context.exempt(account):
            return Standing.EXEMPT.label
        judgement = judge_card(card, account, context.roster, context.departments)
        clause = self.cites.get(judgement.standing)
        if clause is None:
            return judgement.standing.label
        return Finding(
            rule_id=self.rule_id,
            kind=judgement.standing.value,
            clause=clause,
            group=group,
            account=account,
            reason=judgement.reason,
            staff_id=judgement.staff_id,
            suggestion=judgement.suggestion,
            standing=True,
        )

    def _clear(
        self, group: GroupKey, over: Mapping[AccountKey, str], context: RuleContext
    ) -> Iterator[Judgement]:
        for account in sorted(context.open_cases(self.rule_id, group) & over.keys()):
            yield Clearance(
                rule_id=self.rule_id, group=group, account=account, reason=over[account]
            )
