"""Who holds which role by command; those of the environment come on top of it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.identifiers import AccountKey
from data.ledger import Work
from data.scope import account_of, of_account
from data.tables import GrantRow
from data.types import table_of
from data.upsert import insert_new

_grants = table_of(GrantRow)


async def grants(connection: AsyncConnection) -> dict[AccountKey, frozenset[str]]:
    """Roles by account; an account without one is not a key."""
    found: dict[AccountKey, set[str]] = {}
    for row in await connection.execute(select(_grants)):
        found.setdefault(account_of(row.platform, row.account_id), set()).add(row.role)
    return {account: frozenset(roles) for account, roles in found.items()}


async def granted_at(connection: AsyncConnection) -> dict[tuple[AccountKey, str], datetime]:
    """Since when an account holds a role that a command gave it."""
    return {
        (account_of(row.platform, row.account_id), row.role): row.at
        for row in await connection.execute(select(_grants))
    }


async def grant(work: Work, account: AccountKey, role: str, by: str) -> bool:
    """Give a role; whether that changed anything."""
    row = {
        "platform": account.platform.value,
        "account_id": account.id,
        "role": role,
        "granted_by": by,
        "at": work.now,
    }
    given = await insert_new(work.connection, _grants, row)
    if given:
        work.record("grant", str(account), {"role": role, "by": by, "given": True})
    return given


async def revoke(work: Work, account: AccountKey, role: str, by: str) -> bool:
    """Take a role back; whether the account had it."""
    taken = delete(_grants).where(of_account(_grants, account), _grants.c.role == role)
    found = (await work.connection.execute(taken)).rowcount > 0
    if found:
        work.record("grant", str(account), {"role": role, "by": by, "given": False})
    return found
