"""Writes what is intended: the interlocks are asked, the row is made, nothing is done yet."""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.findings import Severity
from bot.domain.interlocks import check
from bot.domain.measures import Measure, MeasureKind, Rung
from bot.engine.docket import Docket
from bot.engine.facts import gather
from bot.engine.register import Register
from data import measures
from data.ledger import Work
from data.measures import MeasureContext

_ACT_LASTS = {
    MeasureKind.RECALL: timedelta(hours=2),
    MeasureKind.MUTE: timedelta(minutes=30),
    MeasureKind.REMOVE: timedelta(hours=24),
    MeasureKind.APPROVE_JOIN: timedelta(hours=24),
}
"""An act that could not be done for so long (no connection, frozen) is not done any more."""

_MUST_ARRIVE = frozenset({MeasureKind.ASK, MeasureKind.ESCALATE})
_LONG = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a measure rests on."""

    violation: int | None = None
    severity: Severity | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Intentions:
    """The only way a measure upon a person, a message or a group comes to be.

    Reports and codes are letters to one person and sanction nobody: they ask no interlock and are
    added beside it, to leave by the same outbox.
    """

    register: Register

    async def intend(self, work: Work, docket: Docket, measure: Measure, ground: Ground) -> Measure:
        """Record one measure, withheld where an interlock says so; returns it as recorded."""
        measure = self._timed(measure)
        if measure.withheld is None:
            facts = await gather(
                work.connection,
                measure,
                self.register,
                severity=ground.severity,
                certain=ground.certain,
            )
            measure = replace(measure, withheld=check(measure, facts, self.register.policy.limits))
        context = MeasureContext(
            violation=ground.violation, severity=ground.severity, certain=ground.certain
        )
        (identifier,) = await measures.add(work, [(measure, context)])
        if measure.withheld is None and measure.rung is Rung.AUTOMATIC:
            docket.measures.append(identifier)
        return measure

    def _timed(self, measure: Measure) -> Measure:
        """Hold a message back over quiet hours, and let nothing be done long after its time."""
        policy, now = self.register.policy, self.register.now
        if not measure.kind.speaks:
            lasts = _ACT_LASTS.get(measure.kind)
            return replace(measure, expires_at=now + lasts) if lasts else measure
        waits_until = None if measure.urgent else policy.quiet_hours.ends_at(now)
        start = measure.not_before or waits_until or now
        lasts = policy.message_expires_after
        if measure.kind in _MUST_ARRIVE or waits_until is not None:
            # A task is wanted whenever it comes; and what a night held back is said one by one.
            lasts = max(lasts, _LONG)
        return replace(
            measure,
            not_before=measure.not_before or waits_until,
            expires_at=measure.expires_at or start + lasts,
        )
