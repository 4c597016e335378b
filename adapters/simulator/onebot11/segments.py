"""Message pieces: making them, and the text form NapCat calls ``raw_message``."""

from collections.abc import Mapping, Sequence

from adapters.simulator.onebot11.people import Segment

Content = str | Sequence[Segment]
"""What can be said: plain text or ready-made segments."""


def text(value: str) -> Segment:
    """Plain text."""
    return {"type": "text", "data": {"text": value}}


def at(account: int | str) -> Segment:
    """A mention; ``"all"`` addresses everybody."""
    return {"type": "at", "data": {"qq": str(account)}}


def reply(message_id: int) -> Segment:
    """The head of a message that quotes another one."""
    return {"type": "reply", "data": {"id": str(message_id)}}


def forward(forward_id: str) -> Segment:
    """A merged forward; its content is read with ``get_forward_msg``."""
    return {"type": "forward", "data": {"id": forward_id}}


def image(file: str, size: int, url: str = "") -> Segment:
    """A picture; ``file`` is what ``get_image`` takes."""
    data = {"summary": "", "file": file, "sub_type": 0, "url": url, "file_size": str(size)}
    return {"type": "image", "data": data}


def as_segments(content: Content) -> list[Segment]:
    """Segments of anything that can be said."""
    return [text(content)] if isinstance(content, str) else list(content)


def data_of(segment: Segment) -> Mapping[str, object]:
    """A segment's data; nothing when it carries none."""
    data = segment.get("data")
    return data if isinstance(data, Mapping) else {}


def raw_text(segments: Sequence[Segment]) -> str:
    """The CQ-code form: text escaped, everything else in brackets."""
    return "".join(_raw(segment) for segment in segments).strip()


def _raw(segment: Segment) -> str:
    data = data_of(segment)
    if segment.get("type") == "text":
        return _escape(str(data.get("text", "")))
    fields = "".join(f",{key}={_escape_value(str(value))}" for key, value in data.items())
    return f"[CQ:{segment.get('type')}{fields}]"


def _escape(value: str) -> str:
    return value.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")


def _escape_value(value: str) -> str:
    return _escape(value).replace(",", "&#44;")
