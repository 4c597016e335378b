"""Plans that nobody answered: silence is a no (I9)."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.domain.plans import Plan, PlanState
from bot.domain.violations import ViolationState
from bot.engine.cases import Cases
from bot.engine.register import Register
from bot.engine.scribe import Scribe
from data import plans
from data.database import Database
from data.ledger import Work


@dataclass(frozen=True, slots=True)
class Expiry:
    """Closes plans that have run out; the next reading may propose again."""

    register: Register
    database: Database
    scribe: Scribe
    cases: Cases

    async def run(self, now: datetime) -> None:
        """Look for waiting plans whose time is over."""
        async with self.database.reading() as connection:
            waiting = await plans.waiting(connection)
        for plan in waiting:
            if plan.expires_at <= now:
                await self.scribe.write(partial(self._expire, plan), remembers=True)

    async def _expire(self, plan: Plan, work: Work) -> None:
        await plans.move(work, plan.number, PlanState.EXPIRED)
        for one in plan.people:
            self.register.proposed.pop((one.group, one.account), None)
            case = self.register.by_number.get(one.violation)
            if case is not None and case.state is ViolationState.WAITING:
                await self.cases.move(
                    work, case, ViolationState.OPEN, f"清理计划 P{plan.number} 过期"
                )
