"""Who counts where two different people are needed (I9, I10).

One human with two accounts must not pass for two: an account somebody gave a role to a moment ago,
made a group admin, or bound to another name could be his own second one. Time makes that visible
to the others before it counts.
"""

from collections.abc import Collection
from datetime import datetime

from bot.domain.errors import RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.engine.register import Register
from config.units import show_duration


def require_standing(
    register: Register,
    account: AccountKey,
    roles: Collection[str],
    groups: Collection[GroupKey] = (),
) -> None:
    """Make sure an account may be one of two people.

    What gives it the right is one of ``roles``, or that it manages all ``groups``.

    Raises:
        RefusedError: whatever gives it that right is too new.
    """
    long_enough = register.policy.limits.role_counts_after
    begun = _begun(register, account, roles, groups)
    bound = register.bound_since.get(account)
    # What lies in the future was noted before the clock was put back: nobody knows how old it is.
    if all(since is None or register.now - since >= long_enough for since in (bound, begun)):
        return
    raise RefusedError(
        f"您的角色或账号绑定未满 {show_duration(long_enough)}，在须两人同意的事上暂不计数，"
        "请由其他管理人员确认。"
    )


def _begun(
    register: Register,
    account: AccountKey,
    roles: Collection[str],
    groups: Collection[GroupKey],
) -> datetime | None:
    """Since when the account has its right; None: always, or it has none of these at all.

    Whether it has a right at all is for the caller to say.
    """
    held = register.roles.get(account, frozenset()).intersection(roles)
    begun = [register.roles_since.get((account, role)) for role in held]
    if groups and register.managed_by(account) >= set(groups):
        since = [register.managing_since.get((group, account)) for group in groups]
        begun.append(max((one for one in since if one is not None), default=None))
    known = [one for one in begun if one is not None]
    return min(known) if known and len(known) == len(begun) else None
