"""Actions that only look. Shapes and error texts as NapCat's sources have them."""

import asyncio
import base64
import copy

from adapters.simulator.onebot11 import wire
from adapters.simulator.onebot11.implementation import Implementation
from adapters.simulator.onebot11.journal import JsonObject
from adapters.simulator.onebot11.parameters import (
    ActionError,
    Parameters,
    number,
    number_or,
    truth,
    word,
)
from adapters.simulator.onebot11.people import Message


async def get_login_info(host: Implementation, _: Parameters) -> object:
    """Who the bot is. Source: NapCat action/system/GetLoginInfo.ts."""
    world = host.world
    return {"user_id": world.self_id, "nickname": world.nicknames[world.self_id]}


async def get_version_info(_: Implementation, __: Parameters) -> object:
    """The name by which a peer chooses its dialect. Source: NapCat GetVersionInfo.ts."""
    return {"app_name": "NapCat.Onebot", "protocol_version": "v11", "app_version": "4.8.0"}


async def get_status(_: Implementation, __: Parameters) -> object:
    """Always well, whatever QQ thinks (NC#39). Source: NapCat GetStatus.ts."""
    return {"online": True, "good": True, "stat": {}}


async def get_group_list(host: Implementation, _: Parameters) -> object:
    """All groups the bot is in. Source: NapCat GetGroupList.ts."""
    world = host.world
    mine = [group for group in world.groups.values() if world.self_id in group.members]
    return [wire.group_record(group) for group in mine]


async def get_group_info(host: Implementation, parameters: Parameters) -> object:
    """One group. Source: NapCat GetGroupInfo.ts."""
    return wire.group_record(host.world.group(number(parameters, "group_id")))


async def get_group_member_list(host: Implementation, parameters: Parameters) -> object:
    """The members as remembered. Source: NapCat GetGroupMemberList.ts."""
    group_id = number(parameters, "group_id")
    listed = host.members(group_id, no_cache=truth(parameters, "no_cache"))
    return [wire.member_record(group_id, member) for member in listed]


async def get_group_member_info(host: Implementation, parameters: Parameters) -> object:
    """One member, fresh unless told otherwise; fails for strangers. Source: GetGroupMemberInfo.ts.

    Looking at somebody also corrects his entry in the cached list.
    """
    group_id, account = number(parameters, "group_id"), number(parameters, "user_id")
    cache = host.caches.get(group_id, {})
    if not truth(parameters, "no_cache", default=True) and account in cache:
        return _shown(host, group_id, account, from_cache=True)
    member = host.world.member(group_id, account)
    if account in cache:
        cache[account] = copy.copy(member)
    return _shown(host, group_id, account, from_cache=False)


def _shown(host: Implementation, group_id: int, account: int, *, from_cache: bool) -> JsonObject:
    known = host.caches[group_id] if from_cache else host.world.group(group_id).members
    record = wire.member_record(group_id, known[account])
    if account in host.faults.empty_cards:
        record["card"] = ""
    return record


async def get_friend_list(host: Implementation, _: Parameters) -> object:
    """Who can be reached in private. Source: NapCat GetFriendList.ts."""
    names = host.world.nicknames
    return [wire.friend_record(a, names.get(a, str(a))) for a in sorted(host.world.friends)]


async def get_group_system_msg(host: Implementation, parameters: Parameters) -> object:
    """Requests of late, newest first. Source: NapCat GetSystemMsg.ts."""
    world = host.world
    newest = list(reversed(world.requests))[: number_or(parameters, "count", 50)]

    def shown(*, invitations: bool) -> list[JsonObject]:
        return [
            wire.system_message(request, _group_name(host, request.group_id))
            for request in newest
            if request.invitation is invitations
        ]

    invited = shown(invitations=True)
    return {
        "invited_requests": invited,
        "InvitedRequest": invited,
        "join_requests": shown(invitations=False),
    }


def _group_name(host: Implementation, group_id: int) -> str:
    group = host.world.groups.get(group_id)
    return group.name if group else ""


async def get_msg(host: Implementation, parameters: Parameters) -> object:
    """One message; a recalled one fails after the kernel's wait (NC#1729). Source: GetMsg.ts."""
    message = host.table.find(number(parameters, "message_id"))
    if message is None:
        raise ActionError("消息不存在")
    if message.recalled_by is not None:
        await asyncio.sleep(host.timing.kernel_wait)
        raise ActionError("消息不存在或已被撤回")
    return _record(host, message) | {"emoji_likes_list": []}


async def get_group_msg_history(host: Implementation, parameters: Parameters) -> object:
    """The newest messages, or those up to ``message_seq``, a message number; oldest first.

    An empty answer is an error. Source: NapCat GetGroupMsgHistory.ts.
    """
    group = host.world.group(number(parameters, "group_id"))
    kept = [message for message in group.messages if _is_kept(host, message)]
    return _history(host, kept, parameters)


async def get_friend_msg_history(host: Implementation, parameters: Parameters) -> object:
    """The same for a private conversation. Source: NapCat GetFriendMsgHistory.ts."""
    talk = host.world.private.get(number(parameters, "user_id"), [])
    return _history(host, [m for m in talk if m.recalled_by is None], parameters)


def _is_kept(host: Implementation, message: Message) -> bool:
    faults = host.faults
    lost = faults.history_omits_offline and message.unseen
    gap = (message.peer, message.sequence) in faults.history_gaps
    return message.recalled_by is None and not lost and not gap


def _history(host: Implementation, kept: list[Message], parameters: Parameters) -> JsonObject:
    count = number_or(parameters, "count", 20)
    start = number_or(parameters, "message_seq", 0)
    backwards = truth(parameters, "reverse_order") or truth(parameters, "reverseOrder")
    chosen = _stretch(host, kept, start, count, backwards=backwards) if start else kept[-count:]
    if not chosen:
        raise ActionError(f"消息{parameters.get('message_seq')}不存在")
    return {"messages": [_record(host, message) for message in chosen]}


def _stretch(
    host: Implementation, kept: list[Message], start: int, count: int, *, backwards: bool
) -> list[Message]:
    """``count`` messages with the one numbered ``start`` at their newer (or older) end."""
    known = host.table.find(start)
    place = next((i for i, message in enumerate(kept) if message is known), None)
    if known is None or place is None:
        return []
    return kept[place : place + count] if backwards else kept[max(0, place - count + 1) : place + 1]


def _record(host: Implementation, message: Message) -> JsonObject:
    """A message as read later; reading it makes it recallable again (message-unique.ts)."""
    found = host.table.pass_through(message)
    self_id = host.world.self_id
    if message.private:
        return wire.private_message(message, found, self_id)
    return wire.group_message(message, found, host.world.group(message.peer), self_id)


async def get_forward_msg(host: Implementation, parameters: Parameters) -> object:
    """What a merged forward holds, one level. Source: NapCat GetForwardMsg.ts."""
    wanted = word(parameters, "message_id", "id")
    if wanted not in host.forwards:
        raise ActionError("protocolFallbackLogic: 找不到相关的聊天记录")
    return {"messages": host.forwards[wanted]}


async def get_file(host: Implementation, parameters: Parameters) -> object:
    """A picture or file that was sent, as base64. Source: NapCat action/file/GetFile.ts."""
    name = word(parameters, "file", "file_id")
    if name not in host.media:
        raise ActionError("file not found")
    content = host.media[name]
    return {
        "file": "",
        "url": "",
        "file_size": str(len(content)),
        "file_name": name,
        "base64": base64.b64encode(content).decode(),
    }


async def get_group_file_url(host: Implementation, parameters: Parameters) -> object:
    """Where a group file can be fetched. Source: NapCat action/file/GetGroupFileUrl.ts."""
    group = host.world.group(number(parameters, "group_id"))
    file_id = word(parameters, "file_id")
    url = host.media_server.address(file_id)
    if file_id not in group.files or not url:
        raise ActionError("real fileUUID error")
    return {"url": url}
