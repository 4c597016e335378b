"""What an attachment is, and the words in it. Runs in the child process only."""

from collections.abc import Callable
from zipfile import ZipInfo

import puremagic

from bot.domain.inspection import Inspection, Uninspected
from plugins.content.inspection.archives import Archive, shown_name
from plugins.content.inspection.documents import add_xml
from plugins.content.inspection.gathering import MOST_BYTES, Enough, Gathering, Refused
from plugins.content.inspection.pdf import add_pdf
from plugins.content.inspection.pictures import add_picture, is_picture
from plugins.content.inspection.plain_text import add_text, looks_like_text

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PDF = b"%PDF-"
_PDF_BEGINS_WITHIN = 1024
_XML_PARTS = (".xml", ".rels", ".vml")
_PICTURE_PARTS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
_DOCUMENT_PARTS = (".docx", ".xlsx", ".pptx", ".pdf", ".zip")
_DEEPEST = 2
_NAMED_BY = 2048
_RECORDINGS = ("audio/", "video/")


def extract(content: bytes) -> Inspection:
    """The words of an attachment, and why there are no more. Never raises for what a file holds."""
    gathering = Gathering()
    try:
        _add(content, gathering, 1)
    except Enough:
        pass
    except Refused as refused:
        gathering.note(refused.reason)
    return gathering.inspection()


def _add(content: bytes, gathering: Gathering, depth: int) -> None:
    if len(content) > MOST_BYTES:
        raise Refused(Uninspected.TOO_LARGE)
    if not content:
        raise Refused(Uninspected.BROKEN)
    if content.startswith(_ZIP):
        _add_archive(content, gathering, depth)
    elif content.startswith(_OLE):
        # A locked docx or xlsx is wrapped in the container of the old formats.
        raise Refused(Uninspected.LOCKED if _ENCRYPTED in content else Uninspected.LEGACY)
    elif _PDF in content[:_PDF_BEGINS_WITHIN]:
        add_pdf(content, gathering)
    elif is_picture(content):
        add_picture(content, gathering)
    elif looks_like_text(content):
        add_text(content, gathering)
    else:
        raise Refused(_why_unreadable(content))


def _add_archive(content: bytes, gathering: Gathering, depth: int) -> None:
    archive = Archive(content, gathering)
    if archive.is_document:
        for member in archive.members:
            _try(lambda one: _add_part(archive, one, gathering, depth), member, gathering)
        return
    if depth > _DEEPEST:
        raise Refused(Uninspected.TOO_DEEP)
    for member in archive.members:
        gathering.add(f"{shown_name(member)}\n")
        _try(lambda one: _add(archive.content(one), gathering, depth + 1), member, gathering)


def _add_part(archive: Archive, member: ZipInfo, gathering: Gathering, depth: int) -> None:
    name = member.filename.lower()
    if name.endswith(_XML_PARTS):
        add_xml(archive.stream(member), gathering)
    elif name.endswith(_PICTURE_PARTS):
        if gathering.pictures_left <= 0:
            raise Refused(Uninspected.TOO_LONG)
        gathering.pictures_left -= 1
        add_picture(archive.content(member), gathering)
    elif name.endswith(_DOCUMENT_PARTS):
        if depth > _DEEPEST:
            raise Refused(Uninspected.TOO_DEEP)
        _add(archive.content(member), gathering, depth + 1)


def _try(add: Callable[[ZipInfo], None], member: ZipInfo, gathering: Gathering) -> None:
    """One bad member does not hide the others."""
    try:
        add(member)
    except Refused as refused:
        gathering.note(refused.reason)


def _why_unreadable(content: bytes) -> Uninspected:
    try:
        found = puremagic.magic_string(content[:_NAMED_BY])
    except (puremagic.PureError, ValueError):
        return Uninspected.UNKNOWN
    recorded = any(one.mime_type.startswith(_RECORDINGS) for one in found)
    return Uninspected.RECORDING if recorded else Uninspected.UNKNOWN
