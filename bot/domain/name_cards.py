"""The exact card a person should set."""

from bot.domain.departments import Departments
from bot.domain.people import Roster, Staff

LONGEST_CARD_BYTES = 60
"""UTF-8 bytes a QQ group card holds."""


def card_for(person: Staff, roster: Roster, departments: Departments) -> str | None:
    """``部门-姓名``, with the staff number where a namesake works in the same department.

    The department is the person's first one by its usual name, or by a registered short name if
    the card would not fit. None for a person without a department.
    """
    if not person.departments:
        return None
    own = person.departments[0]
    usual = departments.canonical(own) or own
    tail = (
        f"{person.name}({person.staff_id})"
        if _has_namesake(person, roster, departments)
        else person.name
    )
    cards = [f"{name}-{tail}" for name in (usual, *departments.aliases(usual))]
    return next((card for card in cards if len(card.encode()) <= LONGEST_CARD_BYTES), cards[0])


def _has_namesake(person: Staff, roster: Roster, departments: Departments) -> bool:
    return any(
        other.staff_id != person.staff_id
        and other.active
        and any(departments.covers(person.departments[0], own) for own in other.departments)
        for other in roster.named(person.name)
    )
