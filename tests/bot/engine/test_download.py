"""Files are fetched from the platform's servers and from nowhere inside our own network."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.domain.errors import PlatformBusyError, PlatformRefusedError, TooLargeError
from bot.engine.download import Downloader

MOST = 1000


@asynccontextmanager
async def serving(answer: Callable[[str], bytes]) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that answers every request with these bytes, and the requests it saw."""
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        seen.append(head)
        writer.write(answer(head.split(" ")[1]))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"{host}:{port}", seen
    finally:
        server.close()
        await server.wait_closed()


def reply(
    body: bytes = b"", status: str = "200 OK", *, length: bool = True, more: str = ""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\n{more}"
    if length:
        head += f"Content-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def downloader(*exempt: str, seconds: float = 5.0) -> Downloader:
    return Downloader(domains=("qq.com", "localhost"), exempt=frozenset(exempt), seconds=seconds)


async def test_a_file_is_fetched_from_an_address_the_operator_named() -> None:
    async with serving(lambda _: reply(b"content")) as (where, seen):
        assert await downloader(where).fetch(f"http://{where}/a?b=c", most=MOST) == b"content"
        assert seen[0].startswith("GET /a?b=c ")
        assert f"Host: {where}" in seen[0]


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/a",
        "http://qq.com.evil.example/a",
        "http://notqq.com/a",
        "http://127.0.0.1/a",
        "http://[::1]/a",
        "http://169.254.169.254/latest/meta-data",
        "http://user:password@qq.com/a",
        "http://qq.com:22/a",
        "https://qq.com:8443/a",
        "file:///etc/passwd",
        "ftp://qq.com/a",
        "http://",
        "not an address",
        "http://qq.com\r\nX: y/a",
    ],
)
async def test_an_address_that_is_none_of_the_platforms_is_not_visited(address: str) -> None:
    with pytest.raises(PlatformRefusedError):
        await downloader().fetch(address, most=MOST)


async def test_a_name_that_leads_into_our_network_is_not_visited() -> None:
    with pytest.raises(PlatformRefusedError, match="内部网络"):
        await downloader().fetch("http://localhost/a", most=MOST)


async def test_a_redirect_into_our_network_is_not_followed() -> None:
    async with serving(lambda _: reply(b"secret")) as (inside, seen):
        moved = reply(status="302 Found", more=f"Location: http://{inside}/x\r\n")
        async with serving(lambda _: moved) as (where, _):
            with pytest.raises(PlatformRefusedError):
                await downloader(where).fetch(f"http://{where}/a", most=MOST)
        assert seen == []


async def test_a_redirect_within_what_is_allowed_is_followed_but_not_for_ever() -> None:
    def answer(path: str) -> bytes:
        if path == "/b":
            return reply(b"here")
        return reply(status="302 Found", more=f"Location: {'/b' if path == '/a' else path}\r\n")

    async with serving(answer) as (where, seen):
        assert await downloader(where).fetch(f"http://{where}/a", most=MOST) == b"here"
        with pytest.raises(PlatformRefusedError, match="转来转去"):
            await downloader(where).fetch(f"http://{where}/loop", most=MOST)
        assert len(seen) == 2 + 4


@pytest.mark.parametrize("length", [True, False], ids=["declared", "undeclared"])
async def test_what_is_too_large_is_given_up(length: bool) -> None:
    async with serving(lambda _: reply(b"x" * (MOST + 1), length=length)) as (where, _):
        with pytest.raises(TooLargeError):
            await downloader(where).fetch(f"http://{where}/a", most=MOST)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(status="404 Not Found"), PlatformRefusedError),
        (reply(status="503 Busy"), PlatformBusyError),
        (reply(status="429 Slow"), PlatformBusyError),
        (reply(b"x", more="Content-Encoding: gzip\r\n"), PlatformRefusedError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", PlatformBusyError),
        (b"garbage\r\n\r\n", PlatformBusyError),
        (b"", PlatformBusyError),
    ],
)
async def test_a_failed_answer_says_whether_to_try_again(
    answer: bytes, error: type[Exception]
) -> None:
    async with serving(lambda _: answer) as (where, _):
        with pytest.raises(error):
            await downloader(where).fetch(f"http://{where}/a", most=MOST)


async def test_a_server_that_drips_is_left_in_time() -> None:
    async with serving(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n") as (where, _):
        with pytest.raises(PlatformBusyError):
            await downloader(where, seconds=0.2).fetch(f"http://{where}/a", most=MOST)
