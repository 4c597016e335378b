"""Names one slip of the pen apart: a wrong, missing or doubled letter, or two letters swapped.

Two-letter names are left out: there a single other letter is simply another person.
"""

_SHORTEST = 3
_SHORTEST_TO_DROP = 5


def slips(key: str) -> set[str]:
    """Patterns that two folded names share if one slip turns one into the other."""
    if len(key) < _SHORTEST:
        return set()
    found = {f"{key[:index]}?{key[index + 1 :]}" for index in range(len(key))}
    if len(key) >= _SHORTEST_TO_DROP - 1:
        found.add(key)
    if len(key) >= _SHORTEST_TO_DROP:
        found.update(key[:index] + key[index + 1 :] for index in range(len(key)))
    return found


def swaps(key: str) -> set[str]:
    """The names that come of swapping two neighbouring letters."""
    if len(key) < _SHORTEST:
        return set()
    return {
        key[:index] + key[index + 1] + key[index] + key[index + 2 :]
        for index in range(len(key) - 1)
    }
