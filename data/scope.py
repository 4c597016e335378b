"""Conditions several repositories share: which groups a question is about, and whose."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Table, and_, false, or_, true

from bot.domain.identifiers import AccountKey, GroupKey, Platform


def within(table: Table, groups: Collection[GroupKey] | None) -> ColumnElement[bool]:
    """Rows of these groups; None: of all. No group at all matches nothing."""
    if groups is None:
        return true()
    ids: dict[Platform, list[str]] = {}
    for group in groups:
        ids.setdefault(group.platform, []).append(group.id)
    return or_(
        false(),
        *(
            and_(table.c.platform == platform.value, table.c.group_id.in_(some))
            for platform, some in ids.items()
        ),
    )


def in_group(table: Table, group: GroupKey) -> ColumnElement[bool]:
    """Rows of one group."""
    return and_(table.c.platform == group.platform.value, table.c.group_id == group.id)


def of_account(table: Table, account: AccountKey) -> ColumnElement[bool]:
    """Rows of one account."""
    return and_(table.c.platform == account.platform.value, table.c.account_id == account.id)


def group_of(platform: str, group_id: str) -> GroupKey:
    """A group's key from its two columns."""
    return GroupKey(Platform(platform), group_id)


def account_of(platform: str, account_id: str) -> AccountKey:
    """An account's key from its two columns."""
    return AccountKey(Platform(platform), account_id)


def account_or_none(platform: str, account_id: str | None) -> AccountKey | None:
    """An account's key where the column may be empty."""
    return None if account_id is None else account_of(platform, account_id)


def texts(keys: Iterable[AccountKey | GroupKey]) -> list[str]:
    """Keys as ``platform:id``, in order."""
    return [str(key) for key in keys]
