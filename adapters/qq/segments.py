"""Segments of a message into parts: what the author wrote, whom he named, what he attached."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from adapters.qq.cards import words_of_json, words_of_xml
from adapters.qq.media import reference_of
from adapters.qq.wire import Segment, SegmentData
from bot.domain.events import Attachment, Forward, Mention, Part, Quote, Text
from bot.domain.identifiers import AccountKey, Platform

FORWARD_DEPTH = 3
FORWARD_MESSAGES = 100
_CODE = re.compile(r"\[CQ:([A-Za-z_]+)((?:,[^\[\],]+=[^\[\],]*)*)\]")
_NOTHING = SegmentData()


class Budget:
    """How many messages of merged forwards may still be read for one message."""

    def __init__(self, messages: int = FORWARD_MESSAGES) -> None:
        self.left = messages


def parts_of(message: list[Segment] | str | None) -> tuple[Part, ...]:
    """The parts of a message in array format or in CQ codes."""
    if isinstance(message, str):
        message = segments_of_codes(message)
    if not message:
        return ()
    if len(message) == 1 and message[0].type == "text":
        data = message[0].data
        return (Text(_string(data.text)),) if data is not None else ()
    budget = Budget()
    return tuple(_part(segment, 1, budget) for segment in message)


def items_of(nodes: object, depth: int, budget: Budget) -> tuple[tuple[Part, ...], ...]:
    """The messages of a merged forward, given as nodes or as whole messages.

    What exceeds the budget is left as one unopened ``Forward`` without an id, so that nobody takes
    it for inspected.
    """
    items: list[tuple[Part, ...]] = []
    for node in nodes if isinstance(nodes, list) else ():
        if budget.left <= 0:
            items.append((Forward(""),))
            break
        budget.left -= 1
        items.append(_item(node, depth, budget))
    return tuple(items)


def segments_of_codes(text: str) -> list[Segment]:
    """A message in CQ codes, as segments."""
    segments: list[Segment] = []
    end = 0
    for match in _CODE.finditer(text):
        segments += _plain(text[end : match.start()])
        fields = (field.partition("=") for field in match[2].split(",")[1:])
        data = {name: _unescape(value) for name, _, value in fields}
        segments.append(Segment(match[1], msgspec.convert(data, SegmentData)))
        end = match.end()
    return segments + _plain(text[end:])


def _plain(text: str) -> list[Segment]:
    return [Segment("text", SegmentData(text=_unescape(text)))] if text else []


def _unescape(text: str) -> str:
    for code, character in (("&#91;", "["), ("&#93;", "]"), ("&#44;", ","), ("&amp;", "&")):
        text = text.replace(code, character)
    return text


def _item(node: object, depth: int, budget: Budget) -> tuple[Part, ...]:
    if not isinstance(node, dict):
        return ()
    data = node.get("data")
    holder: dict[Any, Any] = data if isinstance(data, dict) else node
    content = holder.get("message") or holder.get("content")
    if isinstance(content, str):
        segments = segments_of_codes(content)
    else:
        try:
            segments = msgspec.convert(content, list[Segment])
        except msgspec.ValidationError:
            return (Attachment("other"),)
    return tuple(_part(segment, depth, budget) for segment in segments)


def _part(segment: Segment, depth: int, budget: Budget) -> Part:
    data = segment.data or _NOTHING
    if segment.type in {"forward", "node"}:
        return _forward(data, depth, budget)
    make = _MAKERS.get(segment.type)
    return make(data) if make else Attachment("other", name=segment.type)


def _forward(data: SegmentData, depth: int, budget: Budget) -> Forward:
    forward_id = _string(data.id)
    nodes = data.content or data.message
    if not isinstance(nodes, list) or not nodes or depth > FORWARD_DEPTH:
        return Forward(forward_id)
    return Forward(forward_id, items_of(nodes, depth + 1, budget))


def _mention(data: SegmentData) -> Part:
    account = _string(data.qq)
    if account == "all":
        return Mention(None)
    return Mention(AccountKey(Platform.QQ, account)) if account else Attachment("other", name="at")


def _shared(data: SegmentData) -> Attachment:
    words = dict.fromkeys(filter(None, map(_string, (data.title, data.name, data.content))))
    return Attachment("card", text="\n".join(words))


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) else ""


def _named(form: str) -> Callable[[SegmentData], Part]:
    return lambda data: Attachment(form, name=_string(data.name) or _string(data.file))


def _picture(data: SegmentData) -> Part:
    size = _size(data.file_size)
    return Attachment(
        "picture",
        name=_string(data.name) or _string(data.file),
        reference=reference_of(_string(data.url), _string(data.file), "", size),
        size=size,
    )


def _file(data: SegmentData) -> Part:
    name = _string(data.name) or _string(data.file) or _string(data.title)
    size = _size(data.file_size)
    return Attachment(
        "file",
        name=name,
        text=name,
        # Its name finds nothing, and may itself be confidential.
        reference=reference_of(_string(data.url), "", _string(data.file_id), size),
        size=size,
    )


def _size(raw: object) -> int | None:
    text = _string(raw)
    return int(text) if text.isascii() and text.isdigit() else None


_MAKERS: dict[str, Callable[[SegmentData], Part]] = {
    "text": lambda data: Text(_string(data.text)),
    "markdown": lambda data: Text(_string(data.content)),
    "at": _mention,
    "reply": lambda data: Quote(_string(data.id)),
    "image": _picture,
    "mface": _picture,
    "record": _named("voice"),
    "video": _named("video"),
    "file": _file,
    "onlinefile": _file,
    "flashtransfer": _file,
    "json": lambda data: Attachment("card", text=words_of_json(data.data)),
    "xml": lambda data: Attachment("card", text=words_of_xml(_string(data.data))),
    "share": _shared,
    "music": _shared,
    "location": _shared,
    "contact": _shared,
}
