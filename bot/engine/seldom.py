"""A bound on how often one account is told the same kind of thing."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from bot.domain.identifiers import AccountKey

_MOST_REMEMBERED = 10_000


class Seldom:
    """At most ``count`` times within ``window`` for each account."""

    def __init__(self, count: int, window: timedelta) -> None:
        self._count = count
        self._window = window
        self._said: OrderedDict[AccountKey, deque[datetime]] = OrderedDict()

    def allows(self, account: AccountKey, now: datetime) -> bool:
        """Whether once more is within the bound; if so it is counted."""
        said = self._said.setdefault(account, deque(maxlen=self._count))
        self._said.move_to_end(account)
        if len(self._said) > _MOST_REMEMBERED:
            self._said.popitem(last=False)
        if len(said) == self._count and now - said[0] < self._window:
            return False
        said.append(now)
        return True
