"""A group in which nothing was said before an outage is caught up with like any other."""

import asyncio
from pathlib import Path

from adapters.simulator.onebot11.simulator import OneBotSimulator
from tests.journeys.college import BOT, CHEN, LI, WANG, group
from tests.journeys.journey import READ_WITHIN, Journey, connected, serving
from tests.journeys.service import TOKEN
from tests.journeys.waiting import stays, until

BAD = "网络赌博，日进斗金"
FIRST, BEFORE = 701901, 701902


async def test_words_after_the_first_sight_of_a_silent_group_survive_a_crash(
    tmp_path: Path,
) -> None:
    plan = group(FIRST, "教务处工作群", CHEN, LI, WANG)
    async with serving(tmp_path) as service, connected(service, [plan]) as here:
        await until(lambda: here.reads(FIRST) >= 2, READ_WITHIN, "the group is read")
        await here.settled()
        await service.kill()
        missed = [here.sim.say(FIRST, one.account, BAD) for one in (LI, WANG)]
        await service.start()
        for message in missed:
            await here.recalled(message, within=20)
        assert len(await here.violations(rule="content")) == 2


async def test_words_from_before_the_first_sight_of_a_group_are_never_judged(
    tmp_path: Path,
) -> None:
    plan = group(BEFORE, "学生处工作群", CHEN, LI, WANG)
    async with serving(tmp_path) as service:
        sim = OneBotSimulator([plan], url=service.url, token=TOKEN, self_id=BOT)
        old = sim.say(BEFORE, LI.account, BAD)
        # A host that was just installed shows nothing of before.
        sim.faults.history_gaps = {(BEFORE, 1)}
        # Longer than two clocks of whole seconds can differ.
        await asyncio.sleep(4)
        async with sim:
            here = Journey(service, sim)
            await until(lambda: here.reads(BEFORE) >= 2, READ_WITHIN, "the group is read")
            await here.settled()
            sim.faults.history_gaps = set()
            await service.kill()
            missed = sim.say(BEFORE, WANG.account, BAD)
            await service.start()
            await here.recalled(missed, within=20)
            await stays(lambda: not sim.is_recalled(old), 1.0, "the old message stays")
