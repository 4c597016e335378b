"""The staff of the organisation, and how a group member stands to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from bot.domain.identifiers import AccountKey, Platform
from bot.domain.name_folding import name_key
from bot.domain.name_slips import slips, swaps


class StaffStatus(StrEnum):
    """Whether a person works here now (花名册的“状态”)."""

    ACTIVE = "在职"
    DEPARTED = "离职"


class Standing(StrEnum):
    """What a group member is, judged by card, account and roster (身份状态). Source: Article 20."""

    COMPLIANT = "compliant"
    MISNAMED = "misnamed"
    WRONG_DEPARTMENT = "wrong_department"
    UNKNOWN = "unknown"
    DEPARTED = "departed"
    IMPOSTOR = "impostor"
    EXEMPT = "exempt"

    @property
    def label(self) -> str:
        """The name users read."""
        return {
            "compliant": "实名规范",
            "misnamed": "名片不规范",
            "wrong_department": "部门不符",
            "unknown": "不在花名册",
            "departed": "已离职",
            "impostor": "冒用他人身份",
            "exempt": "免于认定",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Staff:
    """One person on the roster.

    ``departments`` are names as the roster writes them, the first one is the main one;
    ``accounts`` are those known to be this person's, at most one a platform.
    """

    staff_id: str
    name: str
    departments: tuple[str, ...]
    status: StaffStatus = StaffStatus.ACTIVE
    accounts: tuple[AccountKey, ...] = ()

    @property
    def active(self) -> bool:
        """Whether the person works here now."""
        return self.status is StaffStatus.ACTIVE

    def account_on(self, platform: Platform) -> AccountKey | None:
        """The account of this person on a platform, if known."""
        return next((one for one in self.accounts if one.platform is platform), None)


class Roster:
    """All staff, indexed. Never changes: a new import or binding makes a new one.

    Names and staff numbers are found in any width, case and script (``name_key``).
    """

    __slots__ = (
        "_by_account",
        "_by_id",
        "_by_name",
        "_by_number",
        "_by_slip",
        "_departments",
        "_name_lengths",
    )

    def __init__(self, staff: Iterable[Staff]) -> None:
        """Index the staff; of two rows with one staff number the later counts."""
        self._by_id: dict[str, Staff] = {one.staff_id: one for one in staff}
        self._by_account: dict[AccountKey, Staff] = {}
        self._by_number: dict[str, Staff] = {}
        names: dict[str, list[Staff]] = {}
        departments: dict[str, None] = {}
        for one in self._by_id.values():
            names.setdefault(name_key(one.name), []).append(one)
            self._by_number[name_key(one.staff_id)] = one
            departments.update(dict.fromkeys(one.departments))
            for account in one.accounts:
                # Somebody who left and came back has two rows; the account is that of the new one.
                if one.active or account not in self._by_account:
                    self._by_account[account] = one
        names.pop("", None)
        self._by_name = {key: tuple(people) for key, people in names.items()}
        self._name_lengths = tuple(sorted({len(key) for key in names}, reverse=True))
        self._departments = tuple(departments)
        self._by_slip: dict[str, tuple[str, ...]] | None = None

    @classmethod
    def of(cls, staff: Iterable[Staff], bindings: Mapping[AccountKey, str] | None = None) -> Self:
        """Index the staff with accounts bound outside the roster file.

        A binding (account → staff number) outweighs the roster's own column: the person proved it.
        One to a staff number that does not exist is ignored.
        """
        if not bindings:
            return cls(staff)
        bound: dict[str, list[AccountKey]] = {}
        for account, staff_id in bindings.items():
            bound.setdefault(staff_id, []).append(account)
        return cls(_with_bindings(one, bindings, bound.get(one.staff_id, [])) for one in staff)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Staff]:
        return iter(self._by_id.values())

    @property
    def department_names(self) -> tuple[str, ...]:
        """Every department as the roster writes it, in the order of first appearance."""
        return self._departments

    @property
    def name_lengths(self) -> tuple[int, ...]:
        """The lengths that folded names have, longest first."""
        return self._name_lengths

    def staff(self, staff_id: str) -> Staff | None:
        """The person with exactly this staff number."""
        return self._by_id.get(staff_id)

    def numbered(self, number: str) -> Staff | None:
        """The person with this staff number, in any width or case and with any separators."""
        return self._by_number.get(name_key(number))

    def named(self, name: str) -> tuple[Staff, ...]:
        """Everybody of this name."""
        return self._by_name.get(name_key(name), ())

    def with_name_key(self, key: str) -> tuple[Staff, ...]:
        """Everybody whose folded name is ``key``."""
        return self._by_name.get(key, ())

    def with_similar_name(self, key: str) -> tuple[Staff, ...]:
        """Everybody whose folded name becomes ``key`` by one slip of the pen."""
        if self._by_slip is None:
            self._by_slip = _index_slips(self._by_name)
        keys = {name for slip in slips(key) for name in self._by_slip.get(slip, ())}
        keys |= swaps(key) & self._by_name.keys()
        keys.discard(key)
        return tuple(person for name in sorted(keys) for person in self._by_name[name])

    def bound_to(self, account: AccountKey) -> Staff | None:
        """The person whose account this is."""
        return self._by_account.get(account)


def _index_slips(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for name in names:
        for slip in slips(name):
            index.setdefault(slip, []).append(name)
    return {slip: tuple(found) for slip, found in index.items()}


def _with_bindings(
    person: Staff, bindings: Mapping[AccountKey, str], proven: list[AccountKey]
) -> Staff:
    platforms = {account.platform for account in proven}
    kept = [
        account
        for account in person.accounts
        if account.platform not in platforms
        and bindings.get(account, person.staff_id) == person.staff_id
    ]
    accounts = (*kept, *proven)
    return person if accounts == person.accounts else replace(person, accounts=accounts)
