"""Gathers those to be removed into one plan per owner, and puts it to him."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.interlocks import member_list_problem
from bot.domain.measures import Measure, MeasureKind, Mode
from bot.domain.plans import Plan, Proposal, approvals_needed
from bot.domain.violations import OpenCase, ViolationState
from bot.engine.cases import Cases
from bot.engine.docket import Docket
from bot.engine.intentions import Ground, Intentions
from bot.engine.register import Register
from bot.engine.texts import Texts
from data import plans
from data.ledger import Work

Proposed = list[tuple[Proposal, OpenCase]]


@dataclass(frozen=True, slots=True)
class Proposals:
    """Turns the proposals of one batch into saved plans.

    A list of members that cannot be trusted proposes nobody (I5); the case stays open and the
    next good reading proposes again.
    """

    register: Register
    texts: Texts
    cases: Cases
    intentions: Intentions

    async def put_forward(self, work: Work, docket: Docket) -> None:
        """Make the plans of a finished batch."""
        by_owner: dict[tuple[str, AccountKey | None], Proposed] = defaultdict(list)
        for proposal, case in docket.proposals:
            if self._may_be_proposed(proposal):
                owner = self.register.groups[proposal.group].owner
                key = (proposal.group.platform.value, owner)
                by_owner[key].append((proposal, case))
        for (_, owner), proposed in by_owner.items():
            await self._plan(work, docket, owner, proposed)

    def _may_be_proposed(self, proposal: Proposal) -> bool:
        key = (proposal.group, proposal.account)
        since = self.register.proposed.get(key)
        policy, now = self.register.policy, self.register.now
        if since is not None and now - since < policy.repropose_after:
            return False
        state = self.register.groups.get(proposal.group)
        if state is None:
            return False
        problem = member_list_problem(state.reading, state.last_good_count, now, policy.limits)
        return problem is None

    async def _plan(
        self, work: Work, docket: Docket, owner: AccountKey | None, proposed: Proposed
    ) -> None:
        people = tuple(proposal for proposal, _ in proposed)
        limits = self.register.policy.limits
        needed = approvals_needed(
            dict(Counter(one.group for one in people)), self._sizes(people), limits
        )
        plan = await plans.create(work, owner, people, needed, work.now + limits.plan_expires_after)
        for proposal, case in proposed:
            self.register.proposed[proposal.group, proposal.account] = work.now
            await self.cases.move(
                work, case, ViolationState.WAITING, f"列入清理计划 P{plan.number}"
            )
        await self._ask(work, docket, plan)

    def _sizes(self, people: tuple[Proposal, ...]) -> dict[GroupKey, int]:
        groups = {one.group for one in people}
        return {group: len(self.register.groups[group].members) for group in groups}

    async def _ask(self, work: Work, docket: Docket, plan: Plan) -> None:
        private, public = self.texts.proposal(plan)
        measure = Measure(
            kind=MeasureKind.ASK,
            group=plan.groups[0],
            account=plan.owner,
            mode=Mode.ENFORCE,
            text=private,
            public_text=public,
            plan=plan.number,
        )
        await self.intentions.intend(work, docket, measure, Ground())
