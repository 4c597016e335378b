"""One-time codes: who decides at a terminal proves with one that he is who he is said to be."""

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cli.office import operator
from bot.domain.identifiers import AccountKey, GroupKey

if TYPE_CHECKING:
    from bot.engine.register import Register
    from config.wording import Wording
    from data.ledger import Work

_VALID_FOR = timedelta(minutes=10)


async def send_code(
    work: "Work",
    wording: "Wording",
    account: AccountKey,
    place: GroupKey,
    *,
    purpose: str,
    about: str = "",
) -> None:
    """Have the service tell ``account`` in private a code good for ``purpose`` and 10 minutes.

    ``about`` is what is decided, where there is more than one such thing (P3).
    """
    from bot.domain.measures import LIFTS_FREEZE, Measure, MeasureKind, Mode
    from data import codes, measures

    code = await codes.issue(work, purpose, subject(account, about), operator(), _VALID_FOR)
    minutes = int(_VALID_FOR.total_seconds() // 60)
    if purpose == LIFTS_FREEZE:
        text = wording.text("unfreeze.code", code=code, minutes=minutes)
    else:
        text = wording.text("plan.code", code=code, number=about, minutes=minutes)
    message = Measure(
        kind=MeasureKind.NOTIFY,
        group=place,
        account=account,
        mode=Mode.REMIND,
        text=text,
        urgent=True,
        expires_at=work.now + _VALID_FOR,
        request_id=LIFTS_FREEZE if purpose == LIFTS_FREEZE else None,
    )
    await measures.add(work, [(message, measures.MeasureContext())])


def subject(account: AccountKey, about: str = "") -> str:
    """What a code gives: one account's yes, to one thing."""
    return f"{account} {about}".strip()


def meeting_place(account: AccountKey, register: "Register") -> GroupKey | None:
    """A group on the account's platform, one with the account in it if there is one."""
    here = sorted(
        (account not in state.members, state.group.key)
        for state in register.active_groups(account.platform)
    )
    return here[0][1] if here else None
