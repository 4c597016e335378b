"""How alike two texts are, and where they differ, in a few words. Fast whatever is compared."""

from difflib import SequenceMatcher

_COMPARED = 300
"""Longer differences are told as one: the cost of looking closer grows with the square."""
_AROUND = 6
_SHOWN = 24
_MOST = 3


def similarity(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1 (the same)."""
    whole = len(one) + len(other)
    if whole == 0:
        return 1.0
    head, tail = _common_ends(one, other)
    left, right = one[head : len(one) - tail], other[head : len(other) - tail]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    short = max(len(left), len(right)) <= _COMPARED
    inner = matcher.ratio() if short else matcher.quick_ratio()
    return (2 * (head + tail) + inner * (len(left) + len(right))) / whole


def difference(permitted: str, posted: str) -> str:
    """The first places where a posted text differs from the permitted one, each with both forms."""
    changes = _changes(permitted, posted)
    lines = []
    for (start, end), (first, last) in changes[:_MOST]:
        lines.append(
            f"许可：{_marked(permitted, start, end)}\n实发：{_marked(posted, first, last)}"
        )
    if len(changes) > _MOST:
        lines.append(f"……另有 {len(changes) - _MOST} 处不同")
    return "\n".join(lines)


def _changes(one: str, other: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    head, tail = _common_ends(one, other)
    left, right = one[head : len(one) - tail], other[head : len(other) - tail]
    if not left and not right:
        return []
    if max(len(left), len(right)) > _COMPARED:
        return [((head, len(one) - tail), (head, len(other) - tail))]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return [
        ((head + a, head + b), (head + c, head + d))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]


def _common_ends(one: str, other: str) -> tuple[int, int]:
    """How many characters at the beginning and, apart from those, at the end are the same."""
    shorter = min(len(one), len(other))
    head = 0
    while head < shorter and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < shorter - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    return head, tail


def _marked(text: str, start: int, end: int) -> str:
    """The place in square brackets with a little of what stands around it, on one line."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    inside = text[start:end]
    if len(inside) > _SHOWN:
        inside = f"{inside[: _SHOWN // 2]}……{inside[-_SHOWN // 2 :]}"
    begun = "……" if start > _AROUND else ""
    goes_on = "……" if end + _AROUND < len(text) else ""
    shown = f"{begun}{before}［{inside or '（无）'}］{after}{goes_on}"
    return shown.replace("\n", "⏎")
