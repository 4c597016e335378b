"""Actions that say something."""

import asyncio
import base64
import binascii

from adapters.simulator.onebot11.identifiers import message_id
from adapters.simulator.onebot11.implementation import Implementation
from adapters.simulator.onebot11.journal import JsonObject
from adapters.simulator.onebot11.parameters import ActionError, Parameters, number, word
from adapters.simulator.onebot11.people import Message, RightsError, Segment
from adapters.simulator.onebot11.segments import forward, text

_TIMEOUT = "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg"


async def send_group_msg(host: Implementation, parameters: Parameters) -> object:
    """Speak in a group. Source: NapCat action/msg/SendMsg.ts."""
    group_id = number(parameters, "group_id")
    host.world.group(group_id)
    return await _say(host, group_id, _content(parameters))


async def send_private_msg(host: Implementation, parameters: Parameters) -> object:
    """Speak to a friend; strangers cannot be reached (NC#37, NC#621, NC#1480, NC#1794)."""
    account = number(parameters, "user_id")
    if account not in host.world.friends:
        raise ActionError("发送失败，请先添加对方为好友")
    await _block(host)
    message = host.world.whisper(host.world.self_id, account, _content(parameters))
    return await _sent(host, message)


async def send_group_forward_msg(host: Implementation, parameters: Parameters) -> object:
    """Speak in one merged forward. Source: NapCat action/go-cqhttp/SendForwardMsg.ts."""
    nodes = parameters.get("messages")
    if not isinstance(nodes, list) or not nodes:
        raise ActionError("Key: messages, Message: Expected array", 1400)
    forward_id = f"fw{len(host.forwards) + 1:016d}"
    host.forwards[forward_id] = [_node_record(host, node) for node in nodes]
    answer = await _say(host, number(parameters, "group_id"), [forward(forward_id)])
    return answer | {"res_id": forward_id, "forward_id": forward_id}


async def upload_group_file(host: Implementation, parameters: Parameters) -> object:
    """Put a file into the group. Only base64 is taken: no path is shared with a stand-in.

    Source: NapCat action/go-cqhttp/UploadGroupFile.ts.
    """
    group_id, name = number(parameters, "group_id"), word(parameters, "name")
    source = word(parameters, "file")
    if not source.startswith("base64://"):
        raise ActionError(f"识别URL失败, uri= {source}")
    try:
        content = base64.b64decode(source.removeprefix("base64://"), validate=True)
    except binascii.Error as error:
        raise ActionError("base64 解码失败") from error
    await _block(host)
    world = host.world
    message = world.upload(group_id, world.self_id, name, len(content))
    file_id = world.group(group_id).files[-1]
    host.media[file_id] = content
    await _sent(host, message)
    return {"file_id": file_id}


async def _say(host: Implementation, group_id: int, segments: list[Segment]) -> JsonObject:
    await _block(host)
    try:
        message = host.world.speak(group_id, host.world.self_id, segments)
    except RightsError as error:
        raise ActionError(f"发送失败，{error}") from error
    return await _sent(host, message)


async def _block(host: Implementation) -> None:
    """The silent send block: nothing arrives, and the failure comes late (NC#750)."""
    if host.faults.send_block:
        await asyncio.sleep(host.timing.kernel_wait)
        raise ActionError(_TIMEOUT)


async def _sent(host: Implementation, message: Message) -> JsonObject:
    if host.faults.send_applied_without_answer:
        await asyncio.sleep(host.timing.kernel_wait)
        raise AppliedError(_TIMEOUT)
    return {"message_id": message_id(message)}


class AppliedError(ActionError):
    """Reported as failed, yet it happened."""


def _content(parameters: Parameters) -> list[Segment]:
    """Segments from an array, one segment, or text; CQ codes in text are not expanded."""
    message = parameters.get("message")
    if isinstance(message, str) and message:
        return [text(message)]
    listed = message if isinstance(message, list) else [message]
    segments = [item for item in listed if isinstance(item, dict) and "type" in item]
    if not segments or len(segments) != len(listed):
        raise ActionError("Key: message, Message: Expected message", 1400)
    return segments


def _node_record(host: Implementation, node: object) -> JsonObject:
    """A forward node as it is read back: somebody's words under a name."""
    data = node.get("data") if isinstance(node, dict) else None
    if not isinstance(data, dict):
        raise ActionError("Key: messages, Message: Expected node", 1400)
    content = data.get("content", data.get("message"))
    author = int(str(data.get("user_id", data.get("uin", host.world.self_id))))
    name = str(data.get("nickname", data.get("name", "")))
    return node_record(host.world.seconds(), author, name, _content({"message": content}))


def node_record(sent_at: int, author: int, name: str, segments: list[Segment]) -> JsonObject:
    """One message inside a merged forward. Source: NapCat api/msg.ts, parseMultiMessageContent."""
    return {
        "post_type": "message",
        "message_type": "group",
        "sub_type": "normal",
        "time": sent_at,
        "user_id": author,
        "group_id": 284840486,
        "message_id": 0,
        "message_seq": 0,
        "real_id": 0,
        "real_seq": "0",
        "sender": {"user_id": author, "nickname": name, "card": ""},
        "font": 14,
        "message_format": "array",
        "raw_message": "",
        "message": segments,
    }
