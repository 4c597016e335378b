"""Where else the same content was posted: who first, and where it is now. Only tracing, no acting.

Every message leaves a keyed digest in memory for a day, so that an exact copy that no rule had
seen is found; every content case leaves a salted sketch, so that near copies are found as well, in
memory and in the database. The text is kept in neither.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.events import Attachment, Forward, MessagePosted, Part, Text
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Measure, MeasureKind, Mode
from bot.domain.violations import OpenCase
from bot.engine.docket import Docket
from bot.engine.intentions import Ground, Intentions
from bot.engine.likeness import alike, sketch
from bot.engine.register import Register
from bot.engine.texts import Texts
from data import spread
from data.ledger import Work
from data.salt import Salt
from data.spread import Seen

WINDOW = timedelta(days=7)
_REMEMBERED = 100_000
_SHORTEST = 6
_TELL_AT = frozenset({2, 3, 5, 10, 20, 50, 100})
"""At how many groups the supervisors hear of it."""

_Place = tuple[GroupKey, str, AccountKey, float]


@dataclass(slots=True)
class Spread:
    """The memory of what was posted, as digests and sketches."""

    register: Register
    texts: Texts
    intentions: Intentions
    salt: Salt
    _digests: "OrderedDict[bytes, list[_Place]]" = field(default_factory=OrderedDict)
    _sketches: list[Seen] | None = None

    def note(self, event: MessagePosted) -> None:
        """Remember that something was posted: a digest, a place and a time."""
        if event.by_this_bot:
            return
        digest = self._digest(event)
        if digest is None:
            return
        place = (event.group, event.message_id, event.author, event.occurred_at.timestamp())
        self._digests.setdefault(digest, []).append(place)
        if len(self._digests) > _REMEMBERED:
            self._digests.popitem(last=False)

    async def trace(self, work: Work, docket: Docket, case: OpenCase, event: MessagePosted) -> None:
        """Find where the content of a new case was seen before, and say so from two groups on."""
        text = posted_text(event.parts)
        own = sketch(text, self.salt.value) if len(text.strip()) >= _SHORTEST else None
        known = await self._known(work.connection)
        like = None
        if own is not None:
            since = work.now - WINDOW
            like = next(
                (
                    one
                    for one in known
                    if one.at >= since and one.sketch is not None and alike(one.sketch, own)
                ),
                None,
            )
        trace = like.trace if like else case.number
        seen = Seen(
            trace=trace,
            violation=case.number,
            group=case.group,
            message_id=event.message_id,
            account=event.author,
            at=event.occurred_at,
            sketch=own,
        )
        before = await spread.groups_of(work.connection, trace)
        await spread.add(work, seen)
        if own is not None:
            known.append(seen)
        if like is None:
            await self._add_copies(work, seen, event)
        now = await spread.groups_of(work.connection, trace)
        if now > before and any(before < step <= now for step in _TELL_AT):
            await self._tell(work, docket, case)

    def forget(self) -> None:
        """A write failed: read the sketches anew."""
        self._sketches = None

    async def _add_copies(self, work: Work, seen: Seen, event: MessagePosted) -> None:
        """Exact copies that were no case: posted by somebody exempt, or before a word was new."""
        digest = self._digest(event)
        for group, message_id, author, at in self._digests.get(digest or b"", ()):
            if message_id == event.message_id or work.now.timestamp() - at > WINDOW.total_seconds():
                continue
            copy = Seen(
                trace=seen.trace,
                violation=None,
                group=group,
                message_id=message_id,
                account=author,
                at=event.occurred_at.fromtimestamp(at, event.occurred_at.tzinfo),
            )
            await spread.add(work, copy)

    async def _known(self, connection: AsyncConnection) -> list[Seen]:
        if self._sketches is None:
            self._sketches = await spread.lately(connection, self.register.now - WINDOW)
        return self._sketches

    async def _tell(self, work: Work, docket: Docket, case: OpenCase) -> None:
        if case.mode is Mode.OBSERVE:
            return
        line = self.texts.tracing(await spread.of_case(work.connection, case.number))
        text = self.texts.wording.text("spread.alarm", number=f"W{case.number}", tracing=line)
        people = self.register.holders("supervisor", case.group.platform)
        for person in people or self.register.holders("administrator", case.group.platform):
            measure = Measure(
                kind=MeasureKind.ESCALATE,
                group=case.group,
                account=person,
                mode=case.mode,
                text=text,
            )
            await self.intentions.intend(work, docket, measure, Ground(violation=case.number))

    def _digest(self, event: MessagePosted) -> bytes | None:
        text = posted_text(event.parts).strip()
        if len(text) < _SHORTEST:
            return None
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self.salt.value, digest_size=12).digest()


def posted_text(parts: Iterable[Part]) -> str:
    """The words of a message, forwarded ones included, as one text."""
    pieces: list[str] = []
    for part in parts:
        match part:
            case Text(text):
                pieces.append(text)
            case Attachment(text=text) if text:
                pieces.append(text)
            case Forward(items=items) if items is not None:
                pieces.extend(posted_text(item) for item in items)
            case _:
                pass
    return "\n".join(pieces)
