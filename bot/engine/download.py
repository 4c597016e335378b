"""Fetches a file over HTTP from the few hosts a platform keeps files on, and from nowhere else.

Addresses come in messages, so whoever writes a message would choose what we visit: the host must be
one of the platform's, must not lead into our own network, and neither must a redirect.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from datetime import timedelta

import httpx

from bot.domain.errors import PlatformBusyError, PlatformRefusedError, TooLargeError

_PORTS = {"http": 80, "https": 443}
_MOST_REDIRECTS = 3
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_FOUND = 200
_TOO_MANY, _SERVER_FAULT = 429, 500
_LATER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloader:
    """Knows where files may come from.

    ``domains`` are the platform's, with everything below them; ``exempt`` are addresses
    (``host:port``) that the operator named, wherever they lead. ``seconds`` bounds one file.
    """

    domains: tuple[str, ...]
    exempt: frozenset[str] = frozenset()
    seconds: float = 30.0

    async def fetch(self, address: str, *, most: int) -> bytes:
        """A file of at most ``most`` bytes.

        Raises:
            PlatformBusyError: it may succeed later.
            PlatformRefusedError: it is not there, or the address is none of the platform's.
            TooLargeError: it is larger.
        """
        try:
            async with asyncio.timeout(self.seconds):
                return await self._follow(httpx.URL(address), most)
        except TimeoutError as error:
            raise PlatformBusyError(f"{self.seconds:g} 秒内没有下载完。", _LATER) from error
        except httpx.InvalidURL as error:
            raise PlatformRefusedError("下载地址不合规范。") from error
        except httpx.HTTPError as error:
            raise PlatformBusyError(f"下载中断:{type(error).__name__}", _LATER) from error

    async def _follow(self, address: httpx.URL, most: int) -> bytes:
        # No proxy of the environment: it would resolve and reach what we refuse to.
        async with httpx.AsyncClient(trust_env=False, timeout=self.seconds) as client:
            for _ in range(_MOST_REDIRECTS + 1):
                target = await self._admitted(address)
                # Identity: a packed answer could unpack to anything.
                headers = {"Host": address.netloc.decode("ascii"), "Accept-Encoding": "identity"}
                extensions = {"sni_hostname": address.host}
                async with client.stream(
                    "GET", target, headers=headers, extensions=extensions
                ) as answer:
                    if answer.status_code not in _REDIRECTED:
                        return await _content(answer, most)
                    address = address.join(answer.headers.get("location", ""))
        raise PlatformRefusedError("下载地址转来转去，没有到头。")

    async def _admitted(self, address: httpx.URL) -> httpx.URL:
        """The same address with its host resolved: what was checked is what is visited."""
        port = address.port or _PORTS.get(address.scheme, 0)
        if address.scheme not in _PORTS or address.userinfo or not address.host:
            raise PlatformRefusedError("下载地址不合规范。")
        if f"{address.host}:{port}" in self.exempt:
            return address
        host = address.host.lower().rstrip(".")
        if port not in _PORTS.values() or not any(
            host == domain or host.endswith(f".{domain}") for domain in self.domains
        ):
            raise PlatformRefusedError("下载地址不在平台自己的服务器上，没有访问。")
        return address.copy_with(host=await _public_address(host, port))


async def _public_address(host: str, port: int) -> str:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise PlatformBusyError(f"查不到 {host} 的地址。", _LATER) from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(ipaddress.ip_address(one).is_global for one in addresses):
        raise PlatformRefusedError("下载地址指向内部网络，没有访问。")
    return addresses[0]


async def _content(answer: httpx.Response, most: int) -> bytes:
    status = answer.status_code
    if status == _TOO_MANY or status >= _SERVER_FAULT:
        raise PlatformBusyError(f"下载服务器繁忙（{status}）。", _LATER)
    if status != _FOUND:
        raise PlatformRefusedError(f"文件取不到（{status}）。")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise PlatformRefusedError("下载服务器给出了压缩过的内容，没有读取。")
    declared = answer.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise TooLargeError("文件过大，没有下载。")
    pieces, size = [], 0
    async for piece in answer.aiter_raw():
        size += len(piece)
        if size > most:
            raise TooLargeError("文件过大，没有下载。")
        pieces.append(piece)
    return b"".join(pieces)
