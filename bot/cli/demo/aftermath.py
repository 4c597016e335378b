"""After the day, with ``--serve``: the service and the college go on, and one may look around."""

import asyncio

from adapters.simulator.onebot11.control import Control
from bot.cli.demo.talk import ORDINARY
from bot.cli.demo.theatre import Theatre

_BETWEEN_WORDS = 12.0


async def stay_up(theatre: Theatre) -> None:
    """Keep everything running until interrupted; now and then somebody says something."""
    control = Control(theatre.simulator)
    port = await control.start(0)
    _explain(theatre, port)
    try:
        while True:
            await asyncio.sleep(_BETWEEN_WORDS)
            plan = theatre.chance.choice(theatre.cast.groups)
            member = theatre.chance.choice(plan.seats[1:-1])
            if member.account in theatre.simulator.group(plan.group_id).members:
                words = theatre.chance.choice(ORDINARY)
                theatre.simulator.say(plan.group_id, member.account, words)
    except asyncio.CancelledError:
        return
    finally:
        await control.stop()


def _explain(theatre: Theatre, port: int) -> None:
    premises, narrator = theatre.premises, theatre.narrator
    order = (
        f'{{"do": "say", "with": {{"group_id": {theatre.cast.hall.group_id}, '
        f'"account": {theatre.cast.quoter.qq}, "content": "大家好"}}}}'
    )
    narrator.line("")
    narrator.line("服务和模拟学院继续运行，按 Ctrl-C 结束。可以这样看看：", "bold")
    narrator.line("健康页和指标")
    narrator.verbatim(f"curl http://127.0.0.1:{premises.port}/healthz")
    narrator.verbatim(f"curl http://127.0.0.1:{premises.port}/metrics")
    narrator.line("另开一个终端，用命令行查这一天的账")
    for name in ("QUNGUI_HOME", "QUNGUI_CONFIG", "QUNGUI_TIMEZONE", "QUNGUI_MODE"):
        narrator.verbatim(f"export {name}={theatre.service.environment[name]}")
    for command in ("violations", "plan list", "roster show"):
        narrator.verbatim(f"qungui {command}")
    narrator.line("替一位老师在群里说句话（bash），再到上面的账里看")
    narrator.verbatim(f"echo '{order}' > /dev/tcp/127.0.0.1/{port}")
