"""Words in the XML parts of office documents, all of them: marks stand in headers and text boxes.

Source: ECMA-376 (docx, xlsx, pptx), GB/T 33190 (ofd), ISO 26300 (odt); one reading serves them all.
"""

from collections.abc import Iterable

from lxml import etree

from bot.domain.inspection import Uninspected
from plugins.content.inspection.gathering import Gathering, Refused

_ENDS_A_LINE = frozenset(
    {"p", "h", "si", "is", "row", "comment", "title", "subject", "keywords", "description",
     "TextObject", "definedName", "oddHeader", "evenHeader", "firstHeader", "oddFooter",
     "evenFooter", "firstFooter", "lpstr", "lpwstr"}
)  # fmt: skip
_SPACES = frozenset({"tab", "br", "cr", "c", "s", "line-break", "v", "f"})
_TELLING_ATTRIBUTES = {
    "sheet": ("name",),
    "textpath": ("string",),
    "docPr": ("descr", "title"),
    "cNvPr": ("descr", "title"),
    "hyperlink": ("tooltip",),
}
_SHARED_STRING = "s"


def add_xml(chunks: Iterable[bytes], gathering: Gathering) -> None:
    """Add the words of one XML part, read as a stream.

    Raises:
        Refused: it is damaged, or declares a document type, which no office program writes and
            which entity bombs need.
    """
    # Entities stay unresolved, nothing is fetched, and libxml2's own bounds on depth hold.
    parser = etree.XMLParser(
        target=_Words(gathering),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for chunk in chunks:
            parser.feed(chunk)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise Refused(Uninspected.BROKEN) from error


class _Words:
    """Called by the parser for each piece of the document; nothing of it is kept but words."""

    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering
        self._gap = ""
        self._is_index = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "c":
            # The number in such a cell only points to a string that stands in a part of its own.
            self._is_index = attributes.get("t") == _SHARED_STRING
        elif name == "Relationship" and attributes.get("TargetMode") == "External":
            self._line(attributes.get("Target", ""))
        for wanted in _TELLING_ATTRIBUTES.get(name, ()):
            for key, value in attributes.items():
                if _local(key) == wanted:
                    self._line(value)

    def end(self, tag: str) -> None:
        name = _local(tag)
        if name in _ENDS_A_LINE:
            self._gap = "\n"
        elif name in _SPACES:
            self._gap = self._gap or " "
            if name == "c":
                self._is_index = False

    def data(self, words: str) -> None:
        if self._is_index or words.isspace():
            return
        if self._gap:
            self._gathering.add(self._gap)
            self._gap = ""
        self._gathering.add(words)

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise Refused(Uninspected.HOSTILE)

    def comment(self, words: str) -> None:
        """A note of the program that wrote it, never shown to anybody."""

    def close(self) -> None:
        self._gathering.add("\n")

    def _line(self, words: str) -> None:
        if words:
            self._gathering.add(f"\n{words}\n")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
