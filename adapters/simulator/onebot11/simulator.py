"""The stand-in as tests and the demo use it: people act, faults strike, everything is noted."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Self

from adapters.simulator.chance import dice
from adapters.simulator.groups import GroupPlan
from adapters.simulator.onebot11.connection import ReverseConnection
from adapters.simulator.onebot11.faults import Faults, Timing
from adapters.simulator.onebot11.implementation import Implementation
from adapters.simulator.onebot11.journal import Journal
from adapters.simulator.onebot11.outlet import Outlet
from adapters.simulator.onebot11.people import Role
from adapters.simulator.onebot11.stage import Stage
from adapters.simulator.onebot11.world import World


class OneBotSimulator(Stage):
    """A QQ account run by something like NapCat, connected to the product under test.

    People's acts (``say``, ``leave``, ``join_request`` …, see ``Stage``) happen at once and are
    plain calls; a background task writes their events: ``await drained()`` waits for it.

    QQ never uses a message's number twice: a stand-in that follows another in front of the same
    product continues behind the other's ``messages_before``. Given a ``media_port`` (0: any free
    one), pictures and files have addresses on a file server there; otherwise they have none.
    """

    def __init__(
        self,
        groups: Iterable[GroupPlan] = (),
        *,
        url: str,
        token: str,
        self_id: int = 10_000,
        seed: int = 0,
        timing: Timing | None = None,
        bot_role: Role | None = Role.ADMIN,
        now: Callable[[], float] = time.time,
        messages_before: int = 0,
        media_port: int | None = None,
    ) -> None:
        world = World(self_id, now=now, messages_before=messages_before)
        for plan in groups:
            world.found(plan, bot_role=bot_role)
        faults, journal = Faults(), Journal()
        self.timing = timing or Timing()
        self.outlet = Outlet(faults, journal, dice(seed, "faults"))
        super().__init__(Implementation(world, self.outlet, faults, self.timing), journal)
        self._media_port = media_port
        self.connection = ReverseConnection(url, token, self.implementation, journal)

    # Running ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin dialling; does not wait for the connection."""
        if self._media_port is not None:
            await self.implementation.media_server.start(self._media_port)
        self.implementation.boot()
        self.connection.start()

    async def stop(self) -> None:
        """End everything."""
        await self.connection.close()
        await self.implementation.media_server.stop()
        self.implementation.halt()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def connected(self) -> bool:
        """Whether a connection is up."""
        return self.outlet.connected

    async def drained(self) -> None:
        """Return when all events so far are written or lost."""
        await self.outlet.drained()

    async def wait_until(self, predicate: Callable[[], bool], within: float = 5.0) -> None:
        """Return once ``predicate`` holds.

        Raises:
            TimeoutError: it did not hold ``within`` so many seconds.
        """
        async with asyncio.timeout(within):
            while not predicate():  # noqa: ASYNC110 - any state may be asked for, none signals
                await asyncio.sleep(0.005)

    async def wait_connected(self, within: float = 5.0) -> None:
        """Return once a connection is up."""
        await self.wait_until(lambda: self.connected, within)

    # Trouble with the connection --------------------------------------------------------------

    async def cut(self) -> None:
        """Break the connection; it comes back after ``timing.reconnect``."""
        await self.connection.cut()

    async def go_offline(self) -> None:
        """Break the connection and stay away; what happens now is seen by nobody."""
        await self.connection.stay_away()

    def go_online(self) -> None:
        """Dial again."""
        self.connection.come_back()

    async def restart_implementation(self, downtime: float = 0.0) -> None:
        """NapCat ends and starts again: its memory is gone (NapCat message-unique.ts)."""
        await self.connection.stay_away()
        await self.connection.drop_calls()
        self.implementation.halt()
        await asyncio.sleep(downtime)
        self.implementation.boot()
        self.journal.link("restarted")
        self.connection.come_back()

    def freeze_socket(self) -> None:
        """Make the socket half-open: it stays, and nothing is read, written or ponged."""
        self.connection.freeze()

    def thaw_socket(self) -> None:
        """End the half-open state."""
        self.connection.thaw()

    def abandon_socket(self) -> None:
        """Leave the old socket half-open for ever and dial a second one."""
        self.connection.abandon()
