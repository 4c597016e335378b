"""The plugin's commands at a desk with two approvers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.permits import Permit
from bot.engine.contribution import Job
from bot.engine.router import Router
from data import permits
from data.tables import MeasureRow
from data.types import table_of
from plugins import membership
from plugins import permits as plugin
from tests.commanding import APPROVER, STRANGER, Desk, open_desk

SECOND_APPROVER = replace(APPROVER, id="303")


@dataclass(slots=True)
class Bureau:
    """What a test holds in its hands."""

    desk: Desk
    router: Router
    clock: Job

    async def say(self, who: AccountKey, text: str, group: GroupKey | None = None) -> str:
        """The one answer to a command."""
        (said,) = await self.desk.say(self.router, who, text, group)
        return said.text

    async def permit(self, number: int = 1) -> Permit:
        async with self.desk.database.reading() as connection:
            return await permits.known(connection, number)

    async def letters(self) -> list[tuple[str, str]]:
        """Every message so far: to whom, and its words as they are stored."""
        query = select(table_of(MeasureRow)).order_by(table_of(MeasureRow).c.id)
        async with self.desk.database.reading() as connection:
            return [(row.account_id, row.text) for row in await connection.execute(query)]

    async def tick(self) -> None:
        await self.clock.run(self.desk.clock.now())


@pytest.fixture
async def bureau(tmp_path: Path) -> AsyncIterator[Bureau]:
    async with open_desk(tmp_path) as desk:
        register = desk.register
        register.roles = {**register.roles, SECOND_APPROVER: frozenset({"approver"})}
        given = [membership.contribute(desk.services), plugin.contribute(desk.services)]
        desk.services.catalogue.fill(given)
        assert STRANGER not in register.roles
        (clock,) = given[1].jobs
        yield Bureau(desk, desk.router(desk.services.catalogue.commands), clock)
