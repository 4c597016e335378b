"""Words on the pages of PDF files, in their notes and on scanned pages."""

import ctypes
from contextlib import closing

import pypdfium2
from PIL.Image import Image
from pypdfium2 import raw

from bot.domain.inspection import Uninspected
from plugins.content.inspection.gathering import Gathering, Refused
from plugins.content.inspection.pictures import add_page

_MOST_PICTURED_PAGES = 10
_SCANNED_BELOW = 20
"""Characters: a page with fewer is a picture of a page."""
_SHARP = 2.0
"""Times 72 dots per inch."""
_LONGEST_SIDE = 2500
_MOST_NOTES = 200
_LONGEST_NOTE = 20_000
_DEEPEST = 3
_DRAWN = [raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING]
"""What may show words that are none to the file."""


def add_pdf(content: bytes, gathering: Gathering) -> None:
    """Add the words of a PDF file.

    Raises:
        Refused: it is locked or damaged.
        Enough: no more words are taken.
    """
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Refused(Uninspected.LOCKED if locked else Uninspected.BROKEN) from error
    with closing(document):
        gathering.add("\n".join(filter(None, document.get_metadata_dict().values())) + "\n")
        if document.count_attachments():
            gathering.note(Uninspected.TOO_DEEP)
        _add_pages(document, gathering)


def _add_pages(document: pypdfium2.PdfDocument, gathering: Gathering) -> None:
    pictured = 0
    for number in range(len(document)):
        if gathering.pages_left <= 0:
            gathering.note(Uninspected.TOO_LONG)
            return
        gathering.pages_left -= 1
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            gathering.note(Uninspected.BROKEN)
            continue
        with closing(page):
            words = _words(page)
            gathering.add(f"{words}\n")
            _add_notes(page, gathering)
            if not _has_pictures(page):
                continue
            scanned = len(words.strip()) < _SCANNED_BELOW
            pictured += 1
            if pictured <= _MOST_PICTURED_PAGES:
                # Words beside a picture are read already; a code in it is not.
                add_page(_rendered(page), gathering, read_words=scanned)
            elif scanned:
                gathering.note(Uninspected.TOO_LONG)


def _words(page: pypdfium2.PdfPage) -> str:
    with closing(page.get_textpage()) as text:
        return str(text.get_text_bounded())


def _add_notes(page: pypdfium2.PdfPage, gathering: Gathering) -> None:
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_NOTES)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        length = raw.FPDFAnnot_GetStringValue(note, b"Contents", None, 0)
        if 2 < length < _LONGEST_NOTE:
            buffer = ctypes.create_string_buffer(length)
            wide = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
            raw.FPDFAnnot_GetStringValue(note, b"Contents", wide, length)
            gathering.add(buffer.raw.decode("utf-16-le", "replace").rstrip("\0") + "\n")
        raw.FPDFPage_CloseAnnot(note)


def _has_pictures(page: pypdfium2.PdfPage) -> bool:
    found = page.get_objects(filter=_DRAWN, max_depth=_DEEPEST)
    return any(True for _ in found)


def _rendered(page: pypdfium2.PdfPage) -> Image:
    side = max(*page.get_size(), 1.0)
    image: Image = page.render(scale=min(_SHARP, _LONGEST_SIDE / side)).to_pil()
    return image
