"""The permits that are known, found by the text that was posted."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.domain.events import Mention, MessagePosted, Quote, Text
from bot.domain.identifiers import GroupKey
from bot.domain.permits import Deviation, Permit, PermitState, canonical, fingerprint
from bot.domain.text_difference import difference, similarity

_NEAR = 0.6
_MOST_COMPARED = 20


class PermitBook:
    """Permits in force, waiting, or over not long ago, with the texts as far as they are known."""

    def __init__(
        self, permits: Iterable[Permit] = (), texts: Mapping[int, str] | None = None
    ) -> None:
        self._permits = {one.number: one for one in permits}
        self._texts = {number: canonical(text) for number, text in (texts or {}).items()}
        self._by_fingerprint: dict[str, list[Permit]] = {}
        self._groups: set[GroupKey] = set()
        for one in self._permits.values():
            self._by_fingerprint.setdefault(one.fingerprint, []).append(one)
            if one.approvals:
                self._groups.update(one.groups)

    def __len__(self) -> int:
        return len(self._permits)

    def __iter__(self) -> Iterator[Permit]:
        return iter(self._permits.values())

    def including(self, permit: Permit, text: str | None = None) -> "PermitBook":
        """The book with one more, or with one as it is now."""
        texts = self._texts if text is None else {**self._texts, permit.number: text}
        known = {**self._permits, permit.number: permit}
        return PermitBook(known.values(), texts)

    def get(self, number: int) -> Permit | None:
        """One of them."""
        return self._permits.get(number)

    def text(self, number: int) -> str | None:
        """The text of one, where it can still be read."""
        return self._texts.get(number)

    def covering(self, event: MessagePosted, now: datetime) -> Permit | None:
        """The permit under which a message was posted: exactly its text, place, time and author."""
        if event.group not in self._groups:
            return None
        text = plain_text(event)
        if text is None:
            return None
        # A platform's clock may count whole seconds, ours does not.
        judged_at = event.occurred_at if event.late else now
        for one in self._by_fingerprint.get(fingerprint(text), ()):
            if (
                event.group in one.groups
                and one.may_be_posted_by(event.author)
                and one.in_force(event.occurred_at, judged_at)
            ):
                return one
        return None

    def deviation(self, event: MessagePosted, text: str, now: datetime) -> Deviation | None:
        """Why no permit covers a message on a reserved topic, where one comes near; else None."""
        same = self._by_fingerprint.get(fingerprint(text), ())
        if same:
            # The one that needs the least to fit.
            permit = max(same, key=lambda one: (event.group in one.groups, one.number))
            return _deviation(permit, _lacking(permit, event, now))
        plain = canonical(text)
        likely = [
            one
            for one in sorted(self._permits.values(), key=lambda one: -one.number)
            if one.number in self._texts
            and (event.group in one.groups or event.author == one.applicant)
        ]
        rated = [
            (similarity(self._texts[one.number], plain), one) for one in likely[:_MOST_COMPARED]
        ]
        best = max(rated, key=lambda pair: pair[0], default=None)
        if best is None or best[0] < _NEAR:
            return None
        permit = best[1]
        shown = difference(self._texts[permit.number], plain)
        return _deviation(permit, f"与许可 X{permit.number} 号文本不一致", shown)


def plain_text(event: MessagePosted) -> str | None:
    """The words of a message that holds nothing but words; an @ of everybody is no word.

    None where it holds more: that was not approved.
    """
    pieces: list[str] = []
    for part in event.parts:
        match part:
            case Text(text):
                pieces.append(text)
            case Mention(None) | Quote():
                pieces.append("")
            case _:
                return None
    return "".join(pieces)


def _deviation(permit: Permit, reason: str, shown: str = "") -> Deviation:
    return Deviation(permit.number, permit.applicant, reason, shown)


def _lacking(permit: Permit, event: MessagePosted, now: datetime) -> str:
    """What a message with a permit's exact words lacks to be covered by it."""
    name = f"许可 X{permit.number}"
    if permit.state is PermitState.WAITING and now < permit.ends_at:
        return f"发布申请 X{permit.number} 尚未批准"
    if not permit.approvals:
        return f"发布申请 X{permit.number} {permit.state.label}"
    if event.group not in permit.groups:
        return f"{name} 不包括本群"
    if permit.state in (PermitState.REVOKED, PermitState.WITHDRAWN):
        return f"{name} {permit.state.label}"
    if event.occurred_at >= permit.ends_at:
        return f"{name} 已到期"
    if now < permit.starts_at:
        return f"{name} 还没有到开始的时间"
    if not permit.may_be_posted_by(event.author):
        return f"{name} 没有许可此人发布"
    return f"{name} 只许可文字，这条消息另有其他内容"
