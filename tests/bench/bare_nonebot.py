"""The baseline: bare NoneBot2, FastAPI driver, one matcher that counts and recalls one word.

Nothing is stored, nothing is looked up, logging is NoneBot's default. Run as a process:
``python -m tests.bench.bare_nonebot`` with HOST, PORT, ONEBOT_ACCESS_TOKEN and BENCH_WORD set.
"""

import os

import nonebot
from nonebot.adapters.onebot.v11 import Adapter, Bot, GroupMessageEvent

WORD = os.environ["BENCH_WORD"]
_counted = 0

nonebot.init(driver="~fastapi", onebot_access_token=os.environ["ONEBOT_ACCESS_TOKEN"])
nonebot.get_driver().register_adapter(Adapter)
matcher = nonebot.on_message()


@matcher.handle()
async def count(bot: Bot, event: GroupMessageEvent) -> None:
    """Count a message; recall it when it holds the word."""
    global _counted
    _counted += 1
    if WORD in event.raw_message:
        await bot.delete_msg(message_id=event.message_id)


if __name__ == "__main__":
    nonebot.run()
