"""What the author of a message wrote himself, as words that may be a command."""

import unicodedata
from dataclasses import dataclass

from bot.domain.events import Mention, MessagePosted, PrivatePosted, Quote, Text
from bot.domain.identifiers import AccountKey

_SLASHES = ("/", "\uff0f")


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
            case Mention(account) if account == self_account:
                mentioned = True
                words.append(" ")
            case Mention(account):
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
    if first_words(event)[:1] in _SLASHES:
        return True
    return any(isinstance(one, Mention) and one.account == self_account for one in event.parts)


def first_words(event: MessagePosted) -> str:
    """The first words the author wrote."""
    return next((part.text for part in event.parts if isinstance(part, Text)), "").lstrip()


def _without_slash(text: str) -> str:
    # A second slash makes it a path or a comment mark, not a command.
    if not text.startswith(_SLASHES) or text[1:2] in _SLASHES:
        return text
    return text[1:].lstrip()
