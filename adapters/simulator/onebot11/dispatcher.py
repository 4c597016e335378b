"""One frame from the bot in, one answer out; here the call-level faults strike."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from adapters.simulator.onebot11 import acting, reading, sending
from adapters.simulator.onebot11.implementation import Implementation
from adapters.simulator.onebot11.journal import Fate, Journal, JsonObject
from adapters.simulator.onebot11.parameters import ActionError, Parameters
from adapters.simulator.onebot11.people import RightsError

Handler = Callable[[Implementation, Parameters], Awaitable[object]]

ACTIONS: dict[str, Handler] = {
    "get_login_info": reading.get_login_info,
    "get_version_info": reading.get_version_info,
    "get_status": reading.get_status,
    "get_group_list": reading.get_group_list,
    "get_group_info": reading.get_group_info,
    "get_group_member_list": reading.get_group_member_list,
    "get_group_member_info": reading.get_group_member_info,
    "get_friend_list": reading.get_friend_list,
    "get_group_system_msg": reading.get_group_system_msg,
    "get_msg": reading.get_msg,
    "get_group_msg_history": reading.get_group_msg_history,
    "get_friend_msg_history": reading.get_friend_msg_history,
    "get_forward_msg": reading.get_forward_msg,
    "get_file": reading.get_file,
    "get_group_file_url": reading.get_group_file_url,
    "set_group_card": acting.set_group_card,
    "set_group_kick": acting.set_group_kick,
    "set_group_kick_members": acting.set_group_kick_members,
    "set_group_ban": acting.set_group_ban,
    "set_group_whole_ban": acting.set_group_whole_ban,
    "delete_msg": acting.delete_msg,
    "set_group_add_request": acting.set_group_add_request,
    "set_group_leave": acting.set_group_leave,
    "send_group_msg": sending.send_group_msg,
    "send_private_msg": sending.send_private_msg,
    "send_group_forward_msg": sending.send_group_forward_msg,
    "upload_group_file": sending.upload_group_file,
    "get_image": reading.get_file,
}


class Dispatcher:
    """Carries out what the bot asks for, each call in a task of its own as NapCat does."""

    def __init__(
        self, host: Implementation, journal: Journal, cut: Callable[[], Awaitable[None]]
    ) -> None:
        self._host = host
        self._journal = journal
        self._cut = cut
        self._running: set[asyncio.Task[None]] = set()

    def receive(self, frame: str | bytes) -> None:
        """Take one frame; broken JSON is answered 1400 as NapCat's client does."""
        try:
            request = msgspec.json.decode(frame, type=dict[str, object])
        except msgspec.DecodeError:
            self._host.outlet.answer(_failed("json解析失败,请检查数据格式", 1400, None), _ignore)
            return
        task = asyncio.get_running_loop().create_task(self._serve(request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """End what is under way; it stays unanswered."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _serve(self, request: JsonObject) -> None:
        action, params, echo = _parts(request)
        call = self._journal.told(action, params, echo)
        faults = self._host.faults
        if action in faults.unanswered:
            return
        await asyncio.sleep(faults.slow.get(action, 0.0))
        if action in faults.cut_before:
            faults.cut_before.discard(action)
            await self._cut()
            return
        answer, applied = await self._carry_out(action, params, echo)
        if action in faults.cut_after:
            faults.cut_after.discard(action)
            self._journal.answered(call, answer, applied=applied, sent=False)
            await self._cut()
            return

        def note(fate: Fate) -> None:
            sent = fate is Fate.WRITTEN
            self._journal.answered(call, answer, applied=applied, sent=sent)

        self._host.outlet.answer(answer, note)

    async def _carry_out(
        self, action: str, params: JsonObject, echo: object
    ) -> tuple[JsonObject, bool]:
        handler = ACTIONS.get(action)
        if handler is None:
            return _failed(f"不支持的Api {action}", 1404, echo), False
        if action in self._host.faults.refused:
            return _failed(self._host.faults.refused[action], 1200, echo), False
        try:
            data = await handler(self._host, params)
        except sending.AppliedError as error:
            return _failed(str(error), error.retcode, echo), True
        except ActionError as error:
            return _failed(str(error), error.retcode, echo), False
        except RightsError as error:
            return _failed(str(error), 1200, echo), False
        applied = data is not acting.NOT_APPLIED
        return _answer("ok", 0, data if applied else None, "", echo), applied


def _parts(request: JsonObject) -> tuple[str, JsonObject, object]:
    params = request.get("params")
    named = {str(k): v for k, v in params.items()} if isinstance(params, dict) else {}
    return str(request.get("action", "")), named, request.get("echo", "")


def _failed(text: str, retcode: int, echo: object) -> JsonObject:
    return _answer("failed", retcode, None, text, echo)


def _answer(status: str, retcode: int, data: object, text: str, echo: object) -> JsonObject:
    """Source: NapCat action/OneBotAction.ts, OB11Response."""
    return {
        "status": status,
        "retcode": retcode,
        "data": data,
        "message": text,
        "wording": text,
        "echo": echo,
        "stream": "normal-action",
    }


def _ignore(_: Fate) -> None:
    """A frame without a call has nothing to note."""
