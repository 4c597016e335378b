"""OneBot notices as domain events."""

from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.qq.fields import Keys, identifier, moment, whole
from adapters.qq.wire import Frame
from bot.domain.errors import MalformedEventError, UnsupportedEventError
from bot.domain.events import (
    Event,
    GroupDissolved,
    GroupRenamed,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MemberRenamed,
    MessageRecalled,
    RoleChanged,
)
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey, Platform


def notice(keys: Keys, frame: Frame, received_at: datetime) -> Event:
    """The event in a notice.

    Raises:
        UnsupportedEventError: documented, and of no interest to us: pokes, honours, essences, the
            upload notice (the message itself carries the file), grey lines.
        MalformedEventError: no host would have sent it.
    """
    kind = frame.notice_type or ""
    make = _MAKERS.get(f"notify/{frame.sub_type}" if kind == "notify" else kind)
    if make is None:
        raise UnsupportedEventError(f"不处理的 QQ 通知:{kind}/{frame.sub_type}。")
    return make(keys, frame, received_at)


def _joined(keys: Keys, frame: Frame, received_at: datetime) -> MemberJoined:
    group, account = keys.group(frame.group_id), keys.account(frame.user_id)
    operator = keys.somebody(frame.operator_id)
    return MemberJoined(
        platform=Platform.QQ,
        event_id=_id(frame, group, account),
        occurred_at=moment(frame.time),
        received_at=received_at,
        group=group,
        account=account,
        inviter=operator if frame.sub_type == "invite" else None,
        operator=operator,
    )


def _left(keys: Keys, frame: Frame, received_at: datetime) -> Event:
    if frame.sub_type in {"disband", "kick_me"} or keys.is_self(frame.user_id):
        return _dissolved(keys, frame, received_at)
    group, account = keys.group(frame.group_id), keys.account(frame.user_id)
    return MemberLeft(
        platform=Platform.QQ,
        event_id=_id(frame, group, account),
        occurred_at=moment(frame.time),
        received_at=received_at,
        group=group,
        account=account,
        removed=frame.sub_type == "kick",
        operator=keys.somebody(frame.operator_id),
    )


def _dissolved(keys: Keys, frame: Frame, received_at: datetime) -> GroupDissolved:
    group = keys.group(frame.group_id)
    whole_group = frame.sub_type == "disband" or frame.notice_type == "group_dismiss"
    return GroupDissolved(
        platform=Platform.QQ,
        event_id=f"d:{group.id}:{_seconds(frame)}",
        occurred_at=moment(frame.time),
        received_at=received_at,
        group=group,
        bot_removed=not whole_group,
    )


def _recalled(keys: Keys, frame: Frame, received_at: datetime) -> MessageRecalled:
    group = keys.group(frame.group_id)
    message_id = identifier(frame.message_id, "message_id")
    return MessageRecalled(
        platform=Platform.QQ,
        event_id=f"r:{group.id}:{message_id}",
        occurred_at=moment(frame.time),
        received_at=received_at,
        group=group,
        message_id=message_id,
        author=keys.somebody(frame.user_id),
        operator=keys.somebody(frame.operator_id),
    )


def _renamed(keys: Keys, frame: Frame, received_at: datetime) -> MemberRenamed:
    group, account = keys.group(frame.group_id), keys.account(frame.user_id)
    if not frame.card_new:
        # The nickname shows then, which this notice does not tell: the message that goes with it
        # or the next reading of the members does.
        raise UnsupportedEventError("群名片被清空，显示的昵称要等下次读取成员。")
    return MemberRenamed(
        platform=Platform.QQ,
        event_id=f"{_id(frame, group, account)}:{frame.card_new}",
        occurred_at=moment(frame.time),
        received_at=received_at,
        group=group,
        account=account,
        old_card=frame.card_old or "",
        new_card=frame.card_new,
    )


def _muted(keys: Keys, frame: Frame, received_at: datetime) -> MemberMuted:
    group, account = keys.group(frame.group_id), keys.somebody(frame.user_id)
    if account is None:
        raise UnsupportedEventError("全员禁言，不涉及某一成员。")
    occurred_at, duration = moment(frame.time), whole(frame.duration, "duration")
    lifted = frame.sub_type == "lift_ban" or duration <= 0
    return MemberMuted(
        platform=Platform.QQ,
        event_id=f"{_id(frame, group, account)}:{duration}",
        occurred_at=occurred_at,
        received_at=received_at,
        group=group,
        account=account,
        until=None if lifted else _later(occurred_at, duration),
        operator=keys.somebody(frame.operator_id),
    )


def _role_changed(keys: Keys, frame: Frame, received_at: datetime) -> RoleChanged:
    if frame.sub_type not in {"set", "unset"}:
        raise MalformedEventError(f"管理员变动的类型“{frame.sub_type}”无法识别。")
    group, account = keys.group(frame.group_id), keys.account(frame.user_id)
    return RoleChanged(
        platform=Platform.QQ,
        event_id=_id(frame, group, account),
        occurred_at=moment(frame.time),
        received_at=received_at,
        group=group,
        account=account,
        role=Role.ADMIN if frame.sub_type == "set" else Role.MEMBER,
    )


def _group_renamed(keys: Keys, frame: Frame, received_at: datetime) -> GroupRenamed:
    group, name = keys.group(frame.group_id), identifier(frame.name_new, "name_new")
    return GroupRenamed(
        platform=Platform.QQ,
        event_id=f"n:group_name:{group.id}:{_seconds(frame)}:{name}",
        occurred_at=moment(frame.time),
        received_at=received_at,
        group=group,
        name=name,
    )


_MAKERS: dict[str, Callable[[Keys, Frame, datetime], Event]] = {
    "group_increase": _joined,
    "group_decrease": _left,
    "group_dismiss": _dissolved,
    "group_recall": _recalled,
    "group_card": _renamed,
    "group_ban": _muted,
    "group_admin": _role_changed,
    "notify/group_name": _group_renamed,
}


def _id(frame: Frame, group: GroupKey, account: AccountKey) -> str:
    return (
        f"n:{frame.notice_type}:{frame.sub_type or ''}:{group.id}:{account.id}"
        f":{_seconds(frame)}:{frame.operator_id or 0}"
    )


def _seconds(frame: Frame) -> int:
    return int(moment(frame.time).timestamp())


def _later(start: datetime, seconds: int) -> datetime:
    try:
        return start + timedelta(seconds=seconds)
    except OverflowError as error:
        raise MalformedEventError(f"时长 {seconds} 秒过大。") from error
