"""The simulator as a process of its own: ``python -m adapters.simulator.onebot11 --help``."""

import argparse
import asyncio
import contextlib
import os

from adapters.simulator.college import build_college
from adapters.simulator.groups import plan_groups
from adapters.simulator.onebot11.control import Control
from adapters.simulator.onebot11.simulator import OneBotSimulator


def main() -> None:
    """Run until interrupted."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(_arguments()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="像 NapCat 一样连到群规的模拟 QQ(只连本机)")
    parser.add_argument("--url", default="ws://127.0.0.1:8080/onebot/v11/ws", help="反向连接地址")
    parser.add_argument("--token", default=os.environ.get("ONEBOT_ACCESS_TOKEN", ""), help="令牌")
    parser.add_argument("--self-id", type=int, default=10_000, help="机器人的 QQ 号")
    parser.add_argument("--seed", type=int, default=0, help="同一个数总是同一所学院")
    parser.add_argument("--staff", type=int, default=120, help="教职工人数")
    parser.add_argument("--control", type=int, default=0, help="控制端口,0 为任意空闲端口")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    groups = plan_groups(build_college(arguments.seed, arguments.staff))
    simulator = OneBotSimulator(
        groups,
        url=arguments.url,
        token=arguments.token,
        self_id=arguments.self_id,
        seed=arguments.seed,
    )
    control = Control(simulator)
    port = await control.start(arguments.control)
    print(f"控制端口 127.0.0.1:{port}", flush=True)
    async with simulator:
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
