"""The content rule: what must not be posted in a work group. Source: Articles 11, 21, 22."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.domain.events import (
    Attachment,
    AttachmentRead,
    Event,
    Forward,
    MessagePosted,
    Part,
    Text,
)
from bot.domain.findings import Excerpt, Finding, Judgement, Severity
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey
from bot.domain.rules import RuleContext
from plugins.content.permitted import not_permitted, told_apart
from plugins.content.sightings import RULE_ID, Sighting, WordLists, reason_for, source_of

STATE_SECRETS = "secret"
"""The category whose words may not be copied anywhere."""
AS_IF_LIVE = timedelta(hours=2)
"""Older messages found in the history are put to a person."""

_AROUND = 40
_LONGEST_PIECE = 20
"""A longer message is judged by itself, a shorter one also with those before it."""
_LONGEST_HIT = 80
_PLACES = {"picture": "在图片中", "file": "在文件中"}
_MANAGERS = (Role.OWNER, Role.ADMIN)
_CLAUSES = (
    *("11", *(f"11.{item}" for item in range(1, 11)), "12.1", "16", "17.1"),
    *("21.1", "21.2", "21.3", "22", "26"),
)


class Watcher(Protocol):
    """Sees what the rule looks at; keeps or counts it, and answers nothing."""

    def __call__(
        self, event: MessagePosted | AttachmentRead, text: str, seen: Sequence[Sighting], /
    ) -> None:
        """A text, and everything that was seen in it."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Who answers for a text, and where it stands."""

    text: str
    group: GroupKey
    author: AccountKey
    role: Role
    message: MessageKey
    stale: bool = False
    """Found so late that only a person may act on it."""
    where: str = ""
    """What users read about the place, when it is not the message's own text."""


class ContentRule:
    """Judges the author's own words; quoted ones never, merged forwards against the forwarder."""

    rule_id = RULE_ID
    title = "信息内容"
    clauses = _CLAUSES
    kinds = (*(severity.value for severity in Severity), "suspected", "by_owner")
    judges: tuple[type[Event], ...] = (MessagePosted, AttachmentRead)

    def __init__(self, lists: WordLists) -> None:
        self._lists = lists
        self.watchers: tuple[Watcher, ...] = ()
        """Told of every text, before it is judged."""

    @property
    def lists(self) -> WordLists:
        """The lists in force."""
        return self._lists

    def take(self, lists: WordLists) -> None:
        """Judge by other lists from the next message on."""
        self._lists = lists

    def judge(self, event: Event, context: RuleContext) -> Iterable[Judgement]:
        """At most one finding a message: the gravest."""
        if isinstance(event, AttachmentRead):
            return self._judge_attachment(event, context)
        if not isinstance(event, MessagePosted) or event.by_this_bot:
            return ()
        parts = event.parts
        only = parts[0] if len(parts) == 1 else None
        text = only.text if isinstance(only, Text) else authored_text(parts)
        seen: Sequence[Sighting] = self._lists.look(text)
        for watch in self.watchers:
            watch(event, text, seen)
        if not seen and len(text) <= _LONGEST_PIECE:
            earlier = context.recent_words(event.group, event.author)
            seen = self._lists.look_across((*earlier, text)) if earlier else ()
        seen = not_permitted(seen, event, text, context)
        if not seen:
            return ()
        finding = _finding(_posting(event, text, context), context, seen, self._lists)
        return () if finding is None else (told_apart(finding, seen, event, text, context),)

    def _judge_attachment(self, event: AttachmentRead, context: RuleContext) -> Iterable[Judgement]:
        seen = self._lists.look(event.text) if event.text else ()
        for watch in self.watchers:
            watch(event, event.text, seen)
        if not seen:
            return ()
        posting = Posting(
            event.text,
            event.group,
            event.author,
            _role(event, context),
            event.message,
            stale=event.late and context.now - event.posted_at > AS_IF_LIVE,
            where=_PLACES.get(event.form, ""),
        )
        finding = _finding(posting, context, seen, self._lists)
        return () if finding is None else (finding,)


def authored_text(parts: Iterable[Part]) -> str:
    """The words the author answers for, as one text.

    Words around a picture or an @ are read as if a space stood there, so that a word cut in two by
    one is still seen; titles, file names and forwarded messages stand on lines of their own.
    """
    pieces: list[str] = []
    waiting = list(reversed(tuple(parts)))
    while waiting:
        match waiting.pop():
            case Text(text):
                pieces.append(text)
            case Attachment(text=text) if text:
                pieces.extend(("\n", text, "\n"))
            case Forward(items=items) if items is not None:
                for item in reversed(items):
                    waiting.append(Text("\n"))
                    waiting.extend(reversed(item))
                pieces.append("\n")
            case _:
                pieces.append(" ")
    return "".join(pieces)


def kind_for(sighting: Sighting, role: Role) -> tuple[str, str]:
    """The kind of finding for a live message, and what it adds to the reason."""
    if not sighting.acts:
        return "suspected", "只是相似，请人工判断"
    if role in _MANAGERS and sighting.severity is not Severity.NOTICE:
        return "by_owner", f"发布者是{role.label}"
    return sighting.severity.value, ""


def _posting(event: MessagePosted, text: str, context: RuleContext) -> Posting:
    return Posting(
        text,
        event.group,
        event.author,
        _role(event, context),
        event.message,
        stale=event.late and context.now - event.occurred_at > AS_IF_LIVE,
    )


def _finding(
    posting: Posting,
    context: RuleContext,
    seen: Sequence[Sighting],
    lists: WordLists,
) -> Finding | None:
    sighting, subjects = lists.deciding(seen), lists.subjects
    source = source_of(sighting)
    kind, remark = kind_for(sighting, posting.role)
    if context.exempt(posting.author):
        # Nothing is done to an exempt account: a grave word is shown to a person, others pass.
        if not sighting.acts or sighting.severity.rank < Severity.SERIOUS.rank:
            return None
        kind, remark = "suspected", "发布者在受保护名单中，请人工判断"
    elif posting.stale:
        kind, remark = "suspected", "离线期间的旧消息，请人工判断"
    return Finding(
        rule_id=RULE_ID,
        kind=kind,
        clause=subjects[sighting.category].clause,
        group=posting.group,
        account=posting.author,
        reason=";".join(filter(None, (reason_for(sighting, subjects), posting.where, remark))),
        severity=sighting.severity if sighting.acts else None,
        category=sighting.category,
        source=source,
        at_most=lists.held.get(source),
        message=posting.message,
        excerpt=_excerpt(posting.text, sighting, seen),
        certain=kind != "suspected",
    )


def _role(event: MessagePosted | AttachmentRead, context: RuleContext) -> Role:
    if event.author_role is not Role.UNKNOWN:
        return event.author_role
    known = context.member(event.group, event.author)
    return known.role if known else Role.UNKNOWN


def _excerpt(text: str, sighting: Sighting, seen: Iterable[Sighting]) -> Excerpt:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    # What stands beside a suspected secret may not be copied either, whatever was seen first.
    if any(one.category == STATE_SECRETS for one in seen):
        return Excerpt("", 0, 0, digest)
    begin = max(0, sighting.start - _AROUND)
    # A topic may span half a page: its beginning tells enough.
    end = min(sighting.end, sighting.start + _LONGEST_HIT)
    return Excerpt(text[begin : end + _AROUND], sighting.start - begin, end - begin, digest)
