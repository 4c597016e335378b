"""OneBot frames in, domain events out. With ``notices``, the place that knows both vocabularies.

Event ids are made of what the platform says about the happening itself, so that a live push, its
repetition and a reading of the history give the same id.
"""

from datetime import UTC, datetime

from adapters.qq.fields import ROLES, Keys, identifier, message_event_id, moment, sequence_of
from adapters.qq.notices import notice
from adapters.qq.segments import parts_of
from adapters.qq.wire import Frame, Sender, WireJoinRequest
from bot.domain.errors import UnsupportedEventError
from bot.domain.events import Event, JoinRequested, MessagePosted, PrivatePosted, Text
from bot.domain.groups import Role
from bot.domain.identifiers import GroupKey, Platform

_MICROSECONDS = 10**6
_NUMBER_DIGITS = 16
_ANSWER = "答案："
_NOBODY = Sender()


class Converter:
    """Converts frames as one account sees them."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def event(self, frame: Frame, received_at: datetime) -> Event:
        """The event in a pushed frame.

        Raises:
            UnsupportedEventError: documented, and of no interest to us.
            MalformedEventError: no host would have sent it.
        """
        kind = frame.post_type
        if kind in {"message", "message_sent"}:
            if frame.message_type == "group":
                return self.message(frame, received_at)
            if frame.message_type == "private":
                return self._private(frame, received_at)
        elif kind == "notice":
            return notice(self.keys, frame, received_at)
        elif kind == "request":
            return self._request(frame, received_at)
        raise UnsupportedEventError(f"不处理的 QQ 事件:{kind}/{frame.message_type}。")

    def message(
        self, frame: Frame, received_at: datetime, history_of: GroupKey | None = None
    ) -> MessagePosted:
        """A group message; given ``history_of``, one out of that group's history, which is late.

        Raises:
            UnsupportedEventError: a system line.
            MalformedEventError: it has no number, group, author or time.
        """
        if frame.sub_type == "notice":
            raise UnsupportedEventError("系统提示行，不是成员发言。")
        group = history_of or self.keys.group(frame.group_id)
        author = self.keys.account(frame.user_id)
        message_id = identifier(frame.message_id, "message_id")
        sender = frame.sender or _NOBODY
        return MessagePosted(
            platform=Platform.QQ,
            event_id=message_event_id(group, message_id),
            occurred_at=moment(frame.time),
            received_at=received_at,
            group=group,
            message_id=message_id,
            author=author,
            author_card=sender.card or sender.nickname or "",
            author_role=ROLES.get(sender.role or "", Role.UNKNOWN),
            parts=parts_of(frame.message if frame.message is not None else frame.raw_message),
            sequence=sequence_of(frame),
            late=history_of is not None,
            by_this_bot=author == self.keys.self_account,
        )

    def join(self, request: WireJoinRequest, received_at: datetime) -> JoinRequested:
        """A waiting request out of the list.

        Raises:
            MalformedEventError: it names no group, applicant or number.
        """
        group = self.keys.group(request.group_id)
        number = _request_number(identifier(request.request_id, "request_id"))
        return JoinRequested(
            platform=Platform.QQ,
            event_id=f"j:{group.id}:{number}",
            occurred_at=_moment_of(number) or received_at,
            received_at=received_at,
            group=group,
            account=self.keys.account(request.requester_uin or request.invitor_uin),
            answer=answer_of(request.message or ""),
            request_id=number,
            nickname=request.requester_nick or "",
        )

    def _private(self, frame: Frame, received_at: datetime) -> PrivatePosted:
        if frame.post_type == "message_sent" or self.keys.is_self(frame.user_id):
            raise UnsupportedEventError("机器人自己发出的私聊。")
        author = self.keys.account(frame.user_id)
        message_id = identifier(frame.message_id, "message_id")
        parts = parts_of(frame.message if frame.message is not None else frame.raw_message)
        return PrivatePosted(
            platform=Platform.QQ,
            event_id=f"p:{author.id}:{message_id}",
            occurred_at=moment(frame.time),
            received_at=received_at,
            message_id=message_id,
            author=author,
            text="".join(part.text for part in parts if isinstance(part, Text)).strip(),
        )

    def _request(self, frame: Frame, received_at: datetime) -> JoinRequested:
        if frame.request_type != "group" or frame.sub_type != "add":
            # An invitation of the bot into another group is for its operator to answer by hand.
            raise UnsupportedEventError(f"不处理的 QQ 请求:{frame.request_type}/{frame.sub_type}。")
        group = self.keys.group(frame.group_id)
        number = _request_number(identifier(frame.flag, "flag"))
        return JoinRequested(
            platform=Platform.QQ,
            event_id=f"j:{group.id}:{number}",
            occurred_at=moment(frame.time),
            received_at=received_at,
            group=group,
            account=self.keys.account(frame.user_id),
            answer=answer_of(frame.comment or ""),
            request_id=number,
            inviter=self.keys.somebody(frame.invitor_id),
        )


def answer_of(comment: str) -> str:
    """The applicant's own words; the question before them is the group's.

    NapCat and go-cqhttp give both as "问题：…⏎答案：…".
    """
    _, separator, answer = comment.partition(_ANSWER)
    return (answer if separator else comment).strip()


def _request_number(flag: str) -> str:
    # LLBot writes "group|number|type|doubtful" in events and the bare number in its list; it takes
    # either as an answer's flag (LLBot SetGroupAddRequest.ts).
    fields = flag.split("|")
    return fields[1] if len(fields) > 1 and fields[1] else flag


def _moment_of(number: str) -> datetime | None:
    # NapCat numbers a request by its time in microseconds.
    if not (number.isascii() and number.isdigit() and len(number) == _NUMBER_DIGITS):
        return None
    return datetime.fromtimestamp(int(number) // _MICROSECONDS, UTC)
