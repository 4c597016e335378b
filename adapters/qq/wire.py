"""OneBot v11 as it comes over the socket: one typed decoding per frame, lenient where hosts differ.

Hosts send ids as numbers or as strings, and null where they know nothing. Fields of segments are
left untyped: one odd field must not hide a whole message from the rules.
"""

from typing import Any

import msgspec

from bot.domain.errors import MalformedEventError

Id = int | str | None


class SegmentData(msgspec.Struct, gc=False):
    """The contents of a segment; which fields are there depends on its type."""

    text: Any = None
    qq: Any = None
    id: Any = None
    file: Any = None
    file_id: Any = None
    file_size: Any = None
    url: Any = None
    name: Any = None
    title: Any = None
    summary: Any = None
    data: Any = None
    content: Any = None
    message: Any = None


class Segment(msgspec.Struct, gc=False):
    """One piece of a message in array format."""

    type: str
    data: SegmentData | None = None


class Sender(msgspec.Struct, gc=False):
    """Who spoke, as cached by the host at that time."""

    nickname: str | None = None
    card: str | None = None
    role: str | None = None


class Frame(msgspec.Struct, gc=False):
    """Any frame: an event (``post_type`` set) or the answer to a call (``echo`` set)."""

    post_type: str | None = None
    message_type: str | None = None
    notice_type: str | None = None
    request_type: str | None = None
    meta_event_type: str | None = None
    sub_type: str | None = None
    time: int | float | str | None = None
    self_id: Id = None
    group_id: Id = None
    user_id: Id = None
    operator_id: Id = None
    invitor_id: Id = None
    message_id: Id = None
    message_seq: Id = None
    real_seq: Id = None
    message: list[Segment] | str | None = None
    raw_message: str | None = None
    sender: Sender | None = None
    card_new: str | None = None
    card_old: str | None = None
    name_new: str | None = None
    duration: int | str | None = None
    comment: str | None = None
    flag: Id = None
    interval: int | float | None = None
    status: Any = None
    echo: Any = None
    retcode: int | None = None
    wording: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


class Version(msgspec.Struct):
    """Answer to ``get_version_info``."""

    app_name: str | None = None
    app_version: str | None = None


class Login(msgspec.Struct):
    """Answer to ``get_login_info``."""

    user_id: Id = None


class Friend(msgspec.Struct):
    """An entry of ``get_friend_list``."""

    user_id: Id = None


class WireGroup(msgspec.Struct):
    """An entry of ``get_group_list``."""

    group_id: Id = None
    group_name: str | None = None
    member_count: int | str | None = None


class WireMember(msgspec.Struct):
    """An entry of ``get_group_member_list``."""

    user_id: Id = None
    nickname: str | None = None
    card: str | None = None
    role: str | None = None
    join_time: int | float | str | None = None
    last_sent_time: int | float | str | None = None
    shut_up_timestamp: int | float | str | None = None
    is_robot: bool | None = None


class Sent(msgspec.Struct):
    """Answer to a sending."""

    message_id: Id = None


class WireJoinRequest(msgspec.Struct):
    """A waiting request; NapCat puts the applicant's number into ``invitor_uin``."""

    request_id: Id = None
    group_id: Id = None
    invitor_uin: Id = None
    requester_uin: Id = None
    requester_nick: str | None = None
    message: str | None = None
    checked: bool | None = None


class SystemMessages(msgspec.Struct):
    """Answer to ``get_group_system_msg``; invitations of the bot itself are not read."""

    join_requests: list[WireJoinRequest] | None = None


class HistoryPage(msgspec.Struct):
    """Answer to ``get_group_msg_history``; each message is decoded by itself."""

    messages: list[msgspec.Raw] | None = None


class ForwardPage(msgspec.Struct):
    """Answer to ``get_forward_msg``: nodes or messages, nested."""

    messages: Any = None


_frames = msgspec.json.Decoder(Frame)


def decode(raw: str | bytes | msgspec.Raw) -> Frame:
    """Read one frame.

    Raises:
        MalformedEventError: it is not JSON, or not of a shape any host sends.
    """
    try:
        return _frames.decode(raw)
    except (msgspec.DecodeError, TypeError, UnicodeError, RecursionError) as error:
        raise MalformedEventError(f"QQ 端发来的数据不合 OneBot v11:{error}") from error
