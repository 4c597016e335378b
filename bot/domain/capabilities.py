"""What a platform lets us do in one group now, and what is done where it does not (能力)."""

from dataclasses import dataclass

from bot.domain.groups import Role
from bot.domain.measures import MeasureKind, Rung


@dataclass(frozen=True, slots=True)
class Capability:
    """The strongest rung for one kind of measure; ``why`` is a short Chinese reason."""

    kind: MeasureKind
    rung: Rung
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decides a capability: the bot's role in the group, and the target's."""

    bot_role: Role
    target_role: Role = Role.MEMBER
    reachable_privately: bool = False
