"""The application as one message: labelled parts in any order, the exact text among them. Pure."""

import re
from dataclasses import dataclass

_LABELS = {
    "事项": "topic", "主题": "topic", "标题": "topic",
    "内容": "text", "正文": "text", "全文": "text",
    "群": "groups", "范围": "groups", "发布群": "groups",
    "时间": "span", "时段": "span", "有效期": "span", "发布时间": "span",
    "理由": "reason", "原因": "reason",
    "发布人": "posters",
    "名称": "name", "类别": "categories", "词语": "words", "轻重": "severity",
}  # fmt: skip
_NAMES = "|".join(sorted(_LABELS, key=len, reverse=True))
_AT_LINE = re.compile(rf"^[ \t\u3000]*(?P<label>{_NAMES})[ \t]*[:：]", re.MULTILINE)
_ANYWHERE = re.compile(rf"(?:^|(?<=[\s;；]))(?P<label>{_NAMES})[ \t]*[:：]", re.MULTILINE)
_EMERGENCY = re.compile(r"^紧急(?=\s|[:：]|$)[:：]?\s*")


@dataclass(frozen=True, slots=True)
class Form:
    """The parts that were given, by their field; ``text`` exactly as written between its ends."""

    parts: dict[str, str]
    emergency: bool = False

    def get(self, field: str) -> str:
        """One part, empty where it is missing."""
        return self.parts.get(field, "")


def read_form(rest: str) -> Form:
    """Read an application.

    The text begins behind 内容 and goes to the end; only labelled lines at the very end, of parts
    not yet given, are parts of the form again. What stands before the first label is nobody's.
    """
    urgent = _EMERGENCY.match(rest)
    body = rest[urgent.end() :] if urgent else rest
    labelled = _ANYWHERE if "\n" not in body.strip() else _AT_LINE
    parts: dict[str, str] = {}
    places = list(labelled.finditer(body))
    if urgent and not places and body.strip():
        return Form({"text": body.strip()}, emergency=True)
    for number, place in enumerate(places):
        field = _LABELS[place["label"]]
        if field in parts:
            continue
        if field == "text":
            given, behind = _text_and_tail(body, places[number:], parts)
            parts |= {"text": given, **behind}
            break
        until = places[number + 1].start() if number + 1 < len(places) else len(body)
        parts[field] = body[place.end() : until].strip(" \t\r\n\u3000;；")
    return Form({field: given for field, given in parts.items() if given}, bool(urgent))


def _text_and_tail(
    body: str, places: list[re.Match[str]], known: dict[str, str]
) -> tuple[str, dict[str, str]]:
    """The text that begins at the first place, and the parts that stand behind it."""
    begin, end = places[0].end(), len(body)
    tail: dict[str, str] = {}
    one_line = "\n" not in body.strip()
    for place in reversed(places[1:]):
        field = _LABELS[place["label"]]
        given = body[place.end() : end].strip(" \t\r\n\u3000;；")
        if field in tail or field in known or field == "text" or not given:
            break
        if not one_line and "\n" in given:
            break
        tail[field], end = given, place.start()
    return body[begin:end].strip(), tail
