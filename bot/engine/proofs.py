"""Waits for the platform's own notice that an effect took place: "ok" proves nothing."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from bot.domain.events import Event, MemberJoined, MemberLeft, MemberMuted, MessageRecalled
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Measure, MeasureKind


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that can be seen to happen in a group."""

    kind: MeasureKind
    group: GroupKey
    about: str


def effect_of(measure: Measure) -> Effect | None:
    """The notice that would prove a measure; None where the platform sends none."""
    match measure.kind:
        case MeasureKind.RECALL if measure.message is not None:
            return Effect(MeasureKind.RECALL, measure.group, measure.message.id)
        case MeasureKind.REMOVE | MeasureKind.APPROVE_JOIN if measure.account:
            return Effect(measure.kind, measure.group, str(measure.account))
        case MeasureKind.MUTE if measure.account:
            return _muting(measure.group, measure.account, muted=bool(measure.seconds))
        case _:
            return None


def _muting(group: GroupKey, account: AccountKey, *, muted: bool) -> Effect:
    """To be muted and to be heard again are two effects: one notice does not prove the other."""
    return Effect(MeasureKind.MUTE, group, f"{account}:{muted}")


def effect_shown(event: Event) -> Effect | None:
    """What an event proves."""
    match event:
        case MessageRecalled():
            return Effect(MeasureKind.RECALL, event.group, event.message_id)
        case MemberLeft():
            return Effect(MeasureKind.REMOVE, event.group, str(event.account))
        case MemberMuted():
            return _muting(event.group, event.account, muted=event.until is not None)
        case MemberJoined():
            return Effect(MeasureKind.APPROVE_JOIN, event.group, str(event.account))
        case _:
            return None


class Proofs:
    """Who waits for which effect."""

    def __init__(self) -> None:
        self._waiting: dict[Effect, set[asyncio.Future[Event]]] = defaultdict(set)

    def expect(self, effect: Effect) -> "asyncio.Future[Event]":
        """Register before the platform is called, so that a quick notice is not missed."""
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._waiting[effect].add(future)
        future.add_done_callback(lambda done: self._forget(effect, done))
        return future

    def shown(self, event: Event) -> None:
        """An event was committed: whoever waits for what it proves has his proof."""
        effect = effect_shown(event)
        if effect is None or effect not in self._waiting:
            return
        for future in tuple(self._waiting[effect]):
            if not future.done():
                future.set_result(event)

    def _forget(self, effect: Effect, future: "asyncio.Future[Event]") -> None:
        waiting = self._waiting.get(effect)
        if waiting is None:
            return
        waiting.discard(future)
        if not waiting:
            del self._waiting[effect]
