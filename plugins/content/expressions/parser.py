"""Reading an expression, or saying in Chinese what is wrong with it, where, and how to mend it.

``且`` or ``&``, ``或`` or ``|``, ``非`` or ``!``, ``近10`` or ``~10`` stand between words; a word
that holds spaces or looks like an operator is quoted.
"""

from functools import cache
from typing import Final

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedToken

from bot.domain.errors import BadInputError
from plugins.content.expressions.nodes import AllOf, AnyOf, Near, Node, Word, is_words
from plugins.content.expressions.tokens import TERMINALS, check_tokens, shown

FARTHEST: Final = 100
"""Characters between two near words: farther apart, it is the same as 且."""

_GRAMMAR: Final = r"""
start: _whole
_whole: any_of | all_of | _item
any_of: _item (_OR _item)+
all_of: _item _more+ | unwanted _more*
_more: _AND _item | _AND unwanted | unwanted
unwanted: NOT _item
_item: near | _atom
near: _atom NEAR _atom
_atom: word | _LEFT _whole _RIGHT
word: WORD | QUOTED
"""
_ENDS: Final = frozenset({"WORD", "QUOTED", "_RIGHT"})
"""After these, something is complete."""


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        BadInputError: empty, misspelt, unbalanced, or too broad; names the column.
    """
    check_tokens(_parser().lex(text) if text.strip() else iter(()), text)
    try:
        # With a transformer inside, the parser hands out what ``start`` gives.
        tree: object = _parser().parse(text)
    except UnexpectedToken as error:
        raise BadInputError(_complaint(text, error)) from error
    if not isinstance(tree, Word | AnyOf | Near | AllOf):
        raise TypeError(type(tree))
    return tree


class _Unwanted:
    def __init__(self, column: int, node: Node) -> None:
        self.column = column
        self.node = node


class _Builder(Transformer[Token, Node]):
    """One method for each rule of the grammar."""

    def start(self, children: list[Node]) -> Node:
        return children[0]

    def word(self, children: list[Token]) -> Word:
        token = children[0]
        return Word(token[1:-1].strip() if token.type == "QUOTED" else str(token))

    def any_of(self, children: list[Node]) -> AnyOf:
        return AnyOf(tuple(children))

    def near(self, children: list[Node | Token]) -> Near:
        left, sign, right = children
        if isinstance(left, Token) or not isinstance(sign, Token) or isinstance(right, Token):
            raise TypeError(children)
        if not is_words(left) or not is_words(right):
            raise BadInputError(
                f"第 {sign.column} 列：“近”的两边只能是一个词，或用“或”连接、放在括号里的几个词。"
            )
        distance = int(sign[1:]) if sign[1:] else 0
        if not 1 <= distance <= FARTHEST:
            raise BadInputError(
                f"第 {sign.column} 列：“近”后面要写最多相隔几个字，1 到 {FARTHEST}，例如：近10。"
            )
        return Near(left, right, distance)

    def unwanted(self, children: list[Node | Token]) -> _Unwanted:
        sign, node = children
        if not isinstance(sign, Token) or isinstance(node, Token):
            raise TypeError(children)
        return _Unwanted(sign.column or 1, node)

    def all_of(self, children: list[Node | _Unwanted]) -> AllOf:
        wanted = tuple(one for one in children if not isinstance(one, _Unwanted))
        unwanted = [one for one in children if isinstance(one, _Unwanted)]
        if not wanted:
            raise BadInputError(
                f"第 {unwanted[0].column} 列：只有“非”，几乎每条消息都会命中；"
                "请写上必须出现的词，例如：校庆 非 新闻稿。"
            )
        return AllOf(wanted, tuple(one.node for one in unwanted))


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR + TERMINALS, parser="lalr", lexer="basic", transformer=_Builder())


def _complaint(text: str, error: UnexpectedToken) -> str:
    token: Token = error.token
    tokens = list(_parser().lex(text))
    if token.type == "$END":
        ending = tokens[-1]
        missing = f"“{shown(ending)}”后面缺少词语"
        if ending.type in _ENDS:
            missing = "括号没有成对，缺少“)”"
        return f"第 {ending.end_column} 列：{missing}。"
    earlier = [one for one in tokens if (one.column or 0) < (token.column or 0)]
    return f"第 {token.column} 列：{_misplaced(earlier[-1] if earlier else None, token)}"


def _misplaced(last: Token | None, token: Token) -> str:
    if last is not None and last.type in _ENDS:
        return _after_something(token)
    if token.type == "_RIGHT":
        if last is None:
            return "多出“)”，请删去或补上“(”。"
        return "括号里没有词语。" if last.type == "_LEFT" else f"“{shown(last)}”后面缺少词语。"
    if last is None or last.type == "_LEFT":
        return f"“{shown(token)}”前面缺少词语。"
    if last.type == "_OR" and token.type == "NOT":
        return "“或”后面不能直接写“非”；请写成：词语 且 非 (……)，或放进括号。"
    return f"“{shown(last)}”与“{shown(token)}”之间缺少词语。"


def _after_something(token: Token) -> str:
    match token.type:
        case "_RIGHT":
            return "多出“)”，请删去或补上“(”。"
        case "NEAR":
            return "一个“近”只连接两组词；三组请写成：(甲 近10 乙) 且 (乙 近10 丙)。"
        case "_OR" | "_AND" | "NOT":
            return "“或”与“且”“非”混在一起，分不清先后，请用括号写明，例如：(甲 或 乙) 且 丙。"
        case _:
            return f"“{shown(token)}”前面缺少运算符（且、或、非、近10）；带空格的词请用引号括起来。"
