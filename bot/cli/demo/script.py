"""What was played: what the reckoning must know of it beside the college's own journal."""

from dataclasses import dataclass, field

from adapters.simulator.onebot11.people import Message
from adapters.simulator.onebot11.segments import data_of


@dataclass(frozen=True, slots=True)
class Posted:
    """A message with a listed word, and whether the bot was free to recall it."""

    number: int
    group: int
    account: int
    recallable: bool = True


@dataclass(slots=True)
class Script:
    """What was played, as far as the reckoning must know it."""

    offences: list[Posted] = field(default_factory=list)
    innocent: list[int] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    """Answers to commands, and announcements that follow from one."""
    refused: int = 0


def words_of(message: Message) -> str:
    """A message's own words, @s left out."""
    texts = (data_of(one).get("text", "") for one in message.segments if one["type"] == "text")
    return "".join(str(text) for text in texts).strip()
