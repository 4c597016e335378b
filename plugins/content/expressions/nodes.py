"""An expression as a tree, and how it is written."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word, in any spelling its category sees through."""

    text: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of two or more."""

    members: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Near:
    """Two words with at most ``distance`` characters between them, in either order.

    Each side is one word, or any of several.
    """

    left: "Node"
    right: "Node"
    distance: int


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of the ``wanted``, anywhere in the text, and none of the ``unwanted``."""

    wanted: "tuple[Node, ...]"
    unwanted: "tuple[Node, ...]" = ()


Node = Word | AnyOf | Near | AllOf


def words_of(node: Node) -> Iterator[str]:
    """Every word, those of the unwanted parts included."""
    match node:
        case Word(text):
            yield text
        case AnyOf(members):
            for member in members:
                yield from words_of(member)
        case Near(left, right):
            yield from words_of(left)
            yield from words_of(right)
        case AllOf(wanted, unwanted):
            for member in (*wanted, *unwanted):
                yield from words_of(member)


def is_place(node: Node) -> bool:
    """Whether it says of single stretches of text that they are meant: words, or words near."""
    return isinstance(node, Word | Near) or (
        isinstance(node, AnyOf) and all(is_place(member) for member in node.members)
    )


def is_words(node: Node) -> bool:
    """Whether it is one word or any of several."""
    return isinstance(node, Word) or (
        isinstance(node, AnyOf) and all(is_words(member) for member in node.members)
    )


def render(node: Node) -> str:
    """The expression as ``parse`` reads it."""
    match node:
        case Word(text):
            return _quoted(text)
        case AnyOf(members):
            return " 或 ".join(map(_inner, members))
        case Near(left, right, distance):
            return f"{_inner(left)} 近{distance} {_inner(right)}"
        case AllOf(wanted, unwanted):
            return " ".join(
                [" 且 ".join(map(_inner, wanted)), *(f"非 {_inner(one)}" for one in unwanted)]
            )


def _inner(node: Node) -> str:
    return render(node) if isinstance(node, Word) else f"({render(node)})"


def _quoted(text: str) -> str:
    return f"“{text}”" if '"' in text else f'"{text}"'
