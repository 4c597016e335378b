"""Events and records exactly as NapCat writes them; written from its published source.

Sources: NapCat event/*, api/msg.ts (initializeMessage), helper/data.ts.
"""

from adapters.simulator.onebot11.journal import JsonObject
from adapters.simulator.onebot11.people import Group, JoinRequest, Member, Message, Role
from adapters.simulator.onebot11.segments import raw_text


def heartbeat(interval: float) -> JsonObject:
    """``interval`` in seconds; the wire has milliseconds."""
    return {
        "post_type": "meta_event",
        "meta_event_type": "heartbeat",
        "status": {"online": True, "good": True},
        "interval": int(interval * 1000),
    }


def lifecycle() -> JsonObject:
    """The first event of a connection."""
    return {"post_type": "meta_event", "meta_event_type": "lifecycle", "sub_type": "connect"}


def message_body(message: Message, message_id: int) -> JsonObject:
    """What an event, ``get_msg`` and a history share."""
    return {
        "user_id": message.author,
        "time": message.sent_at,
        "message_id": message_id,
        "message_seq": message_id,
        "real_id": message_id,
        "real_seq": str(message.sequence),
        "message_type": "private" if message.private else "group",
        "raw_message": raw_text(message.segments),
        "font": 14,
        "sub_type": "friend" if message.private else "normal",
        "message": message.segments,
        "message_format": "array",
    }


def group_message(message: Message, message_id: int, group: Group, self_id: int) -> JsonObject:
    """A group message as event or record; the bot's own are ``message_sent``."""
    member = group.members.get(message.author)
    sender: JsonObject = {
        "user_id": message.author,
        "nickname": message.nickname,
        "card": message.card,
        "role": str(member.role if member else Role.MEMBER),
        "title": "",
        "level": "1",
    }
    own = message.author == self_id
    return {
        "self_id": self_id,
        "post_type": "message_sent" if own else "message",
        **message_body(message, message_id),
        "sender": sender,
        "group_id": group.group_id,
        "group_name": group.name,
    }


def private_message(message: Message, message_id: int, self_id: int) -> JsonObject:
    """A private message; one from a stranger comes through a group and says so."""
    own = message.author == self_id
    sender: JsonObject = {"user_id": message.author, "nickname": message.nickname, "card": ""}
    event: JsonObject = {
        "self_id": self_id,
        "post_type": "message_sent" if own else "message",
        **message_body(message, message_id),
        "sender": sender,
        "target_id": message.peer,
    }
    if message.temporary_group is not None:
        event |= {"sub_type": "group", "group_id": message.temporary_group, "temp_source": 0}
    return event


def notice(kind: str, group_id: int, user_id: int, **more: object) -> JsonObject:
    """A notice about somebody in a group."""
    return {
        "post_type": "notice",
        "notice_type": kind,
        "group_id": group_id,
        "user_id": user_id,
        **more,
    }


def join_request(request: JoinRequest) -> JsonObject:
    """A request event; the comment holds question and answer on two lines."""
    return {
        "post_type": "request",
        "request_type": "group",
        "sub_type": "invite" if request.invitation else "add",
        "group_id": request.group_id,
        "user_id": request.applicant,
        "comment": request.comment,
        "flag": request.flag,
    }


def system_message(request: JoinRequest, group_name: str) -> JsonObject:
    """An entry of ``get_group_system_msg``; ``invitor_uin`` is the applicant for joins."""
    return {
        "request_id": int(request.flag),
        "invitor_uin": request.applicant,
        "invitor_nick": request.nickname,
        "group_id": request.group_id,
        "message": request.comment,
        "group_name": group_name,
        "checked": request.state is not None,
        "actor": request.decided_by,
        "requester_nick": request.nickname,
    }


def member_record(group_id: int, member: Member) -> JsonObject:
    """One entry of ``get_group_member_list``."""
    return {
        "group_id": group_id,
        "user_id": member.account,
        "nickname": member.nickname,
        "card": member.card,
        "sex": "unknown",
        "age": 0,
        "area": "",
        "level": "1",
        "qq_level": 32,
        "join_time": member.joined_at,
        "last_sent_time": member.last_sent_at,
        "title_expire_time": 0,
        "unfriendly": False,
        "card_changeable": True,
        "is_robot": member.robot,
        "shut_up_timestamp": member.muted_until,
        "role": str(member.role),
        "title": "",
    }


def group_record(group: Group) -> JsonObject:
    """One entry of ``get_group_list``."""
    return {
        "group_all_shut": -1 if group.whole_mute else 0,
        "group_remark": "",
        "group_id": group.group_id,
        "group_name": group.name,
        "member_count": len(group.members),
        "max_member_count": group.maximum,
    }


def friend_record(account: int, nickname: str) -> JsonObject:
    """One entry of ``get_friend_list``."""
    return {
        "birthday_year": 0,
        "birthday_month": 0,
        "birthday_day": 0,
        "user_id": account,
        "age": 0,
        "phone_num": "",
        "email": "",
        "category_id": 0,
        "nickname": nickname,
        "remark": nickname,
        "sex": "unknown",
        "level": 0,
    }


def kind_of(event: JsonObject) -> str:
    """The dotted kind faults and questions use, e.g. ``notice.group_recall``."""
    post_type = str(event["post_type"])
    detail = {
        "meta_event": "meta_event_type",
        "notice": "notice_type",
        "request": "request_type",
    }.get(post_type, "message_type")
    return f"{post_type}.{event.get(detail, '')}"
