"""The shapes of the contract that several commands share."""

from datetime import tzinfo
from typing import Any

from bot.cli.output import iso
from bot.domain.identifiers import AccountKey
from bot.domain.measures import Receipt
from bot.domain.people import Roster
from data.measures import StoredMeasure


def person(
    account: AccountKey,
    *,
    staff_id: str | None = None,
    name: str | None = None,
    department: str | None = None,
) -> dict[str, str | None]:
    """Who: nulls where unknown."""
    return {
        "staff_id": staff_id,
        "name": name,
        "department": department,
        "account": account.id,
    }


def person_on(roster: Roster, account: AccountKey, name: str | None) -> dict[str, str | None]:
    """Who an account is by the roster; ``name`` where it is nobody's."""
    known = roster.bound_to(account)
    if known is None:
        return person(account, name=name)
    department = known.departments[0] if known.departments else None
    return person(account, staff_id=known.staff_id, name=known.name, department=department)


def measure(stored: StoredMeasure, zone: tzinfo) -> dict[str, Any]:
    """What is to be done, and the proof if it was."""
    own = stored.measure
    return {
        "kind": own.kind.value,
        "mode": own.mode.value,
        "rung": own.rung.value,
        "state": stored.state.value,
        "receipt": _receipt(stored.receipt, zone),
        "withheld": own.withheld,
    }


def _receipt(receipt: Receipt | None, zone: tzinfo) -> dict[str, Any] | None:
    if receipt is None:
        return None
    return {"how": receipt.how.value, "at": iso(receipt.at, zone), "detail": receipt.detail}
