"""Steering a simulator from another process: JSON lines over a loopback socket.

``{"do": "say", "with": {"group_id": 1, "account": 2, "content": "您好"}}`` is answered by
``{"ok": true, "result": …}`` or ``{"ok": false, "error": "…"}``; ``do`` is one of ``ACTS``,
``set_fault`` (``name``, ``value``), ``groups``, ``calls`` (``action``) or ``journal``.
"""

import asyncio
import inspect
from collections.abc import Callable
from typing import get_type_hints

import msgspec

from adapters.simulator.onebot11.faults import Faults
from adapters.simulator.onebot11.journal import JsonObject
from adapters.simulator.onebot11.people import RightsError
from adapters.simulator.onebot11.simulator import OneBotSimulator

ACTS = frozenset(
    {
        "say",
        "mention_bot",
        "quote",
        "forward",
        "private",
        "befriend",
        "rename",
        "join",
        "join_request",
        "leave",
        "kick_by",
        "recall_by",
        "promote",
        "demote",
        "dissolve",
        "gray_tip",
        "bot_offline",
        "push",
        "is_recalled",
        "member",
        "group",
        "messages_sent_by_bot",
        "private_messages_sent_by_bot",
        "cut",
        "go_offline",
        "go_online",
        "restart_implementation",
        "freeze_socket",
        "thaw_socket",
        "abandon_socket",
    }
)


class Control:
    """Answers orders on ``127.0.0.1``; port 0 takes any free one."""

    def __init__(self, simulator: OneBotSimulator) -> None:
        self._simulator = simulator
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(msgspec.json.encode(await self._answer(line)) + b"\n")
            await writer.drain()
        writer.close()

    async def _answer(self, line: bytes) -> JsonObject:
        try:
            order = msgspec.json.decode(line, type=dict[str, object])
            given = order.get("with", {})
            named = {str(k): v for k, v in given.items()} if isinstance(given, dict) else {}
            return {"ok": True, "result": await self._obey(str(order.get("do")), named)}
        except (msgspec.MsgspecError, RightsError, TypeError, ValueError, LookupError) as error:
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}

    async def _obey(self, act: str, named: JsonObject) -> object:
        simulator = self._simulator
        if act in ACTS:
            method: Callable[..., object] = getattr(simulator, act)
            result = method(**named)
            return await result if inspect.isawaitable(result) else result
        if act == "set_fault":
            self._set_fault(str(named["name"]), named["value"])
            return None
        if act == "groups":
            return list(simulator.world.groups)
        if act == "calls":
            return simulator.calls(str(named.get("action", "")))
        if act == "journal":
            return [msgspec.Raw(entry) for entry in simulator.journal.lines()]
        raise LookupError(f"没有这个命令:{act}")

    def _set_fault(self, name: str, value: object) -> None:
        """Switch one fault; the value takes the form its field has."""
        kinds = get_type_hints(Faults)
        setattr(self._simulator.faults, name, msgspec.convert(value, kinds[name]))
