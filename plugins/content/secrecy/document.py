"""The report form as a Word document that people complete and sign."""

from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from plugins.content.secrecy.report import NOTE, TITLE, Form

_FONT = "仿宋"


def write_document(form: Form, path: Path) -> None:
    """Write the form to ``path``."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name = _FONT
    # Word takes the font of Chinese characters from a name of its own.
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.add_run(TITLE).bold = True
    for title, rows in form.parts():
        document.add_paragraph().add_run(title).bold = True
        table = document.add_table(rows=0, cols=2)
        table.style = "Table Grid"
        for label, value in rows:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = label, value
    document.add_paragraph(NOTE)
    document.core_properties.author = "群规"
    document.core_properties.title = TITLE
    document.save(str(path))
