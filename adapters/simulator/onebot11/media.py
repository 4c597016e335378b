"""QQ's file servers: pictures and files over HTTP on a port of their own."""

import asyncio
from contextlib import suppress
from urllib.parse import quote, unquote

from adapters.simulator.onebot11.faults import Faults

_STATUS = {200: "OK", 302: "Found", 404: "Not Found"}


class MediaServer:
    """Answers ``GET /name`` from ``contents`` on ``127.0.0.1``."""

    def __init__(self, contents: dict[str, bytes], faults: Faults) -> None:
        self.port = 0
        self._contents = contents
        self._faults = faults
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        """Listen; port 0 takes any free one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def address(self, name: str) -> str:
        """Where a content is; empty while the server is off, as where QQ gives no address."""
        return f"http://127.0.0.1:{self.port}/{quote(name, safe='')}" if self._server else ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            name = unquote(head.split(" ", 2)[1].removeprefix("/"))
            await self._answer(writer, name)
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, name: str) -> None:
        faults = self._faults
        await asyncio.sleep(faults.media_slow)
        content = self._contents.get(name)
        if faults.media_redirect:
            writer.write(_head(302, 0, location=faults.media_redirect))
        elif content is None or faults.media_expired:
            writer.write(_head(404, 0))
        else:
            writer.write(_head(200, len(content)))
            writer.write(content[: len(content) // 2] if faults.media_cut else content)
        await writer.drain()


def _head(status: int, length: int, **more: str) -> bytes:
    lines = [f"HTTP/1.1 {status} {_STATUS[status]}", f"Content-Length: {length}"]
    lines += ["Content-Type: application/octet-stream", "Connection: close"]
    lines += [f"{name.title()}: {value}" for name, value in more.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
