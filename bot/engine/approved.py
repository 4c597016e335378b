"""Carries out plans that were approved where nobody could read the members again (the terminal)."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from loguru import logger

from bot.domain.errors import HeldError, PlatformError
from bot.domain.identifiers import GroupKey
from bot.domain.plans import Plan, PlanState
from bot.engine import plan_decisions
from bot.engine.register import Register
from bot.engine.scribe import Scribe
from bot.engine.texts import Texts
from data import plans
from data.database import Database


@dataclass(frozen=True, slots=True)
class ApprovedPlans:
    """Reads again whose list has grown old, then has the removals intended.

    What an interlock holds is tried again until the plan runs out.
    """

    register: Register
    database: Database
    scribe: Scribe
    texts: Texts
    read_members: Callable[[GroupKey], Awaitable[None]]

    async def run(self, now: datetime) -> None:
        """Look for approved plans that nobody carried out yet."""
        async with self.database.reading() as connection:
            approved = await plans.list_plans(connection, state=PlanState.APPROVED)
        for plan in approved:
            if plan.expires_at > now:
                await self._carry_out(plan, now)

    async def _carry_out(self, plan: Plan, now: datetime) -> None:
        for group in plan.groups:
            if self.register.list_is_old(group, now):
                with contextlib.suppress(PlatformError):
                    await self.read_members(group)
        carry_out = partial(
            plan_decisions.carry_out_plan,
            number=plan.number,
            register=self.register,
            texts=self.texts,
        )
        try:
            await self.scribe.write(carry_out, remembers=True)
        except HeldError as held:
            logger.info("P{} waits: {}", plan.number, held.message)
