"""Gathers what the interlocks must know before a measure is intended."""

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.findings import Severity
from bot.domain.groups import Member
from bot.domain.interlocks import Facts, Tally, member_list_problem
from bot.domain.measures import Measure, MeasureKind
from bot.engine.register import Register
from data import measures

_COUNTED = frozenset({MeasureKind.REMOVE, MeasureKind.MUTE, MeasureKind.RECALL})


async def gather(
    connection: AsyncConnection,
    measure: Measure,
    register: Register,
    *,
    severity: Severity | None = None,
    certain: bool = True,
    besides: int | None = None,
) -> Facts:
    """The facts about ``measure`` now.

    ``besides`` is left out of every tally: the measure itself, once it has a row.
    """
    state = register.groups.get(measure.group)
    target = _target(register, measure)
    problem = None
    if measure.kind is MeasureKind.REMOVE:
        problem = member_list_problem(
            state.reading if state else None,
            state.last_good_count if state else None,
            register.now,
            register.policy.limits,
        )
    tally = Tally()
    if measure.kind in _COUNTED:
        tally = await measures.tally(
            connection,
            measure.group.platform,
            measure.kind,
            measure.group,
            register.now,
            besides=besides,
        )
    return Facts(
        frozen=register.frozen,
        broken=register.broken,
        target=target,
        exempt=register.exempt_accounts,
        member_list_problem=problem,
        tally=tally,
        severity=severity,
        certain=certain,
        approvals=frozenset(map(register.person, measure.approvals)),
        approvals_needed=measure.approvals_needed,
        person=register.person(measure.account) if measure.account else None,
    )


def _target(register: Register, measure: Measure) -> Member | None:
    return register.member(measure.group, measure.account) if measure.account else None
