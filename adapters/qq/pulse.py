"""Whether the other side of a socket still lives: a half-open one stays silent for ever."""

import time
from enum import StrEnum

# Must be noticed within 90 s, the distance between two looks included.
LONGEST_SILENCE = 75.0
_INTERVALS = 2.5


class Verdict(StrEnum):
    """What to think of the silence so far."""

    ALIVE = "alive"
    ASK = "ask"
    DEAD = "dead"


class Pulse:
    """Counts silence since the last pushed frame; answers to our calls do not count."""

    def __init__(self, silence_limit: float) -> None:
        self._silence_limit = silence_limit
        self._interval: float | None = None
        self._heard_at = time.monotonic()

    @property
    def look_every(self) -> float:
        """Seconds between two looks."""
        return min(5.0, self._limit / 4)

    def heard(self) -> None:
        """A frame was pushed, or a question answered."""
        self._heard_at = time.monotonic()

    def beat(self, interval: float | None) -> None:
        """A heartbeat came, the next of which is due in ``interval`` milliseconds."""
        self.heard()
        if interval and interval > 0:
            self._interval = interval / 1000

    def verdict(self) -> Verdict:
        """Dead when promised heartbeats stay away; to be asked when none were promised."""
        if time.monotonic() - self._heard_at < self._limit:
            return Verdict.ALIVE
        return Verdict.DEAD if self._beats else Verdict.ASK

    @property
    def _beats(self) -> bool:
        return self._interval is not None and _INTERVALS * self._interval <= LONGEST_SILENCE

    @property
    def _limit(self) -> float:
        if self._interval is not None and self._beats:
            return _INTERVALS * self._interval
        return self._silence_limit
