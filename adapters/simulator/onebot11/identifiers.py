"""NapCat's message numbers: a hash whose way back lives in memory only.

Source: NapCat packages/napcat-common/src/message-unique.ts.
"""

import hashlib
from collections import OrderedDict

from adapters.simulator.onebot11.people import Message

CAPACITY = 5_000


def message_id(message: Message) -> int:
    """The first four bytes of the md5 of kernel id, conversation kind and peer, made positive."""
    chat_type = 1 if message.private else 2
    peer = f"u_{message.peer}" if message.private else str(message.peer)
    key = f"{message.kernel_id}|{chat_type}|{peer}"
    digest = hashlib.md5(key.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFF_FFFF


class MessageTable:
    """Finds a message by its number as long as it passed through lately.

    Not a least-recently-used table: the oldest entry goes, however often it was asked for.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._messages: OrderedDict[int, Message] = OrderedDict()

    def pass_through(self, message: Message) -> int:
        """Remember a message; returns its number."""
        number = message_id(message)
        self._messages.setdefault(number, message)
        while len(self._messages) > self._capacity:
            self._messages.popitem(last=False)
        return number

    def find(self, number: int) -> Message | None:
        """The message behind a number, unless forgotten."""
        return self._messages.get(number)
