"""Members of zip archives, read as streams and never written anywhere."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from bot.domain.inspection import Uninspected
from plugins.content.inspection.gathering import MOST_BYTES, Enough, Gathering, Refused

_CHUNK = 256 * 1024
_MOST_RATIO = 200
_SMALL = 2 * 1024 * 1024
"""Bytes below which a member may be packed as tightly as it likes: it cannot hurt."""
_LOCKED = 0x1
_NAMED_IN_UNICODE = 0x800
_DOCUMENTS = frozenset({"[Content_Types].xml", "OFD.xml", "META-INF/manifest.xml"})

_DAMAGED = (BadZipFile, NotImplementedError, ValueError, OSError)


class Archive:
    """One zip archive, its members counted against what the attachment may cost."""

    def __init__(self, content: bytes, gathering: Gathering) -> None:
        """Open it.

        Raises:
            Refused: it is no archive, or a damaged one.
            Enough: it has too many members.
        """
        self._gathering = gathering
        try:
            self._file = ZipFile(BytesIO(content))
        except _DAMAGED as error:
            raise Refused(Uninspected.BROKEN) from error
        self.members = [one for one in self._file.infolist() if not one.is_dir()]
        gathering.members_left -= len(self.members)
        if gathering.members_left < 0:
            gathering.note(Uninspected.TOO_DENSE)
            raise Enough

    @property
    def is_document(self) -> bool:
        """Whether an office program wrote it."""
        return any(member.filename in _DOCUMENTS for member in self.members)

    def stream(self, member: ZipInfo) -> Iterator[bytes]:
        """A member in pieces. What it says about its own size is not believed.

        Raises:
            Refused: it is locked, damaged, or packed in a way office programs do not use.
            Enough: it is a bomb.
        """
        if member.flag_bits & _LOCKED:
            raise Refused(Uninspected.LOCKED)
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Refused(Uninspected.UNKNOWN)
        most = max(_SMALL, member.compress_size * _MOST_RATIO)
        read = 0
        try:
            with self._file.open(member) as file:
                while chunk := file.read(_CHUNK):
                    read += len(chunk)
                    if read > most:
                        self._gathering.note(Uninspected.TOO_DENSE)
                        raise Enough
                    self._gathering.unpack(len(chunk))
                    yield chunk
        except (
            BadZipFile,
            NotImplementedError,
            ValueError,
            OSError,
            EOFError,
            zlib.error,
        ) as error:
            raise Refused(Uninspected.BROKEN) from error

    def content(self, member: ZipInfo) -> bytes:
        """A whole member.

        Raises:
            Refused: as ``stream``, or it is larger than we take.
            Enough: as ``stream``.
        """
        pieces, size = [], 0
        for chunk in self.stream(member):
            size += len(chunk)
            if size > MOST_BYTES:
                raise Refused(Uninspected.TOO_LARGE)
            pieces.append(chunk)
        return b"".join(pieces)


def shown_name(member: ZipInfo) -> str:
    """A member's name as its packer meant it: Chinese systems write names in GBK."""
    if member.flag_bits & _NAMED_IN_UNICODE:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename
