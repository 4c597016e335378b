"""What time does to permits. The schedule is only a clock: asking twice changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.engine.services import Services
from data import permits
from data.ledger import Work
from plugins.permits.desk import PermitDesk


@dataclass(frozen=True, slots=True)
class PermitClock:
    """Looks which permits have run out, and who should hear of those nobody has answered."""

    services: Services
    desk: PermitDesk

    async def run(self, now: datetime) -> None:
        """Let the time pass for every permit it can change."""
        async with self.services.database.reading() as connection:
            open_ones = await permits.unsettled(connection)
        due = [(one, asked) for one, asked in open_ones if self.desk.is_due(one, asked, now)]
        for permit, asked in due:
            await self.services.scribe.write(
                partial(self._pass_time, permit.number, asked), remembers=True
            )
        if due:
            await self.services.reload()

    async def _pass_time(self, number: int, asked: int, work: Work) -> None:
        await self.desk.pass_time(work, number, asked)
