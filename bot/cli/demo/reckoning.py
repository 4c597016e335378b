"""Holds the college's journal against the service's ledger: lost, doubled, unrecorded."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from adapters.simulator.onebot11.identifiers import message_id
from adapters.simulator.onebot11.people import Message
from adapters.simulator.onebot11.simulator import OneBotSimulator
from bot.cli.demo.ledger import Books, RecordedCase, RecordedMeasure
from bot.cli.demo.script import Script, words_of

_SPEAKING = ("remind", "notify", "escalate", "ask")
_SHOWN = 24
_ENDED_WELL = {"done", "withheld"}
_ACTIONS = {
    "delete_msg": "recall",
    "set_group_kick": "remove",
    "set_group_ban": "mute",
    "set_group_card": "fix_name",
}


@dataclass(slots=True)
class Reckoning:
    """Every discrepancy, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        """Whether both books agree."""
        return not (self.lost or self.doubled or self.unrecorded)

    def discrepancies(self) -> Iterable[str]:
        """All of them, one a line."""
        yield from (f"遗漏：{one}" for one in self.lost)
        yield from (f"重复：{one}" for one in self.doubled)
        yield from (f"未记账：{one}" for one in self.unrecorded)


def settled(simulator: OneBotSimulator, books: Books) -> bool:
    """Whether the service has nothing left to do: every message taken in, every act ended."""
    if any(event not in books.events for event, _ in _spoken(simulator)):
        return False
    return not any(one.unfinished for one in books.measures)


def reckon(simulator: OneBotSimulator, script: Script, books: Books) -> Reckoning:
    """Compare, once everything is settled."""
    found = Reckoning()
    found.lost += [
        f"群消息 {message_id(message)} 没有入账"
        for event, message in _spoken(simulator)
        if event not in books.events
    ]
    _offences(found, simulator, script, books.cases)
    _endings(found, books.measures)
    _acts(found, simulator, books.measures)
    _words(found, simulator, books.measures, script.answered)
    return found


def _spoken(simulator: OneBotSimulator) -> list[tuple[str, Message]]:
    """Everything people said in the groups, with the event id it must have been handled under."""
    own = simulator.world.self_id
    return [
        (f"m:{group.group_id}:{message_id(message)}", message)
        for group in simulator.world.groups.values()
        for message in group.messages
        if message.author != own
    ]


def _offences(
    found: Reckoning, simulator: OneBotSimulator, script: Script, cases: Sequence[RecordedCase]
) -> None:
    """Each listed word is on record once and recalled; nobody else is on record for his words."""
    counted = Counter(one.message for one in cases if one.message is not None)
    for posted in script.offences:
        if not counted[posted.number]:
            found.lost.append(f"违规消息 {posted.number} 没有登记")
        if posted.recallable and not simulator.is_recalled(posted.number):
            found.lost.append(f"违规消息 {posted.number} 没有撤回")
    found.doubled += [f"消息 {number} 登记了 {n} 次" for number, n in counted.items() if n > 1]
    known = {one.number for one in script.offences}
    found.unrecorded += [f"消息 {number} 被误登记" for number in counted if number not in known]


def _endings(found: Reckoning, measures: Sequence[RecordedMeasure]) -> None:
    """What was decided has been done, or was held back for a reason on record."""
    for one in measures:
        if one.rung != "automatic" or one.state in _ENDED_WELL:
            continue
        # A reminder whose reason is gone before it could be said is rightly not said.
        if one.kind != "remind" or one.state != "expired":
            found.lost.append(f"处置 M{one.id}（{one.kind}）停在 {one.state}")


def _acts(
    found: Reckoning, simulator: OneBotSimulator, measures: Sequence[RecordedMeasure]
) -> None:
    """Each act the college felt is on record, and was felt once."""
    recorded = {(one.kind, *_target(one)) for one in measures}
    felt = Counter(
        (kind, *_felt(kind, call.params))
        for action, kind in _ACTIONS.items()
        for call in simulator.calls(action)
        if call.applied
    )
    for act, times in felt.items():
        if act not in recorded:
            found.unrecorded.append(f"平台上有动作 {act}")
        if times > 1:
            found.doubled.append(f"动作 {act} 做了 {times} 次")
    answered = Counter(
        str(call.params.get("flag"))
        for call in simulator.calls("set_group_add_request")
        if call.applied
    )
    requests = {one.request for one in measures}
    found.unrecorded += [f"入群申请 {flag} 的答复" for flag in answered if flag not in requests]
    found.doubled += [f"入群申请 {flag} 答复了 {n} 次" for flag, n in answered.items() if n > 1]


def _target(measure: RecordedMeasure) -> tuple[int | None, ...]:
    if measure.kind == "recall":
        return (measure.message,)
    return (measure.group, measure.account)


def _felt(kind: str, params: dict[str, object]) -> tuple[int, ...]:
    names = ("message_id",) if kind == "recall" else ("group_id", "user_id")
    return tuple(int(str(params[name])) for name in names)


def _words(
    found: Reckoning,
    simulator: OneBotSimulator,
    measures: Sequence[RecordedMeasure],
    answered: list[str],
) -> None:
    """Beside the answers to commands, what was said is on record as often as it was said."""
    said = _said(simulator)
    for answer in answered:
        said.remove(answer)
    spoken = [one for one in measures if one.kind in _SPEAKING and one.text]
    matched: set[int] = set()
    for text, due in Counter(one.text for one in spoken if one.state == "done").items():
        forms = {text, *(one.public_text for one in spoken if one.text == text)} - {""}
        heard = {n for n, words in enumerate(said) if any(form in words for form in forms)}
        matched |= heard
        if len(heard) != due:
            where = found.doubled if len(heard) > due else found.lost
            where.append(f"说了 {len(heard)} 遍，应为 {due} 遍：{text[:_SHOWN]}")
    found.unrecorded += [
        f"说了账上没有的话：{words[:_SHOWN]}" for n, words in enumerate(said) if n not in matched
    ]


def _said(simulator: OneBotSimulator) -> list[str]:
    own, world = simulator.world.self_id, simulator.world
    places = [group.messages for group in world.groups.values()] + list(world.private.values())
    return [words_of(one) for place in places for one in place if one.author == own]
