"""The signs and words of an expression, looked at one by one before they are put together."""

import re
from collections.abc import Iterator
from typing import Final

from lark import Token
from lark.exceptions import UnexpectedCharacters

from bot.domain.errors import BadInputError
from plugins.content.matching.fold import fold

LONGEST: Final = 4000
MOST_WORDS: Final = 300
DEEPEST: Final = 12
"""Levels of brackets: what nests deeper is read by nobody."""

TERMINALS: Final = r"""
_AND.2: /且(?=[\s()（）"“]|$)|[&＆]/
_OR.2: /或(?=[\s()（）"“]|$)|[|｜]/
NOT.2: /非(?=[\s()（）"“]|$)|[!！]/
NEAR.2: /近[0-9０-９]{0,6}(?=[\s()（）"“]|$)|[~～][0-9０-９]{0,6}/
_LEFT: /[(（]/
_RIGHT: /[)）]/
QUOTED: /"[^"]*"|“[^”]*”/
WORD: /[^\s()（）"“”&＆|｜!！~～]+/
%ignore /\s+/
"""
"""Chinese operators stand alone; inside a word the same character is part of the word."""

_SIGNS: Final = {"_AND": "且", "_OR": "或", "NOT": "非", "_LEFT": "(", "_RIGHT": ")"}
_FOREIGN: Final = frozenset(
    {
        "与",
        "和",
        "并",
        "及",
        "而",
        "并且",
        "或者",
        "不含",
        "and",
        "or",
        "not",
        "near",
        "+",
        "-",
        "*",
    }
)
_OPERATOR_INSIDE: Final = re.compile(r"[且或]|^非|近[0-9０-９]")


def check_tokens(tokens: Iterator[Token], text: str) -> None:
    """Make sure that every word means what its writer means by it.

    Raises:
        BadInputError: it does not, or there is nothing to read, or far too much.
    """
    if not text.strip():
        raise BadInputError("表达式是空的，请写上词语，例如：(校庆 或 巡视) 且 路线。")
    if len(text) > LONGEST:
        raise BadInputError(f"表达式有 {len(text)} 个字符，最多 {LONGEST} 个，请拆成几条。")
    words = depth = 0
    for token in _read(tokens):
        if token.type in {"WORD", "QUOTED"}:
            words += 1
            _check_word(token)
        elif token.type == "_LEFT":
            depth += 1
        elif token.type == "_RIGHT":
            depth -= 1
        if depth > DEEPEST:
            raise BadInputError(f"第 {token.column} 列：括号最多套 {DEEPEST} 层，请拆成几条。")
    if words > MOST_WORDS:
        raise BadInputError(f"表达式有 {words} 个词，最多 {MOST_WORDS} 个，请拆成几条。")


def shown(token: Token) -> str:
    """A token as users know it."""
    return _SIGNS.get(token.type, str(token))


def _read(tokens: Iterator[Token]) -> Iterator[Token]:
    try:
        yield from tokens
    except UnexpectedCharacters as error:
        raise BadInputError(f"第 {error.column} 列：引号没有成对，请补上另一半。") from error


def _check_word(token: Token) -> None:
    where = f"第 {token.column} 列"
    word = token[1:-1] if token.type == "QUOTED" else str(token)
    if token.type == "WORD" and word.casefold() in _FOREIGN:
        raise BadInputError(
            f"{where}：不认识运算符“{word}”，可用的有：且、或、非、近10（或 & | ! ~10）。"
        )
    if token.type == "WORD" and (found := _OPERATOR_INSIDE.search(word)):
        raise BadInputError(
            f"{where}：“{word}”里的“{found[0]}”如果是运算符，请在两边加空格；"
            f'如果是词的一部分，请加引号："{word}"。'
        )
    if len(fold(word)) < 2:
        raise BadInputError(
            f"{where}：“{word}”太宽，一个词至少要有两个字，只写标点或一个字会命中太多消息。"
        )
