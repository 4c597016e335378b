"""Actions that change something. What NapCat does not check, is not checked here either."""

import asyncio
import copy

from adapters.simulator.onebot11.implementation import Implementation
from adapters.simulator.onebot11.parameters import (
    ActionError,
    Parameters,
    number,
    number_or,
    numbers,
    truth,
    word,
)
from adapters.simulator.onebot11.people import JoinRequest, RightsError, Role


class NotApplied:
    """An answer of success behind which nothing happened."""


NOT_APPLIED = NotApplied()


async def set_group_card(host: Implementation, parameters: Parameters) -> object:
    """Set or clear a card; verified by three looks. Source: NapCat SetGroupCard.ts."""
    world = host.world
    group_id, account = number(parameters, "group_id"), number(parameters, "user_id")
    card = str(parameters.get("card") or "")
    world.member(group_id, account)
    try:
        world.rename(group_id, world.self_id, account, card)
    except RightsError as error:
        await asyncio.sleep(3 * host.timing.card_look)
        raise ActionError("设置群名片未生效") from error
    await asyncio.sleep(host.timing.card_look)
    cache = host.caches.get(group_id, {})
    if account in cache:
        cache[account] = copy.copy(world.member(group_id, account))
    return None


async def set_group_kick(host: Implementation, parameters: Parameters) -> object:
    """Remove somebody; ok whatever comes of it. Source: NapCat SetGroupKick.ts."""
    return _kick(host, parameters, [number(parameters, "user_id")])


async def set_group_kick_members(host: Implementation, parameters: Parameters) -> object:
    """Remove several; ok whatever comes of it. Source: NapCat SetGroupKickMembers.ts."""
    return _kick(host, parameters, numbers(parameters, "user_id"))


def _kick(host: Implementation, parameters: Parameters, accounts: list[int]) -> object:
    group_id, world = number(parameters, "group_id"), host.world
    bar = truth(parameters, "reject_add_request")
    applied = False
    for account in [] if host.faults.kick_without_effect else accounts:
        try:
            world.remove(group_id, world.self_id, account, bar=bar)
        except RightsError:
            # The kernel's refusal is thrown away: kickMember's result is never looked at.
            continue
        applied = True
    return None if applied else NOT_APPLIED


async def set_group_ban(host: Implementation, parameters: Parameters) -> object:
    """Mute for seconds, 0 lifts. Source: NapCat SetGroupBan.ts."""
    world = host.world
    group_id, account = number(parameters, "group_id"), number(parameters, "user_id")
    group = world.group(group_id)
    member = group.members.get(account)
    if member is None:
        raise ActionError("user not in group")
    if member.role is Role.OWNER:
        raise ActionError("cannot ban owner")
    if member.role is Role.ADMIN and world.member(group_id, world.self_id).role is not Role.OWNER:
        raise ActionError("cannot ban admin")
    world.mute(group_id, world.self_id, account, number_or(parameters, "duration", 0))
    return None


async def set_group_whole_ban(host: Implementation, parameters: Parameters) -> object:
    """Mute everybody. Source: NapCat SetGroupWholeBan.ts."""
    world = host.world
    on = truth(parameters, "enable", default=True)
    world.mute_everybody(number(parameters, "group_id"), world.self_id, on=on)
    return None


async def delete_msg(host: Implementation, parameters: Parameters) -> object:
    """Recall; a number not in memory fails, a refusal is a timeout. Source: NapCat DeleteMsg.ts."""
    message = host.table.find(number(parameters, "message_id"))
    if message is None:
        raise ActionError("Recall failed")
    if host.faults.recall_without_effect:
        return NOT_APPLIED
    try:
        host.world.recall(host.world.self_id, message)
    except RightsError as error:
        await asyncio.sleep(host.timing.recall_wait)
        text = "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/recallMsg"
        raise ActionError(text) from error
    return None


async def set_group_add_request(host: Implementation, parameters: Parameters) -> object:
    """Answer a request among the latest hundred. Source: NapCat SetGroupAddRequest.ts."""
    request = _find(host, word(parameters, "flag"), number_or(parameters, "count", 100))
    approve = str(parameters.get("approve")).lower() != "false"
    reason = str(parameters.get("reason") or " ")
    host.world.decide(request, host.world.self_id, approve=approve, reason=reason)
    return None


def _find(host: Implementation, flag: str, count: int) -> JoinRequest:
    """Looks among the normal notices first, then among the doubtful."""
    requests = host.world.requests
    for doubtful in (False, True):
        latest = [request for request in requests if request.doubtful is doubtful][-count:]
        for request in latest:
            if request.flag == flag:
                return request
    raise ActionError("No such request")


async def set_group_leave(host: Implementation, parameters: Parameters) -> object:
    """The bot goes; ``is_dismiss`` is not looked at. Source: NapCat SetGroupLeave.ts."""
    host.world.leave(number(parameters, "group_id"), host.world.self_id)
    return None
