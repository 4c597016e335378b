"""Who gives a command: the roles of an account, and the groups it may speak for."""

import asyncio

from bot.domain.errors import PlatformError, RefusedError
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey
from bot.engine.commands import ChatRole
from bot.engine.register import Register

_GRANTED = (ChatRole.APPROVER, ChatRole.SUPERVISOR, ChatRole.ADMINISTRATOR)
_EVERYWHERE = frozenset({ChatRole.SUPERVISOR, ChatRole.ADMINISTRATOR})
_MANAGERS = (Role.OWNER, Role.ADMIN)
_AT_ONCE = 8


def roles_of(
    account: AccountKey, group: GroupKey | None, register: Register
) -> frozenset[ChatRole]:
    """The roles of an account in a group, or in private (None) those it has anywhere.

    A bot has none: two bots that answer each other would never stop.
    """
    if _is_bot(account, group, register):
        return frozenset()
    managed = register.managed_by(account)
    granted = register.roles.get(account, frozenset())
    roles = {ChatRole.MEMBER, *(role for role in _GRANTED if role.value in granted)}
    if group in managed or (group is None and managed):
        roles.add(ChatRole.OWNER)
    return frozenset(roles)


def groups_of(
    account: AccountKey, group: GroupKey | None, register: Register, using: frozenset[ChatRole]
) -> frozenset[GroupKey]:
    """The groups a caller may speak for with a command that ``using`` these of his roles permit."""
    if group is not None:
        return frozenset({group})
    if using & _EVERYWHERE:
        return frozenset(state.group.key for state in register.active_groups())
    return register.managed_by(account)


async def still_managed(
    account: AccountKey, groups: frozenset[GroupKey], register: Register
) -> frozenset[GroupKey]:
    """Those of the groups whose platform says now that the account owns or administers them.

    Raises:
        RefusedError: no platform could be asked.
    """
    limit = asyncio.Semaphore(_AT_ONCE)

    async def ask(group: GroupKey) -> bool | None:
        platform = register.platforms.get(group.platform)
        if platform is None or not platform.connected:
            return None
        try:
            async with limit:
                member = await platform.member(group, account)
        except PlatformError:
            return None
        return member is not None and member.role in _MANAGERS

    ordered = sorted(groups)
    answers = await asyncio.gather(*(ask(group) for group in ordered))
    if ordered and all(answer is None for answer in answers):
        raise RefusedError("暂时无法向平台核实您的群主或管理员身份，没有执行。请稍后再试。")
    return frozenset(group for group, answer in zip(ordered, answers, strict=True) if answer)


def _is_bot(account: AccountKey, group: GroupKey | None, register: Register) -> bool:
    if any(platform.self_account == account for platform in register.platforms.values()):
        return True
    member = register.member(group, account) if group else None
    return member is not None and member.is_bot
