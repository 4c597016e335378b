"""The afternoon: the process dies in the middle of everything, and nothing is lost."""

import asyncio
import time

from adapters.simulator.groups import GroupPlan
from bot.cli.demo.scene import Scene
from bot.cli.demo.script import Posted
from bot.cli.demo.talk import ORDINARY, Offence
from bot.cli.demo.theatre import DidNotHappenError, Theatre

_ORDINARY_POSTS = 42
_BETWEEN_POSTS = 0.015
_WORDS_BEFORE_THE_CRASH = 3
_RECOVERY_SECONDS = 45.0


async def survive_a_crash(theatre: Theatre) -> None:
    """Killed with words in flight, started again: both books must agree."""
    narrator = theatre.narrator
    posts = _burst(theatre)
    words = sum(offence is not None for _, _, offence in posts)
    await narrator.note(f"期末最忙的时候：{len(posts)} 条消息涌进来，其中 {words} 条夹带违规词")
    pid = theatre.service.pid
    posted = await _post_until_the_crash(theatre, posts)
    await narrator.fact(
        f"第 {posted} 条刚送到，服务进程被强行杀死（SIGKILL）：没有告别，没有存盘", f"进程 {pid}"
    )
    for plan, account, offence in posts[posted:]:
        _post(theatre, plan, account, offence)
        await asyncio.sleep(_BETWEEN_POSTS)
    await narrator.note(
        f"断线期间群里又说了 {len(posts) - posted} 条，没有人看见。"
        "现在重启（顺手把日报时间从 18:00 改到此刻，省得等到傍晚）："
    )
    await _recover(theatre)


async def _recover(theatre: Theatre) -> None:
    """Start again, let everything settle, and compare both books."""
    theatre.premises.report_now()
    start = time.monotonic()
    await theatre.service.start()
    await theatre.until("QQ 重新连上", lambda: theatre.simulator.connected)
    await theatre.settle("补上断线期间的一切", _RECOVERY_SECONDS)
    took = f"从重启到补齐 {time.monotonic() - start:.1f} 秒"
    narrator = theatre.narrator
    await narrator.fact("服务重新启动，从历史消息中补看，该撤的撤，该告知的告知", took)
    found = await theatre.reckoned()
    if not found.balanced:
        raise DidNotHappenError("平台记录与账本一致：" + "；".join(found.discrepancies()))
    await narrator.fact("拿平台那边的记录与账本逐条核对：遗漏 0，重复 0，未记账 0")


def _burst(theatre: Theatre) -> list[tuple[GroupPlan, int, Offence | None]]:
    """Ordinary talk by anybody, and the words spread over it."""
    chance, cast = theatre.chance, theatre.cast
    posts: list[tuple[GroupPlan, int, Offence | None]] = []
    for _ in range(_ORDINARY_POSTS):
        plan = chance.choice(cast.groups)
        present = theatre.simulator.group(plan.group_id).members
        members = [seat.account for seat in plan.seats if seat.account in present]
        people = [one for one in members if cast.college.by_account(one)]
        posts.append((plan, chance.choice(people), None))
    step = len(posts) // len(cast.burst)
    for number, (plan, person) in enumerate(cast.burst):
        place = number * (step + 1) + chance.randrange(step)
        posts.insert(place, (plan, person.qq, theatre.offences.pop()))
    return posts


async def _post_until_the_crash(
    theatre: Theatre, posts: list[tuple[GroupPlan, int, Offence | None]]
) -> int:
    """Post until the third listed word is on the wire, then kill; returns how many were posted."""
    seen = 0
    for count, (plan, account, offence) in enumerate(posts, 1):
        _post(theatre, plan, account, offence)
        seen += offence is not None
        if seen == _WORDS_BEFORE_THE_CRASH:
            await theatre.simulator.drained()
            await theatre.service.kill()
            return count
        await asyncio.sleep(_BETWEEN_POSTS)
    return len(posts)


def _post(theatre: Theatre, plan: GroupPlan, account: int, offence: Offence | None) -> None:
    words = offence.posted if offence else theatre.chance.choice(ORDINARY)
    number = theatre.simulator.say(plan.group_id, account, words)
    if offence is not None:
        theatre.script.offences.append(Posted(number, plan.group_id, account))


AFTERNOON = (Scene("下午", "突然断电", survive_a_crash),)
