"""What the promotion gate still misses of a rule or of one part of it, and in words people read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.measures import Mode
from bot.domain.promotion import Lack, Shadow, Shortfall, shortfalls
from bot.engine.services import Services
from data import rule_figures, setting_changes, switches

WATCHED = "watched:"
"""The switch that tells since when a rule is there."""
_MOST_CHANGES = 50
_TO_LOOK_AT = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule, or one source of it, and since when it went no further than it does."""

    rule_id: str
    since: datetime | None
    source: str | None = None


class Promotion:
    """Reads the figures; decides nothing about who may promote."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def below(
        self, connection: AsyncConnection, rule_id: str, key: str, then: Mode
    ) -> datetime | None:
        """Since when the mode kept under ``key`` lies below ``then`` without a break."""
        begun = (await switches.get_all(connection)).get(WATCHED + rule_id)
        since = datetime.fromisoformat(begun) if begun else None
        for change in await setting_changes.history(connection, key, _MOST_CHANGES):
            if change.before is not None and Mode(change.before).rank >= then.rank:
                return change.at
        return since

    async def shadow(self, connection: AsyncConnection, candidate: Candidate) -> Shadow:
        """What was seen while it was watched."""
        if candidate.since is None:
            return Shadow(since=None)
        seen = await rule_figures.figures(
            connection, candidate.rule_id, candidate.since, source=candidate.source
        )
        return Shadow(
            since=candidate.since,
            hits=seen.hits,
            reviewed=seen.reviewed,
            false_hits=seen.false_hits,
        )

    async def missing(
        self, connection: AsyncConnection, candidate: Candidate, then: Mode, now: datetime
    ) -> list[str]:
        """Everything that still stands in the way, each with what there is and what must be."""
        shadow = await self.shadow(connection, candidate)
        bounds = self._services.register.policy.promotion[then]
        found = [self._told(one) for one in shortfalls(bounds, shadow, now)]
        if not found or candidate.since is None:
            return found
        numbers = await self.to_review(connection, candidate)
        if shadow.reviewed < shadow.hits and numbers:
            found.append(self._text("gate.to_review", numbers=numbers))
        return found

    async def to_review(self, connection: AsyncConnection, candidate: Candidate) -> str:
        """Some cases that nobody has looked at: W3、W8."""
        if candidate.since is None:
            return ""
        numbers = await rule_figures.to_review(
            connection,
            candidate.rule_id,
            candidate.since,
            source=candidate.source,
            limit=_TO_LOOK_AT,
        )
        return "、".join(f"W{one}" for one in numbers)

    def _told(self, one: Shortfall) -> str:
        match one.lack:
            case Lack.TIME:
                return self._text("gate.time", have=f"{one.have:.1f}", need=f"{one.need:g}")
            case Lack.HITS:
                return self._text("gate.hits", have=int(one.have), need=int(one.need))
            case Lack.REVIEWS:
                return self._text("gate.reviews", have=int(one.have), need=int(one.need))
            case Lack.TOO_MANY_FALSE:
                return self._text("gate.false_hits", have=f"{one.have:.0%}", need=f"{one.need:.0%}")

    def _text(self, key: str, **fields: object) -> str:
        return self._services.wording.text(key, **fields)
