"""A numbered case from its finding to its closure (违规登记)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import RefusedError
from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Mode


class ViolationState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    OBSERVED = "observed"
    WAITING = "waiting"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    APPEALED = "appealed"
    OVERTURNED = "overturned"

    @property
    def label(self) -> str:
        """The name users read."""
        return {
            "open": "处理中",
            "observed": "观察记录",
            "waiting": "等待处理",
            "closed": "已办结",
            "dismissed": "误报",
            "appealed": "申诉中",
            "overturned": "申诉成立",
        }[self.value]

    @property
    def live(self) -> bool:
        """Whether the case still wants something to happen."""
        return self in (ViolationState.OPEN, ViolationState.OBSERVED, ViolationState.WAITING)


_MOVES: dict[ViolationState, frozenset[ViolationState]] = {
    ViolationState.OPEN: frozenset(
        {ViolationState.WAITING, ViolationState.CLOSED, ViolationState.DISMISSED,
         ViolationState.APPEALED, ViolationState.OBSERVED}
    ),
    ViolationState.OBSERVED: frozenset(
        {ViolationState.OPEN, ViolationState.CLOSED, ViolationState.DISMISSED,
         ViolationState.WAITING}
    ),
    ViolationState.WAITING: frozenset(
        {ViolationState.OPEN, ViolationState.CLOSED, ViolationState.DISMISSED,
         ViolationState.APPEALED}
    ),
    ViolationState.CLOSED: frozenset({ViolationState.APPEALED, ViolationState.DISMISSED}),
    ViolationState.DISMISSED: frozenset(),
    ViolationState.APPEALED: frozenset({ViolationState.OVERTURNED, ViolationState.CLOSED}),
    ViolationState.OVERTURNED: frozenset(),
}  # fmt: skip


def check_move(number: int, now: ViolationState, then: ViolationState) -> None:
    """Make sure a case may go from ``now`` to ``then``.

    Raises:
        RefusedError: it may not, for example because it is over.
    """
    if then is not now and then not in _MOVES[now]:
        raise RefusedError(f"违规 W{number} 目前是“{now.label}”，不能改为“{then.label}”。")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """What must be remembered of a live case to answer the next finding like it.

    ``next_action_at`` is when ``do`` may be repeated; ``due_at`` when ``when_due`` is done.
    """

    number: int
    rule_id: str
    kind: str
    clause: str
    group: GroupKey
    account: AccountKey
    severity: Severity
    state: ViolationState
    mode: Mode
    opened_at: datetime
    suggestion: str | None
    next_action_at: datetime | None
    due_at: datetime | None
    due_done: bool
    reminders: int
    message_id: str | None = None
    standing: bool = False
