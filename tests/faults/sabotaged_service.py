"""The service with one order turned round: what comparing log and ledger is there to find."""

from bot.domain.measures import Measure, MeasureKind, ReceiptHow
from bot.engine import assembly
from bot.engine.delivery import Delivery, Outcome
from bot.engine.dispatch_acts import Acts
from bot.engine.docket import Docket
from bot.engine.intentions import Ground, Intentions
from bot.engine.platform import GroupPlatform
from data.ledger import Work
from data.measures import StoredMeasure


class _HastyIntentions(Intentions):
    """Recalls at once, and has it on record only after the commit."""

    async def intend(self, work: Work, docket: Docket, measure: Measure, ground: Ground) -> Measure:
        platform = self.register.platforms.get(measure.group.platform)
        if measure.kind is MeasureKind.RECALL and measure.message and platform is not None:
            await platform.recall(measure.message)
        return await Intentions.intend(self, work, docket, measure, ground)


class _AssumingActs(Acts):
    """Takes down what was done before: without a kill nobody would notice."""

    async def carry_out(self, stored: StoredMeasure) -> None:
        if stored.measure.kind is not MeasureKind.RECALL:
            await Acts.carry_out(self, stored)
            return
        await self._done(stored, ReceiptHow.READ_BACK, "读回核对")


class _BlindDelivery(Delivery):
    """Says again what it does not know to be said."""

    async def _look_back(
        self, platform: GroupPlatform, batch: list[StoredMeasure]
    ) -> Outcome | None:
        return None


def act_before_record() -> None:
    """Have recalls carried out inside the transaction that records them."""
    assembly.Intentions = _HastyIntentions  # type: ignore[misc]  # planted
    assembly.Acts = _AssumingActs  # type: ignore[misc]  # planted


def retry_blindly() -> None:
    """Have messages repeated without looking for them first."""
    assembly.Delivery = _BlindDelivery  # type: ignore[misc]  # planted
