"""Keeps what people wrote out of the logs: a fault is told by its kind and place, not its words.

The message of an exception may hold the very text that somebody must not have posted.
"""

import logging
from typing import TYPE_CHECKING

from loguru import logger
from nonebot.log import LoguruHandler

from bot.domain.errors import PlatformError, UnreachableError

if TYPE_CHECKING:
    from loguru import Record

_SAFE = (
    OSError, PlatformError, UnreachableError, AttributeError, ImportError, NameError,
)  # fmt: skip
"""What these say is about machines and code."""
_HIDDEN = "（详情可能含有聊天内容，不记入日志）"


def keep_logs_discreet() -> None:
    """From now on everything that is logged, by whatever library, goes through here."""
    logger.configure(patcher=_conceal)
    handler = LoguruHandler()
    handler.addFilter(_first_line)
    # Without a handler of its own, the standard library writes whole exceptions to standard error.
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _conceal(record: "Record") -> None:
    given = record["exception"]
    if given is None or given.value is None or isinstance(given.value, _SAFE):
        return
    chain: list[str] = []
    error = given.value.__cause__ or given.value.__context__
    while error is not None and len(chain) < 5:
        chain.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    said = _HIDDEN if not chain else f"{_HIDDEN}，起因：{'、'.join(chain)}"
    kind = type(type(given.value).__name__, (Exception,), {})
    record["exception"] = given._replace(type=kind, value=kind(said))


def _first_line(record: logging.LogRecord) -> bool:
    """The library asyncio prints a whole future below the first line, and with it what it held."""
    if record.name == "asyncio":
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True
