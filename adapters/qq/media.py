"""Pictures and files that were posted: how to find them again, and fetching them.

A picture's segment carries an address on QQ's servers; a group file is asked for by its id. Only as
a last resort the host is asked for the content itself, which then comes through the one connection
that everything else needs, so it must be small. Paths on the host's disk are never read: whoever
answers would choose what we open. Source: NapCat action/file/GetFile.ts, GetGroupFileUrl.ts.
"""

import base64
import binascii
from typing import Any

import msgspec

from adapters.qq.client import OneBotClient
from adapters.qq.fields import number_of
from bot.domain.errors import PlatformError, PlatformRefusedError, TooLargeError
from bot.domain.events import Attachment
from bot.domain.identifiers import GroupKey
from bot.engine.download import Downloader

DOMAINS = ("qq.com", "qq.com.cn", "qpic.cn", "gtimg.cn", "myqcloud.com")
_MOST_THROUGH_THE_CONNECTION = 4 * 1024 * 1024
_WEB = ("http://", "https://")
_PICTURE = "picture"


class Reference(msgspec.Struct, omit_defaults=True):
    """What a segment says about where its content is."""

    url: str = ""
    file: str = ""
    file_id: str = ""
    size: int | None = None


class Content(msgspec.Struct):
    """Answer to ``get_image``, ``get_file`` and ``get_group_file_url``."""

    url: Any = None
    base64: Any = None


def reference_of(url: str, file: str, file_id: str, size: int | None) -> str:
    """A reference as text; empty where the segment leads nowhere."""
    reference = Reference(url if url.startswith(_WEB) else "", file, file_id, size)
    if not (reference.url or reference.file or reference.file_id):
        return ""
    return msgspec.json.encode(reference).decode()


class MediaFetcher:
    """Fetches contents over one connection and from QQ's servers."""

    def __init__(self, client: OneBotClient, downloader: Downloader) -> None:
        self._client = client
        self._downloader = downloader

    async def fetch(self, group: GroupKey, attachment: Attachment, *, most: int) -> bytes:
        """The content of an attachment.

        Raises:
            PlatformError: as the port says.
        """
        try:
            known = msgspec.json.decode(attachment.reference, type=Reference)
        except msgspec.DecodeError as error:
            raise PlatformRefusedError("没有记下这个附件在哪里。") from error
        if known.url:
            try:
                return await self._downloader.fetch(known.url, most=most)
            except TooLargeError:
                raise
            except PlatformRefusedError:
                # Addresses expire within hours; the host can give a fresh one.
                pass
        return await self._asked_for(group, known, attachment.form, most)

    async def _asked_for(self, group: GroupKey, known: Reference, form: str, most: int) -> bytes:
        if known.file_id and (url := await self._file_address(group, known.file_id)):
            return await self._downloader.fetch(url, most=most)
        named = known.file_id or known.file
        if not named:
            raise PlatformRefusedError("附件的地址已失效。")
        if known.size is None or known.size > _MOST_THROUGH_THE_CONNECTION:
            # A frame too large would end the connection for all.
            raise TooLargeError("附件没有下载地址，又不能确定足够小，没有索取。")
        params = {"file_id": named} if known.file_id else {"file": named}
        action = "get_image" if form == _PICTURE else "get_file"
        found = await self._client.call(action, params, Content)
        if isinstance(found.base64, str) and found.base64:
            return _decoded(found.base64)
        if isinstance(found.url, str) and found.url.startswith(_WEB):
            return await self._downloader.fetch(found.url, most=most)
        raise PlatformRefusedError("QQ 端只给出了它自己磁盘上的路径，不读取。")

    async def _file_address(self, group: GroupKey, file_id: str) -> str:
        params = {"group_id": number_of(group.id), "file_id": file_id}
        try:
            found = await self._client.call("get_group_file_url", params, Content)
        except PlatformError:
            return ""
        url = found.url
        return url if isinstance(url, str) and url.startswith(_WEB) else ""


def _decoded(text: str) -> bytes:
    if len(text) > _MOST_THROUGH_THE_CONNECTION * 4 // 3:
        raise TooLargeError("文件过大，没有读取。")
    try:
        return base64.b64decode(text.removeprefix("base64://"), validate=True)
    except binascii.Error as error:
        raise PlatformRefusedError("QQ 端给出的内容读不懂。") from error
