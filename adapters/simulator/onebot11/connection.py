"""The reverse WebSocket as NapCat's client keeps it: connect, serve, lose, connect again.

Source: NapCat network/websocket-client.ts.
"""

import asyncio
import contextlib
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from adapters.simulator.onebot11 import wire
from adapters.simulator.onebot11.dispatcher import Dispatcher
from adapters.simulator.onebot11.implementation import Implementation
from adapters.simulator.onebot11.journal import Journal

_LARGEST_FRAME = 50 * 1024 * 1024
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def require_loopback(url: str) -> None:
    """A stand-in talks to this machine only; anything else raises ``ValueError``."""
    parts = urlsplit(url)
    if parts.scheme != "ws" or parts.hostname not in _LOOPBACK:
        raise ValueError(f"模拟器只连本机,请用 ws://127.0.0.1:端口/onebot/v11/ws,现在是 {url}")


class ReverseConnection:
    """Keeps one connection up and reconnects for ever until closed."""

    def __init__(
        self,
        url: str,
        token: str,
        host: Implementation,
        journal: Journal,
    ) -> None:
        require_loopback(url)
        self._url = url
        self._token = token
        self._host = host
        self._journal = journal
        self._dispatcher = Dispatcher(host, journal, self.cut)
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._current: ClientConnection | None = None
        self._abandoned: list[ClientConnection] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def socket(self) -> ClientConnection | None:
        """The present socket."""
        return self._current

    def start(self) -> None:
        """Begin connecting."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._host.outlet.run()), loop.create_task(self._run())]

    async def close(self) -> None:
        """Close for good, with a goodbye; nothing of this connection is left running."""
        self._wanted.clear()
        if self._current is not None:
            self._current.transport.resume_reading()
            await self._current.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._dispatcher.close()
        for connection in self._abandoned:
            connection.transport.abort()
            await connection.wait_closed()
        self._abandoned.clear()

    async def cut(self) -> None:
        """Break the connection without a goodbye; it is dialled again after the usual wait."""
        connection = self._current
        if connection is not None:
            self._journal.link("cut")
            self._host.outlet.detach()
            connection.transport.abort()
            await connection.wait_closed()

    async def stay_away(self) -> None:
        """Break the connection and do not dial until ``come_back``."""
        self._wanted.clear()
        await self.cut()

    def come_back(self) -> None:
        """Dial again."""
        self._wanted.set()

    async def drop_calls(self) -> None:
        """What is under way is never finished."""
        await self._dispatcher.close()

    def freeze(self) -> None:
        """Half-open: the socket stays, nobody reads, writes or pongs on this side."""
        self._host.faults.half_open = True
        if self._current is not None:
            self._current.transport.pause_reading()
        self._journal.link("frozen")

    def thaw(self) -> None:
        """Read and write again on the same socket."""
        self._host.faults.half_open = False
        if self._current is not None:
            self._current.transport.resume_reading()
        self._journal.link("thawed")

    def abandon(self) -> None:
        """Leave the old socket half-open and dial a new one beside it."""
        if self._current is not None:
            self._current.transport.pause_reading()
            self._abandoned.append(self._current)
            self._journal.link("abandoned")
        self._host.outlet.detach()
        self._tasks[1].cancel()
        self._tasks[1] = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            try:
                connection = await self._dial()
            except (OSError, InvalidHandshake, InvalidMessage, TimeoutError) as error:
                self._journal.link("refused", f"{type(error).__name__}: {error}")
            else:
                await self._serve(connection)
            await asyncio.sleep(self._host.timing.reconnect)

    async def _dial(self) -> ClientConnection:
        token = f"{self._token}-wrong" if self._host.faults.wrong_token else self._token
        return await connect(
            self._url,
            additional_headers={
                "X-Self-ID": str(self._host.world.self_id),
                "Authorization": f"Bearer {token}",
                "X-Client-Role": "Universal",
            },
            user_agent_header="OneBot/11",
            open_timeout=2,
            ping_interval=None,
            close_timeout=1,
            compression=None,
            proxy=None,
            max_size=_LARGEST_FRAME,
        )

    async def _serve(self, connection: ClientConnection) -> None:
        if not self._wanted.is_set():
            # Told to stay away while the handshake was under way.
            await connection.close()
            return
        self._current = connection
        self._host.outlet.attach(connection)
        self._journal.link("connected")
        self._host.emit(wire.lifecycle())
        beat = asyncio.get_running_loop().create_task(self._beat())
        try:
            with contextlib.suppress(ConnectionClosed):
                async for frame in connection:
                    self._dispatcher.receive(frame)
        finally:
            beat.cancel()
            if connection not in self._abandoned:
                self._end(connection)

    def _end(self, connection: ClientConnection) -> None:
        self._current = None
        self._host.outlet.detach()
        self._journal.link("closed", f"{connection.close_code} {connection.close_reason or ''}")
        connection.transport.abort()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._host.timing.heartbeat)
            self._host.emit(wire.heartbeat(self._host.timing.heartbeat))
