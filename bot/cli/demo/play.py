"""Plays the whole day and says how it came out."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.simulator.chance import dice
from adapters.simulator.college import SCHOOL
from adapters.simulator.onebot11.simulator import OneBotSimulator
from bot.cli.demo.aftermath import stay_up
from bot.cli.demo.afternoon import AFTERNOON
from bot.cli.demo.cast import Cast, draw_cast
from bot.cli.demo.evening import EVENING
from bot.cli.demo.ledger import LedgerView
from bot.cli.demo.morning import MORNING
from bot.cli.demo.narrator import Narrator
from bot.cli.demo.noon import NOON
from bot.cli.demo.outcome import Outcome, Step, sum_up
from bot.cli.demo.premises import Premises, prepare
from bot.cli.demo.scene import Scene
from bot.cli.demo.service import Service
from bot.cli.demo.talk import offences
from bot.cli.demo.theatre import DidNotHappenError, Theatre
from bot.domain.errors import QunguiError
from data.database import Database
from data.lock import only_one

_DAY = (*MORNING, *NOON, *AFTERNOON, *EVENING)
_SETTLING_SECONDS = 20.0


class Play:
    """One day, decided by its seed; everything is kept in a new folder under ``parent``."""

    def __init__(self, seed: int, narrator: Narrator, parent: Path) -> None:
        self._seed = seed
        self._narrator = narrator
        self._parent = parent

    async def run(self, *, serve: bool) -> Outcome:
        """Play to the end; ``serve`` stays up afterwards until interrupted.

        Raises:
            QunguiError: the service cannot be started at all.
        """
        start = time.monotonic()
        _heed_termination()
        cast = draw_cast(self._seed)
        premises = prepare(self._parent, self._seed, cast)
        with only_one(premises.folder):
            async with _theatre(self._seed, cast, premises, self._narrator) as theatre:
                self._introduce(theatre)
                steps = [await self._play(scene, theatre) for scene in _DAY]
                with contextlib.suppress(DidNotHappenError):
                    # What is still open then shows up in the reckoning.
                    await theatre.settle("收尾", _SETTLING_SECONDS)
                theatre.simulator.journal.dump(premises.folder / "journal.jsonl")
                outcome = await sum_up(theatre, self._seed, steps, time.monotonic() - start)
                outcome.show(self._narrator)
                if serve:
                    await stay_up(theatre)
        return outcome

    def _introduce(self, theatre: Theatre) -> None:
        cast, premises = theatre.cast, theatre.premises
        people, groups = len(cast.college.staff), len(cast.groups)
        self._narrator.title(
            f"群规演示：{SCHOOL}的一天",
            f"{people} 位教职工，{groups} 个 QQ 工作群，第 {self._seed} 号剧本。"
            "服务、连接、数据库、命令行都是真的；只有学院和 QQ 是模拟的，全在本机，不碰真实账号。",
            f"为避开安静时段，按 {premises.zone.key} 记时（此刻是白天）；机器人说话的间隔比平时短；"
            "规则直接处于“执行”方式，正式使用从“观察”开始。",
        )

    async def _play(self, scene: Scene, theatre: Theatre) -> Step:
        await self._narrator.scene(scene.when, scene.title)
        try:
            await scene.play(theatre)
        except DidNotHappenError as error:
            missing = str(error)
        except Exception as error:  # noqa: BLE001  one broken scene must not hide the others
            missing = f"出了意外（{type(error).__name__}：{error}）"
        else:
            return Step(scene.title)
        if scene is _DAY[0]:
            raise QunguiError(f"演示没有开始：{missing}")
        await self._narrator.missed(missing)
        return Step(scene.title, missing)


@asynccontextmanager
async def _theatre(
    seed: int, cast: Cast, premises: Premises, narrator: Narrator
) -> AsyncIterator[Theatre]:
    """Everything the scenes need; nothing of it outlives the play."""
    chance = dice(seed, "play")
    simulator = OneBotSimulator(cast.groups, url=premises.url, token=premises.token, seed=seed)
    service = Service(premises.folder, premises.port, premises.environment(cast))
    database = Database(premises.database_url)
    try:
        yield Theatre(
            cast=cast,
            premises=premises,
            service=service,
            simulator=simulator,
            ledger=LedgerView(database),
            narrator=narrator,
            chance=chance,
            offences=offences(chance),
        )
    finally:
        await simulator.stop()
        await service.stop()
        await database.close()


def _heed_termination() -> None:
    """End the service too when somebody ends us."""
    task = asyncio.current_task()
    if task is not None:
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
