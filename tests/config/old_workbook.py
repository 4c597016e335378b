"""A writer of Excel 97 workbooks small enough to be read: one sheet, texts and numbers only.

Nothing we depend on writes xls any more, but personnel offices still send it. Layout after
[MS-CFB] (compound file, version 3) and [MS-XLS] (records BOF, BoundSheet8, Label, Number, EOF).
"""

import struct
from collections.abc import Sequence

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SMALLEST_STREAM = 4096


def old_workbook(rows: Sequence[Sequence[str | float]]) -> bytes:
    """The bytes of an xls file with these cells on its only sheet."""
    return _compound_file("Workbook", _workbook_stream(rows))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _workbook_stream(rows: Sequence[Sequence[str | float]]) -> bytes:
    name = "花名册".encode("utf-16-le")
    end = _record(0x000A, b"")
    globals_length = len(_bof(5)) + 4 + 8 + len(name) + len(end)
    sheet = _record(0x0085, struct.pack("<IBBBB", globals_length, 0, 0, len(name) // 2, 1) + name)
    cells = b"".join(
        _cell(row, column, value)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value != ""
    )
    return _bof(5) + sheet + end + _bof(0x10) + cells + end


def _cell(row: int, column: int, value: str | float) -> bytes:
    where = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, where + struct.pack("<HB", len(text) // 2, 1) + text)
    return _record(0x0203, where + struct.pack("<d", value))


def _compound_file(name: str, stream: bytes) -> bytes:
    stream = stream.ljust(max(_SMALLEST_STREAM, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(stream) // _SECTOR
    chain = [_FAT, _END, *range(3, 2 + sectors), _END]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    assert len(fat) == _SECTOR, "one FAT sector holds 128 entries: keep the test workbook small"
    directory = (
        _entry("Root Entry", kind=5, child=1, start=_END, size=0)
        + _entry(name, kind=2, child=_FREE, start=2, size=len(stream))
        + _entry("", kind=0, child=_FREE, start=0, size=0) * 2
    )
    return _header() + fat + directory + stream


def _header() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, _SMALLEST_STREAM, _END, 0, _END, 0)
    return (head + struct.pack("<I", 0)).ljust(_SECTOR, b"\xff")


def _entry(name: str, *, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    links = struct.pack("<III", _FREE, _FREE, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", length, kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
