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
    premises, line = theatre.premises, theatre.narrator.line
    hall = theatre.cast.hall
    line("")
    line("服务和模拟学院继续运行，按 Ctrl-C 结束。可以这样看看：", "bold")
    line(f"健康页    http://127.0.0.1:{premises.port}/healthz")
    line(f"指标      http://127.0.0.1:{premises.port}/metrics")
    line(f"命令行    export QUNGUI_HOME={premises.home} QUNGUI_CONFIG={premises.config}")
    line(f"          export QUNGUI_TIMEZONE={premises.zone.key} QUNGUI_MODE=enforce")
    line("          qungui violations    qungui roster show    qungui plan list")
    line(f"替人说话  模拟学院听 127.0.0.1:{port}，每行一个 JSON，例如：")
    order = (
        f'{{"do": "say", "with": {{"group_id": {hall.group_id}, '
        f'"account": {theatre.cast.quoter.qq}, "content": "大家好"}}}}'
    )
    line(f"          {order}")
