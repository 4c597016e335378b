"""Codes and words in pictures: codes first, for they cost milliseconds."""

import struct
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from bot.domain.inspection import Uninspected
from plugins.content.inspection.gathering import Gathering, Refused

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
_MOST_PIXELS = 25_000_000
_FEWEST = 48
"""Pixels of the shorter side: nothing can be read in less."""
_LONGEST_SIDE = 2500
_STRIP = 1600
_OVERLAP = 120
_MOST_STRIPS = 8
_MOST_FRAMES = 3
_LONG = 3
"""Times as long as wide: shrunk as a whole, the words of a long screenshot could not be read."""
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, OverflowError, struct.error)
"""What Pillow raises on damaged files, by format."""
_CODES = zxingcpp.barcode_formats_from_str("QRCode,MicroQRCode,DataMatrix,Aztec,PDF417")


def ocr_is_installed() -> bool:
    """Whether words in pictures can be read here (the extra ``ocr``)."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def is_picture(content: bytes) -> bool:
    """Whether it begins as a picture does."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS):
            return True
    except UnidentifiedImageError:
        return False
    except (Image.DecompressionBombError, *_DAMAGED):
        return True


def add_picture(content: bytes, gathering: Gathering) -> None:
    """Add the codes and words of a picture file.

    Raises:
        Refused: it is damaged or too large.
        Enough: no more words are taken.
    """
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            if _is_too_large(picture):
                # Photographs can be decoded at half their size; nothing else can.
                picture.draft(None, (picture.width // 2, picture.height // 2))
            if _is_too_large(picture):
                raise Refused(Uninspected.TOO_LARGE)
            for frame in _frames(picture):
                add_page(frame, gathering)
    except Image.DecompressionBombError as error:
        raise Refused(Uninspected.TOO_LARGE) from error
    except _DAMAGED as error:
        raise Refused(Uninspected.BROKEN) from error


def add_page(picture: Image.Image, gathering: Gathering, *, read_words: bool = True) -> None:
    """Add the codes of a picture, and its words where they can be read.

    Raises:
        Enough: no more words are taken.
    """
    if min(picture.size) < _FEWEST:
        return
    codes = _codes(picture)
    for code in codes:
        gathering.add(f"{code}\n")
    if not read_words:
        return
    if _engine:
        for strip in _strips(picture, gathering):
            for line in _lines(strip):
                gathering.add(f"{line}\n")
    elif not codes:
        gathering.note(Uninspected.NO_OCR)


def _is_too_large(picture: Image.Image) -> bool:
    return picture.width * picture.height > _MOST_PIXELS


def _frames(picture: Image.Image) -> Iterator[Image.Image]:
    """The first, a middle and the last picture of a moving one."""
    count = getattr(picture, "n_frames", 1)
    wanted = {0, count // 2, count - 1} if count > _MOST_FRAMES else range(count)
    for number, frame in enumerate(ImageSequence.Iterator(picture)):
        if number in wanted:
            upright = ImageOps.exif_transpose(frame)
            yield _upon_white(upright)


def _upon_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(ground, layer).convert("RGB")


def _codes(picture: Image.Image) -> list[str]:
    small = picture
    if max(picture.size) > _LONGEST_SIDE:
        small = picture.copy()
        small.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    # A small code in a large picture needs every pixel.
    for size in dict.fromkeys((small.size, picture.size)):
        found = zxingcpp.read_barcodes(small if size == small.size else picture, formats=_CODES)
        if found:
            return list(dict.fromkeys(code.text for code in found if code.text))
    return []


def _strips(picture: Image.Image, gathering: Gathering) -> Iterator[Image.Image]:
    width, height = picture.size
    if height <= max(_STRIP, width * _LONG):
        yield picture
        return
    top = 0
    for _ in range(_MOST_STRIPS):
        yield picture.crop((0, top, width, min(height, top + _STRIP)))
        top += _STRIP - _OVERLAP
        if top + _OVERLAP >= height:
            return
    gathering.note(Uninspected.TOO_LONG)


_engine: list[Any] = []
"""The recogniser of this process, made once: its models take a second to load."""


def warm_up() -> bool:
    """Load whatever is loaded late otherwise; whether words in pictures can be read."""
    Image.preinit()
    Image.init()
    if not ocr_is_installed():
        return False
    from rapidocr import RapidOCR

    # One thread: the other cores are for messages.
    params = {
        "Global.log_level": "critical",
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    _engine.append(RapidOCR(params=params))
    return True


def _lines(picture: Image.Image) -> tuple[str, ...]:
    import numpy as np

    # The recogniser expects the colours in OpenCV's order.
    pixels = np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])
    found = _engine[0](pixels)
    return tuple(found.txts or ())
