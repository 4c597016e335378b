"""What the author of a message wrote himself, as words that may be a command."""

import unicodedata
from dataclasses import dataclass

from bot.domain.events import Mention as At
from bot.domain.events import MessagePosted, PrivatePosted, Quote, Text
from bot.domain.identifiers import AccountKey

_SLASHES = "/\uff0f"


@dataclass(frozen=True, slots=True)
class OwnWords:
    """``text`` without the slash and the @ of the bot; other @s are written ``@account``.

    ``plain`` is False when the message holds anything besides words: then only ``addressed``
    words are a command.
    """

    text: str
    addressed: bool
    plain: bool = True


def fold(text: str) -> str:
    """Width and compatibility forms made equal; invisible characters gone."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(one for one in normal if unicodedata.category(one) != "Cf")


def private_words(event: PrivatePosted) -> OwnWords:
    """Everything said in private is meant for the bot."""
    return OwnWords(_without_slash(event.text.strip()), addressed=True)


def group_words(event: MessagePosted, self_account: AccountKey) -> OwnWords:
    """The author's words in a group: never those he quotes or forwards."""
    words: list[str] = []
    mentioned, plain = False, True
    for part in event.parts:
        match part:
            case Text(text):
                words.append(text)
            case At(account) if account == self_account:
                mentioned = True
                words.append(" ")
            case At(account):
                words.append(f" @{account.id if account else ''} ")
            case Quote():
                pass
            case _:
                plain = False
    text = "".join(words).strip()
    bare = _without_slash(text)
    return OwnWords(bare, addressed=mentioned or bare is not text, plain=plain)


def may_be_addressed(event: MessagePosted, self_account: AccountKey) -> bool:
    """Whether the message holds an @ of the bot or begins with a slash: quick to tell."""
    for part in event.parts:
        if isinstance(part, At) and part.account == self_account:
            return True
    first = next((part.text for part in event.parts if isinstance(part, Text)), "")
    return first.lstrip()[:1] in _SLASHES and bool(first.strip())


def _without_slash(text: str) -> str:
    rest = text[1:].lstrip() if text[:1] and text[0] in _SLASHES else text
    # A path or a comment mark is not a command.
    return rest if rest[:1] not in _SLASHES or not rest else text
