"""``确认 代码``: what a person was shown is done once he says so, and only as he was shown it.

Held in memory: after a restart nothing half-asked is left over.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import RefusedError
from bot.domain.identifiers import AccountKey
from bot.engine.commands import Reply

HOLDS = timedelta(minutes=10)
_MOST_WRONG = 3
_MOST_HELD = 1000


@dataclass(slots=True)
class _Held:
    code: str
    until: datetime
    act: Callable[[], Awaitable[Reply]]
    wrong: int = 0


class Confirmations:
    """One question at a time for each account; a new one takes the place of the old."""

    def __init__(self) -> None:
        self._held: dict[AccountKey, _Held] = {}

    def ask(self, account: AccountKey, now: datetime, act: Callable[[], Awaitable[Reply]]) -> str:
        """Keep what is to be done; the code that this account must send to have it done."""
        if len(self._held) >= _MOST_HELD:
            self._held.pop(next(iter(self._held)))
        code = f"{secrets.randbelow(10**4):04d}"
        self._held[account] = _Held(code, now + HOLDS, act)
        return code

    async def confirm(self, account: AccountKey, code: str, now: datetime) -> Reply:
        """Do what was asked.

        Raises:
            RefusedError: nothing waits for this account, the code is wrong, or it has run out.
        """
        held = self._held.get(account)
        if held is None or now > held.until:
            self._held.pop(account, None)
            raise RefusedError("没有等待您确认的事，或已超过 10 分钟，请重新发送原来的命令。")
        if not secrets.compare_digest(held.code.encode(), code.encode()):
            held.wrong += 1
            if held.wrong >= _MOST_WRONG:
                self._held.pop(account)
                raise RefusedError("确认代码连续三次不对，已取消，请重新发送原来的命令。")
            raise RefusedError("确认代码不对，请核对后重发。")
        # Taken away first: whatever comes of it, it is done once.
        self._held.pop(account)
        return await held.act()
