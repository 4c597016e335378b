"""Who and which group is meant by an id, a staff number or a name."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cli.complaints import nearest
from bot.domain.errors import BadInputError
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from data import groups, staff, violations

_LOOKED_AT = 500
_MOST_CANDIDATES = 10

Choice = TypeVar("Choice", bound=StrEnum)
Key = TypeVar("Key", GroupKey, AccountKey)


async def find_group(
    connection: AsyncConnection, text: str, option: str = "--group"
) -> groups.StoredGroup:
    """The group of this id (``60001``, ``qq:60001``) or exactly this name.

    Raises:
        BadInputError: there is none, or there are several; lists them.
    """
    given = text.strip()
    key = _key(given, GroupKey)
    found = [
        one
        for one in await groups.find_groups(connection, key.id if key else given)
        if key is None or one.group.key == key
    ]
    if not found:
        names = [one.group.name for one in await groups.load_groups(connection)]
        raise BadInputError(f"{option}:没有群“{text}”。{nearest(given, names)}")
    if len(found) > 1:
        shown = (f"{one.group.key}（{one.group.name}）" for one in found)
        raise BadInputError(_ambiguous(option, text, shown))
    return found[0]


async def find_person(
    connection: AsyncConnection, text: str, option: str = "--person"
) -> str | AccountKey:
    """A staff number, or the account of somebody who is not on the roster.

    Raises:
        BadInputError: nobody is meant, or several people are; lists them.
    """
    given = text.strip()
    if (key := _key(given, AccountKey)) is not None:
        return key
    roster = await staff.load_roster(connection)
    people = {one.staff_id: one for one in roster.named(given)}
    if (numbered := roster.numbered(given)) is not None:
        people[numbered.staff_id] = numbered
    accounts: dict[AccountKey, str] = {}
    for account, name in await _accounts(connection, given):
        person = roster.bound_to(account)
        if person is not None:
            people[person.staff_id] = person
        elif not (people and name == given):
            accounts[account] = name
    if len(people) + len(accounts) > 1:
        shown = [f"工号 {one.staff_id} {one.name}（{'、'.join(one.departments)}）"
                 for one in people.values()]  # fmt: skip
        shown += [f"{account} {name}" for account, name in accounts.items()]
        raise BadInputError(_ambiguous(option, text, shown))
    if people:
        return next(iter(people))
    if accounts:
        return next(iter(accounts))
    hint = nearest(given, [one.name for one in roster])
    raise BadInputError(f"{option}:花名册和登记中都没有“{text}”。{hint}")


def choice(text: str, kind: type[Choice], labels: Mapping[Choice, str], option: str) -> Choice:
    """A value of a list, by its name or by the Chinese word for it.

    Raises:
        BadInputError: it is none of them; lists them.
    """
    named: dict[str, Choice] = {one.value: one for one in kind}
    named |= {label: one for one, label in labels.items()}
    found = named.get(text.strip())
    if found is None:
        known = "、".join(f"{one.value}（{labels[one]}）" for one in kind)
        raise BadInputError(f"选项 {option} 的值“{text}”不能用，应为 {known} 之一。")
    return found


async def _accounts(connection: AsyncConnection, text: str) -> list[tuple[AccountKey, str]]:
    """The accounts of this id, and those whose cases stand under this name."""
    query = violations.ViolationQuery(person=text, limit=_LOOKED_AT)
    page = await violations.find(connection, query)
    found = [
        (one.account, one.person_name)
        for one in page.items
        if text in (one.account.id, one.person_name)
    ]
    bound = await staff.bindings(connection)
    found += [(one.account, text) for one in bound if one.account.id == text]
    for stored in await groups.load_groups(connection):
        members = stored.reading.members if stored.reading else ()
        found += [(one.account, one.card) for one in members if one.account.id == text]
    return found


def _key(text: str, kind: type[Key]) -> Key | None:
    platform, separator, _ = text.partition(":")
    return kind.parse(text) if separator and platform in set(Platform) else None


def _ambiguous(option: str, text: str, candidates: Iterable[str]) -> str:
    listed = list(candidates)
    shown = ";".join(listed[:_MOST_CANDIDATES])
    more = f"；共 {len(listed)} 个" if len(listed) > _MOST_CANDIDATES else ""
    return f"{option}:“{text}”有多个，请改用编号：{shown}{more}。"
