"""The promotion gate: what must be known of a rule before it may act upon people.

A rule, or a single word of a list, is first only watched. What it would have done is recorded, a
person looks at a share of it, and only then may it go further. Pure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, sqrt

_TWO_SIDED_95 = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionBounds:
    """What one step up demands (``[promotion.remind]``, ``[promotion.enforce]``)."""

    min_days: timedelta
    min_hits: int
    rare_after: timedelta
    """Watched so long, fewer hits suffice: then each must be reviewed and none be false."""
    reviewed_share: float
    review_at_most: int
    """However many hits there are, no more need be reviewed."""
    max_false_share: float
    """For the upper end of the 95 % Wilson interval of the share of false hits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """What was seen while a rule was only watched; ``since`` None: it was not watched yet."""

    since: datetime | None
    hits: int = 0
    reviewed: int = 0
    """Hits that a person judged, either way."""
    false_hits: int = 0

    def watched(self, now: datetime) -> timedelta:
        """For how long."""
        return timedelta() if self.since is None else max(now - self.since, timedelta())


class Lack(StrEnum):
    """What may still be missing."""

    TIME = "time"
    HITS = "hits"
    REVIEWS = "reviews"
    TOO_MANY_FALSE = "too_many_false"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing that is missing: how much there is and how much there must be.

    Days for ``TIME``, numbers of hits for ``HITS`` and ``REVIEWS``, shares for ``TOO_MANY_FALSE``.
    """

    lack: Lack
    have: float
    need: float


def shortfalls(bounds: PromotionBounds, shadow: Shadow, now: datetime) -> tuple[Shortfall, ...]:
    """Everything that stands between a rule and the step up; nothing when it may be taken."""
    watched = shadow.watched(now)
    missing = []
    if watched < bounds.min_days:
        missing.append(Shortfall(Lack.TIME, _days(watched), _days(bounds.min_days)))
    rare = shadow.hits < bounds.min_hits
    if rare and watched < bounds.rare_after:
        missing.append(Shortfall(Lack.HITS, shadow.hits, bounds.min_hits))
    needed = shadow.hits if rare else reviews_needed(bounds, shadow.hits)
    if shadow.reviewed < needed:
        missing.append(Shortfall(Lack.REVIEWS, shadow.reviewed, needed))
    if (excess := _too_many_false(bounds, shadow, rare=rare)) is not None:
        missing.append(excess)
    return tuple(missing)


def reviews_needed(bounds: PromotionBounds, hits: int) -> int:
    """How many of so many hits a person must look at."""
    return min(ceil(hits * bounds.reviewed_share), bounds.review_at_most, hits)


def wilson_upper(found: int, among: int) -> float:
    """The upper end of the 95 % Wilson score interval of a share; 1 where nothing was looked at."""
    if among == 0:
        return 1.0
    share, squared = found / among, _TWO_SIDED_95**2
    middle = share + squared / (2 * among)
    spread = _TWO_SIDED_95 * sqrt(share * (1 - share) / among + squared / (4 * among**2))
    return min(1.0, (middle + spread) / (1 + squared / among))


def _too_many_false(bounds: PromotionBounds, shadow: Shadow, *, rare: bool) -> Shortfall | None:
    if rare:
        share = shadow.false_hits / shadow.hits if shadow.false_hits else 0.0
        return Shortfall(Lack.TOO_MANY_FALSE, share, 0.0) if shadow.false_hits else None
    upper = wilson_upper(shadow.false_hits, shadow.reviewed)
    if shadow.reviewed and upper > bounds.max_false_share:
        return Shortfall(Lack.TOO_MANY_FALSE, upper, bounds.max_false_share)
    return None


def _days(duration: timedelta) -> float:
    return duration / timedelta(days=1)
