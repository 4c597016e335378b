"""Notes what is to be looked into, in the transaction of the message that brought it."""

from collections.abc import Iterable, Iterator

from bot.domain.events import (
    Attachment,
    AttachmentRead,
    Event,
    Forward,
    MessagePosted,
    MessageRecalled,
    Part,
    Text,
)
from bot.domain.identifiers import MessageKey
from bot.domain.inspection import Uninspected
from bot.engine.docket import Docket
from data import inspections
from data.inspections import StoredInspection
from data.ledger import Work

MOST_WAITING = 500
MOST_WAITING_OF_A_GROUP = 100
"""One group's pictures must not keep all others' waiting."""
MOST_BYTES = 20 * 1024 * 1024
"""Larger attachments are not fetched."""
_MOST_OF_A_MESSAGE = 30
_READABLE = frozenset({"picture", "file"})
_RECORDED = frozenset({"voice", "video"})
_CARD = "card"
_FORWARD = "forward"


async def follow(work: Work, docket: Docket, event: Event) -> None:
    """Keep the notes in step with what happened."""
    match event:
        case MessagePosted(by_this_bot=False):
            await _posted(work, docket, event)
        case AttachmentRead():
            await _read(work, docket, event)
        case MessageRecalled():
            message = MessageKey(event.group, event.message_id)
            for form in await inspections.message_gone(work, message):
                docket.uninspected.append((event.group, form, Uninspected.GONE))
        case _:
            return


async def _posted(work: Work, docket: Docket, event: MessagePosted) -> None:
    parts = event.parts
    if len(parts) == 1 and type(parts[0]) is Text:
        return
    for place, part in enumerate(_opaque(parts)):
        form = _FORWARD if isinstance(part, Forward) else part.form
        reason = _why_not(part)
        if reason is None and place >= _MOST_OF_A_MESSAGE:
            reason = Uninspected.CROWDED
        if reason is not None:
            docket.uninspected.append((event.group, form, reason))
        elif isinstance(part, Attachment):
            await _note(work, docket, event, (place, part))


async def _note(
    work: Work, docket: Docket, event: MessagePosted, placed: tuple[int, Attachment]
) -> None:
    place, attachment = placed
    one = StoredInspection(
        message=event.message,
        place=place,
        form=attachment.form,
        reference=attachment.reference,
        author=event.author,
        author_role=event.author_role,
        posted_at=event.occurred_at,
        late=event.late,
        noted_at=work.now,
    )
    everywhere, here = await inspections.count_waiting(work.connection, event.group)
    crowded = everywhere >= MOST_WAITING or here >= MOST_WAITING_OF_A_GROUP
    reason = Uninspected.CROWDED if crowded else None
    if not await inspections.note(work, one, reason):
        return
    if reason is None:
        docket.inspections.append(one)
    else:
        docket.uninspected.append((event.group, one.form, reason))


async def _read(work: Work, docket: Docket, event: AttachmentRead) -> None:
    settled = await inspections.settle(work, event.message, event.place, event.uninspected)
    if settled and event.uninspected is not None:
        docket.uninspected.append((event.group, event.form, event.uninspected))


def _opaque(parts: Iterable[Part]) -> Iterator[Attachment | Forward]:
    """What is not text, merged forwards included, in reading order."""
    for part in parts:
        match part:
            case Attachment(form=form) if form != _CARD:
                yield part
            case Forward(items=None):
                yield part
            case Forward(items=items) if items is not None:
                for item in items:
                    yield from _opaque(item)
            case _:
                continue


def _why_not(part: Attachment | Forward) -> Uninspected | None:
    if isinstance(part, Forward):
        return Uninspected.UNOPENED
    if part.form in _RECORDED:
        return Uninspected.RECORDING
    if part.form not in _READABLE:
        return Uninspected.UNKNOWN
    if not part.reference:
        return Uninspected.NOT_FETCHED
    if part.size is not None and part.size > MOST_BYTES:
        return Uninspected.TOO_LARGE
    return None
