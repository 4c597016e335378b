"""How alike two texts are, told from two numbers that give neither text away.

A SimHash of 128 bits under the installation's key: what is alike differs in few bits, what is not
in about half of them; 128 bits cannot hold the words they came from. Texts of less than a few
characters are compared as a whole.
"""

import hashlib
import unicodedata

_BITS = 128
_WIDTH = 3
ALIKE_WITHIN = 26
"""Bits: four fifths of the pieces in common. Unrelated texts lie six deviations off."""


def sketch(text: str, salt: bytes) -> int | None:
    """The sketch of a text; None where nothing of it is a letter or a digit."""
    plain = "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())
    if not plain:
        return None
    pieces = {plain[at : at + _WIDTH] for at in range(max(1, len(plain) - _WIDTH + 1))}
    tally = [0] * _BITS
    for piece in pieces:
        digest = _digest(piece, salt)
        for bit in range(_BITS):
            tally[bit] += 1 if digest >> bit & 1 else -1
    return sum(1 << bit for bit, count in enumerate(tally) if count > 0)


def alike(one: int, other: int) -> bool:
    """Whether two sketches are of the same text, or nearly."""
    return (one ^ other).bit_count() <= ALIKE_WITHIN


def _digest(piece: str, salt: bytes) -> int:
    data = piece.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, key=salt, digest_size=_BITS // 8).digest())
