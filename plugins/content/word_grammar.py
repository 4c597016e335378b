"""What is written after ``词库``: read into what is wanted. Pure."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity

SEVERITIES = (
    {one.label: one for one in Severity}
    | {one.value: one for one in Severity}
    | {
        "涉密": Severity.CRITICAL,
        "违法": Severity.CRITICAL,
    }
)
MUST_HIT, MUST_PASS = "应中", "放行"
_LONGEST_EXAMPLE = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """A word to be listed, with the sentences that came with it."""

    word: str
    category: str
    severity: Severity
    excuses: tuple[str, ...]
    must_hit: tuple[str, ...]
    must_not_hit: tuple[str, ...]


def words_in(line: str) -> list[str]:
    """The words of a line; quotes hold together what has spaces."""
    straight = line.translate({ord(one): '"' for one in "“”＂"})
    try:
        return shlex.split(straight)
    except ValueError:
        return line.split()


def read_wish(rest: str, titles: Mapping[str, str]) -> Wish:
    """``词 类别 轻重 [例外词…]``, and a line for each example. ``titles``: categories by name.

    Raises:
        BadInputError: it cannot be read so.
    """
    first, *others = [line.strip() for line in rest.splitlines() if line.strip()] or [""]
    given = words_in(first)
    if len(given) < 3:
        raise BadInputError(
            "请这样写：词库 加 词 类别 轻重 [例外词…]。"
            "例如：词库 加 代写论文 custom 严重 拒绝代写论文"
        )
    word, category, severity, *excuses = given
    return Wish(
        word,
        read_category(category, titles),
        read_severity(severity),
        tuple(one for part in excuses for one in part.replace("，", ",").split(",") if one),
        *_examples(others),
    )


def read_category(text: str, titles: Mapping[str, str]) -> str:
    """A category by its key or its title.

    Raises:
        BadInputError: there is none; lists them.
    """
    if text in titles:
        return text
    found = [key for key, title in titles.items() if title == text]
    if not found:
        known = "、".join(f"{key}（{title}）" for key, title in titles.items())
        raise BadInputError(f"没有类别“{text}”。可用的有：{known}。")
    return found[0]


def read_severity(text: str) -> Severity:
    """A severity by its label or its name.

    Raises:
        BadInputError: there is none.
    """
    found = SEVERITIES.get(text) or SEVERITIES.get(text.casefold())
    if found is None:
        raise BadInputError(f"轻重“{text}”不能用，应为提示、较轻、严重、涉密之一。")
    return found


def read_example(text: str) -> str:
    """One sentence.

    Raises:
        BadInputError: nothing is left of it, or it is too long.
    """
    sentence = text.strip()
    if not sentence or len(sentence) > _LONGEST_EXAMPLE:
        raise BadInputError(f"例句应为 1 到 {_LONGEST_EXAMPLE} 字的一句话。")
    return sentence


def read_number(text: str, letter: str) -> int:
    """A number with its letter: E3, L5.

    Raises:
        BadInputError: it is none.
    """
    bare = text.upper().removeprefix(letter)
    if not bare.isascii() or not bare.isdecimal() or len(bare) > 9:
        raise BadInputError(f"“{text}”不是编号，应形如 {letter}3。")
    return int(bare)


def _examples(lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    hits: list[str] = []
    passes: list[str] = []
    for line in lines:
        sort, separator, sentence = line.replace(":", "：", 1).partition("：")
        if not separator or sort not in (MUST_HIT, MUST_PASS):
            raise BadInputError(f"例句请以“{MUST_HIT}：”或“{MUST_PASS}：”开头，每句一行。")
        (hits if sort == MUST_HIT else passes).append(read_example(sentence))
    return tuple(hits), tuple(passes)
