"""Which words are found, and where they may hide."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.inspection import Uninspected
from plugins.content.inspection.extraction import extract
from plugins.content.inspection.gathering import MOST_CHARACTERS
from plugins.content.inspection.pictures import ocr_is_installed
from tests.plugins.content.inspection import files
from tests.plugins.content.inspection.files import INVITATION, MARK, paragraph, word_part

without_ocr = pytest.mark.skipif(ocr_is_installed(), reason="装有图片文字识别")
_VML = 'xmlns:v="urn:schemas-microsoft-com:vml"'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"

WORD_PLACES = {
    "body": files.docx(document=word_part(f"<w:body>{paragraph(MARK)}</w:body>")),
    "split runs": files.docx(document=word_part(paragraph("机", "密★1", "0年"))),
    "header": files.docx_with_header(MARK),
    "footer": files.docx(footer2=word_part(paragraph(MARK), "ftr")),
    "comment": files.docx(comments=word_part(f"<w:comment>{paragraph(MARK)}</w:comment>")),
    "text box": files.docx(document=word_part(f"<w:txbxContent>{paragraph(MARK)}</w:txbxContent>")),
    "watermark": files.docx(header3=f'<v:shape {_VML}><v:textpath string="{MARK}"/></v:shape>'),
    "deleted": files.docx(document=word_part(f"<w:p><w:delText>{MARK}</w:delText></w:p>")),
    "properties": files.office({"docProps/core.xml": f"<core><title>{MARK}</title></core>"}),
    "picture description": files.docx(document=f'<w><docPr descr="{MARK}"/></w>'),
    "hidden sheet": files.xlsx(hidden=MARK),
    "page header of a sheet": files.xlsx(header=MARK),
    "sheet name": files.xlsx(sheet_name=MARK),
    "slide": files.office({"ppt/slides/slide1.xml": f"<p><t>{MARK}</t></p>"}),
    "notes of a slide": files.office({"ppt/notesSlides/notesSlide1.xml": f"<p>{MARK}</p>"}),
    "official fixed layout": files.packed(
        {"OFD.xml": "<OFD/>", "Doc_0/Content.xml": f"<T>{MARK}</T>"}
    ),
    "page of a pdf": files.pdf("第一页", f"内部 {MARK}"),
    "note in a pdf": files.pdf("第一页", note=MARK),
    "archive": files.packed({"子/说明.txt": MARK}),
    "document in an archive": files.packed({"通知.docx": files.docx_with_header(MARK)}),
    "name inside an archive": files.packed({f"{MARK}.txt": "x"}),
    "workbook within a document": files.office({"word/embeddings/a.xlsx": files.xlsx(hidden=MARK)}),
    "utf-8": MARK.encode(),
    "utf-8 with mark": MARK.encode("utf-8-sig"),
    "utf-16": MARK.encode("utf-16"),
    "gbk": f"关于召开会议的通知\n{MARK}".encode("gb18030"),
    "short gbk": MARK.encode("gb18030"),
    "csv": f"姓名,部门\n张三,{MARK}\n".encode("gb18030"),
    "web page": "<html><body>机<b>密</b>&#9733;10年</body></html>".encode(),
}


@pytest.mark.parametrize("place", WORD_PLACES)
def test_a_mark_is_found_wherever_it_stands(place: str) -> None:
    found = extract(WORD_PLACES[place])

    assert MARK in found.text
    assert found.uninspected is None


def test_a_link_of_a_document_is_read() -> None:
    relation = f'<Relationship TargetMode="External" Target="{INVITATION}"/>'
    parts = {"word/_rels/document.xml.rels": f'<R xmlns="{_RELATIONS}">{relation}</R>'}

    assert INVITATION in extract(files.office(parts)).text


def test_names_in_an_archive_packed_on_a_chinese_system_are_read() -> None:
    content = files.packed({"XXXXXXXX.txt": "x"}).replace(b"XXXXXXXX", "内部名单".encode("gb18030"))

    assert "内部名单.txt" in extract(content).text


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF"])
def test_a_code_is_read_in_any_picture_format(form: str) -> None:
    found = extract(files.as_file(files.code_picture(), form))

    assert found.text == INVITATION
    assert found.uninspected is None


def test_a_small_code_in_a_large_picture_is_read() -> None:
    assert INVITATION in extract(files.as_file(files.poster(), "JPEG", quality=80)).text


def test_a_code_in_the_last_picture_of_a_moving_one_is_read() -> None:
    blank = Image.new("L", (300, 300), "white")
    moving = files.as_file(
        blank, "GIF", save_all=True, append_images=[blank, blank, blank, files.code_picture()]
    )

    assert INVITATION in extract(moving).text


def test_a_code_within_a_document_is_read() -> None:
    content = files.office({"word/media/image1.png": files.code_image()})

    assert extract(content).text == INVITATION


@without_ocr
def test_a_picture_without_a_code_counts_as_not_looked_into() -> None:
    found = extract(files.plain_picture())

    assert found.text == ""
    assert found.uninspected is Uninspected.NO_OCR


def test_a_long_document_is_read_up_to_a_bound_and_says_so() -> None:
    found = extract(("一二三四五六七八九十" * 50_000).encode())

    assert len(found.text) == MOST_CHARACTERS
    assert found.uninspected is Uninspected.TOO_LONG


def test_one_damaged_part_does_not_hide_the_others() -> None:
    found = extract(files.docx(document="<w:broken", header1=word_part(paragraph(MARK), "hdr")))

    assert MARK in found.text
    assert found.uninspected is Uninspected.BROKEN


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_reading_fail(content: bytes) -> None:
    found = extract(content)

    assert isinstance(found.text, str)


SOUND = {
    "docx": files.docx_with_header(MARK),
    "xlsx": files.xlsx(20, hidden=MARK),
    "pdf": files.pdf(MARK, note="注"),
    "png": files.code_image(),
    "jpeg": files.as_file(files.code_picture(), "JPEG"),
    "gif": files.as_file(files.code_picture(), "GIF"),
    "zip": files.packed({"a.docx": files.docx_with_header(MARK)}),
}


@pytest.mark.parametrize("form", SOUND)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_damage_to_a_sound_file_makes_the_reading_fail(form: str, data: st.DataObject) -> None:
    content = bytearray(SOUND[form])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    found = extract(bytes(content[: data.draw(st.integers(0, len(content)))]))

    assert isinstance(found.text, str)
