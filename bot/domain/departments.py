"""The organisation's departments, and every way they may be written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Self

from bot.domain.name_folding import name_key
from bot.domain.titles import UNIT_ENDINGS

_NO_ALIASES: Mapping[str, Sequence[str]] = MappingProxyType({})


class Departments:
    """The departments of the roster with their registered short names and other names.

    A department is known by its usual name: the one ``departments.toml`` lists the others under,
    else the one on the roster. Never changes.
    """

    __slots__ = ("_aliases", "_lengths", "_organisation", "_usual")

    def __init__(
        self,
        full_names: Iterable[str],
        aliases: Mapping[str, Sequence[str]] = _NO_ALIASES,
        organisation: Iterable[str] = (),
    ) -> None:
        """``aliases`` maps a usual name to its other names; ``organisation`` is our own names."""
        self._aliases = {usual: tuple(others) for usual, others in aliases.items()}
        self._organisation = frozenset(key for name in organisation if (key := name_key(name)))
        self._usual: dict[str, str] = {}
        for usual, others in self._aliases.items():
            for name in (usual, *others):
                self._usual.setdefault(name_key(name), usual)
        for name in full_names:
            self._usual.setdefault(name_key(name), name)
        self._usual.pop("", None)
        lengths: dict[str, set[int]] = {}
        for key in self._usual:
            lengths.setdefault(key[0], set()).add(len(key))
        self._lengths = {
            first: tuple(sorted(all_, reverse=True)) for first, all_ in lengths.items()
        }

    def including(self, full_names: Iterable[str]) -> Self:
        """These departments and those of a roster."""
        return type(self)((*self._usual.values(), *full_names), self._aliases, self._organisation)

    @property
    def names(self) -> tuple[str, ...]:
        """The usual names, in the order they became known."""
        return tuple(dict.fromkeys(self._usual.values()))

    @property
    def organisation_keys(self) -> frozenset[str]:
        """Our own names, folded: harmless before a department."""
        return self._organisation

    def canonical(self, name: str) -> str | None:
        """The usual name of a department written in any registered way, else None."""
        return self._usual.get(name_key(name))

    def aliases(self, usual_name: str) -> tuple[str, ...]:
        """The other names registered for a department."""
        return self._aliases.get(usual_name, ())

    def starting_at(self, text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
        """Departments written in folded ``text`` from ``begin`` on, longest first.

        Gives (position behind it, usual name), never reaching over ``end``.
        """
        for length in self._lengths.get(text[begin : begin + 1], ()):
            stop = begin + length
            if stop <= end and (usual := self._usual.get(text[begin:stop])) is not None:
                yield stop, usual

    def covers(self, mentioned: str, own: str) -> bool:
        """Whether a person of department ``own`` may write ``mentioned`` on the card.

        So it is for the department itself, and between a department and a section of it whose name
        begins with it (教务处, 教务处教学科).
        """
        first, second = self._key(mentioned), self._key(own)
        if first == second:
            return True
        shorter, longer = sorted((first, second), key=len)
        return bool(shorter) and longer.startswith(shorter) and longer.endswith(UNIT_ENDINGS)

    def _key(self, name: str) -> str:
        key = name_key(name)
        usual = self._usual.get(key)
        return key if usual is None else name_key(usual)
