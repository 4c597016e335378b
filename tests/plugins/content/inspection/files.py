"""Files made by code: honest ones with a mark in every hiding place, and hostile ones."""

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import zxingcpp
from PIL import Image, ImageDraw

MARK = "机密★10年"
INVITATION = "https://qm.qq.com/cgi-bin/qm/qr?k=abcdefghijklmnop"

_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def packed(members: Mapping[str, bytes | str], *, compression: int = ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def office(members: Mapping[str, bytes | str]) -> bytes:
    """An office document with these parts."""
    return packed({"[Content_Types].xml": _TYPES, **members})


def paragraph(*runs: str) -> str:
    """A paragraph whose words are cut into runs, as word processors do."""
    return f"<w:p>{''.join(f'<w:r><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>"


def word_part(content: str, root: str = "document") -> str:
    return f"<w:{root} {_WORD}>{content}</w:{root}>"


def docx(**parts: str) -> bytes:
    """A docx; ``document`` is the body, ``header1``, ``comments`` and the like are other parts."""
    parts.setdefault("document", word_part(f"<w:body>{paragraph('通知')}</w:body>"))
    return office({f"word/{name}.xml": content for name, content in parts.items()})


def docx_with_header(*runs: str) -> bytes:
    return docx(header1=word_part(paragraph(*runs), "hdr"))


def xlsx(rows: int = 1, *, hidden: str = "", header: str = "", sheet_name: str = "Sheet1") -> bytes:
    """A workbook of ``rows`` rows of four cells, with a hidden sheet and a page header."""
    body = "".join(
        f'<row r="{row}">'
        + "".join(f'<c t="s"><v>{row * 7919 % 9973 + column}</v></c>' for column in range(4))
        + "</row>"
        for row in range(rows)
    )
    return office(
        {
            "xl/workbook.xml": f'<workbook {_SHEET}><sheets><sheet name="{sheet_name}"/>'
            '<sheet name="隐藏" state="hidden"/></sheets></workbook>',
            "xl/sharedStrings.xml": f"<sst {_SHEET}><si><t>姓名</t></si><si><t>部门</t></si></sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet {_SHEET}><sheetData>{body}</sheetData>"
            f"<headerFooter><oddHeader>&amp;C{header}</oddHeader></headerFooter></worksheet>",
            "xl/worksheets/sheet2.xml": f"<worksheet {_SHEET}><sheetData><row>"
            f'<c t="inlineStr"><is><t>{hidden}</t></is></c></row></sheetData></worksheet>',
        }
    )


def pdf(*pages: str, note: str = "") -> bytes:
    """A PDF whose words are found only by its table of characters: no font is embedded."""
    objects: list[bytes] = []

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    kids = " ".join(f"{7 + 2 * number} 0 R" for number in range(len(pages)))
    characters = sorted({one for page in pages for one in page})
    table = "\n".join(
        f"<{number:04X}> <{ord(one):04X}>" for number, one in enumerate(characters, 1)
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
        "1 begincodespacerange <0000> <FFFF> endcodespacerange "
        f"{len(characters)} beginbfchar\n{table}\nendbfchar endcmap end end"
    ).encode()
    add(b"<< /Type /Catalog /Pages 2 0 R >>")
    add(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    add(
        b"<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 6 0 R >>"
    )
    add(
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R >>"
    )
    add(
        b"<< /Type /FontDescriptor /FontName /SimSun /Flags 4 /FontBBox [0 0 1000 1000] "
        b"/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
    )
    add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap))
    for page in pages:
        codes = "".join(f"{characters.index(one) + 1:04X}" for one in page)
        drawn = f"BT /F1 24 Tf 72 700 Td <{codes}> Tj ET".encode()
        number = len(objects) + 2
        said = note.encode("utf-16-be").hex()
        notes = (
            f"/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents <FEFF{said}> >>]"
            if note
            else ""
        )
        add(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {notes} "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {number} 0 R >>".encode()
        )
        add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer << /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def code_picture(text: str = INVITATION, side: int = 300) -> Image.Image:
    """A QR code."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    drawn = zxingcpp.write_barcode_to_image(barcode, scale=8, add_quiet_zones=True)
    height, width = drawn.shape
    return Image.frombytes("L", (width, height), bytes(memoryview(drawn))).resize((side, side))


def poster(text: str = INVITATION) -> Image.Image:
    """A small QR code in the corner of a large, lively picture."""
    wide = Image.effect_mandelbrot((1400, 1000), (-2, -1, 1, 1), 60).convert("RGB")
    wide.paste(code_picture(text, 200), (1100, 700))
    return wide


def as_file(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def code_image(text: str = INVITATION) -> bytes:
    return as_file(code_picture(text))


def plain_picture() -> bytes:
    """A picture without a code."""
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).rectangle((50, 50, 200, 120), fill="navy")
    return as_file(picture)


# Hostile ones -------------------------------------------------------------------------------------


def zip_bomb() -> bytes:
    """Sixty-four megabytes of nothing in as many kilobytes."""
    with BytesIO() as buffer:
        with ZipFile(buffer, "w", ZIP_DEFLATED) as file, file.open("零.txt", "w") as member:
            nothing = bytes(1024 * 1024)
            for _ in range(64):
                member.write(nothing)
        return buffer.getvalue()


def many_members() -> bytes:
    return packed({f"{number}.txt": "x" for number in range(5000)}, compression=0)


def document_bomb() -> bytes:
    """A header that unpacks to a thousand times its size."""
    with BytesIO() as buffer:
        with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
            file.writestr("[Content_Types].xml", _TYPES)
            with file.open("word/header1.xml", "w") as member:
                member.write(b"<w>")
                for _ in range(64):
                    member.write(b" " * 1024 * 1024)
        return buffer.getvalue()


def billion_laughs() -> bytes:
    entities = '<!ENTITY a0 "哈">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)
    )
    return docx(document=f"<!DOCTYPE w [{entities}]><w>&a9;</w>")


def outside_entity() -> bytes:
    return docx(document='<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>')


def deep_xml() -> bytes:
    return docx(document="<w>" * 1000 + "</w>" * 1000, header1=word_part(paragraph(MARK), "hdr"))


def nested_archives(depth: int = 6) -> bytes:
    content = MARK.encode()
    for level in range(depth):
        content = packed({f"{level}.zip" if level else "最里层.txt": content})
    return content


def escaping_names() -> bytes:
    return packed(
        {"../../../etc/cron.d/x": "* * * * * root x", "/abs.txt": "y", "a\\..\\b.txt": ""}
    )


def locked_archive() -> bytes:
    content = bytearray(packed({"表.txt": "内容"}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    return bytes(content)


def lying_size() -> bytes:
    """A member that says it holds ten bytes and holds ten megabytes."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        file.writestr(ZipInfo("小.txt"), bytes(10 * 1024 * 1024), ZIP_DEFLATED)
    content = bytearray(buffer.getvalue())
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = content.index(signature) + place
        content[start : start + 4] = struct.pack("<I", 10)
    return bytes(content)


def picture_bomb() -> bytes:
    """A PNG that says it is 60,000 pixels wide and high."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in (
            (b"IHDR", head),
            (b"IDAT", zlib.compress(b"\0" * 100)),
            (b"IEND", b""),
        )
    )


def old_office() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def locked_office() -> bytes:
    return old_office() + "EncryptedPackage".encode("utf-16-le") + bytes(600)


def locked_pdf() -> bytes:
    """Locked with a password nobody knows: the dictionary names a handler, the keys are noise."""
    content = pdf("密")
    noise = "41" * 32
    lock = (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{noise}> /U <{noise}> /P -4 >> "
        f"/ID [<{'00' * 16}> <{'00' * 16}>] >>"
    )
    return content.replace(b"/Root 1 0 R >>", b"/Root 1 0 R " + lock.encode())


def recording() -> bytes:
    return b"\0\0\0\x18ftypmp42" + bytes(500)
