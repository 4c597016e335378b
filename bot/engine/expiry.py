"""Plans whose time is over: nobody approved them (silence is a no, I9), or nobody did his part."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.domain.measures import MeasureKind, MeasureState, Rung
from bot.domain.plans import Plan, PlanState
from bot.domain.violations import ViolationState
from bot.engine.cases import Cases
from bot.engine.docket import Docket
from bot.engine.register import Register
from bot.engine.scribe import Scribe
from bot.engine.settlement import Settlement
from data import measures, plans
from data.database import Database
from data.ledger import Work
from data.measures import StoredMeasure

_NOT_IN_TIME = "没有在时限内移出"


@dataclass(frozen=True, slots=True)
class Expiry:
    """Closes plans that have run out; the next reading may propose again."""

    register: Register
    database: Database
    scribe: Scribe
    cases: Cases
    settlement: Settlement

    async def run(self, now: datetime) -> None:
        """Look for plans whose time is over, or in which nothing is left to be done."""
        async with self.database.reading() as connection:
            waiting = await plans.waiting(connection)
            waiting += await plans.list_plans(connection, state=PlanState.APPROVED)
            executing = await plans.list_plans(connection, state=PlanState.EXECUTING)
        for plan in waiting:
            if plan.expires_at <= now:
                await self.scribe.write(partial(self._expire, plan), remembers=True)
        for plan in executing:
            await self._end(plan, now)

    async def _end(self, plan: Plan, now: datetime) -> None:
        """Give up what a person was asked to do and did not do in time; then the plan may end."""
        async with self.database.reading() as connection:
            removals = await measures.for_plan(connection, plan.number)
        if any(_awaited(one, now) for one in removals):
            return

        async def write(work: Work) -> None:
            for one in removals:
                if one.state is MeasureState.INTENDED and one.measure.kind is MeasureKind.REMOVE:
                    await self.settlement.finished(
                        work, Docket(), one, MeasureState.EXPIRED, detail=_NOT_IN_TIME
                    )
            await self.settlement.plan_after(work, Docket(), plan.number)

        await self.scribe.write(write, remembers=True)

    async def _expire(self, plan: Plan, work: Work) -> None:
        await plans.move(work, plan.number, PlanState.EXPIRED)
        for one in plan.people:
            self.register.proposed.pop((one.group, one.account), None)
            case = self.register.by_number.get(one.violation)
            if case is not None and case.state is ViolationState.WAITING:
                await self.cases.move(
                    work, case, ViolationState.OPEN, f"清理计划 P{plan.number} 过期"
                )


def _awaited(stored: StoredMeasure, now: datetime) -> bool:
    """Whether a removal may still come to be: by the bot, by a person in time, or as a proof."""
    measure = stored.measure
    if measure.kind is not MeasureKind.REMOVE:
        return False
    if stored.state is not MeasureState.INTENDED or measure.rung is Rung.AUTOMATIC:
        return stored.state in (MeasureState.INTENDED, MeasureState.UNKNOWN)
    return measure.expires_at is None or measure.expires_at > now
