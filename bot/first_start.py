"""The first start: a one-time code makes whoever sends it to the bot the administrator."""

import sys
from datetime import timedelta

from bot.engine.assembly import Engine
from data import codes

PURPOSE = "administrator"
VALID_FOR = timedelta(hours=24)


async def offer_administration(engine: Engine) -> str | None:
    """Print a code where nobody is administrator yet; returns it."""
    services = engine.services
    if services.register.holders("administrator"):
        return None
    code = await services.scribe.write(
        lambda work: codes.issue(work, PURPOSE, PURPOSE, "first start", VALID_FOR)
    )
    sys.stderr.write(
        f"\n还没有系统管理员。请用您的账号私信机器人发送：绑定 {code}\n"
        "（24 小时内有效，只能用一次；请勿告诉他人）\n\n"
    )
    return code
