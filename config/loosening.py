"""Which changes of the policy let more be done than before: those take two people."""

from dataclasses import fields

from bot.domain.findings import Severity
from bot.domain.policy import InterlockLimits, Policy, Response, Step
from config.policy_file import InterlockSection, Loosens

_ACTS = frozenset({Step.RECALL, Step.PROPOSE_REMOVAL, Step.APPROVE_JOIN})


def loosening_direction(name: str) -> Loosens:
    """Which way a key of ``[interlocks]`` loosens, as its model says.

    Raises:
        KeyError: no such key.
        ValueError: it does not say so, or says so twice.
    """
    (direction,) = (
        one for one in InterlockSection.model_fields[name].metadata if isinstance(one, Loosens)
    )
    return direction


def loosened(before: Policy, after: Policy) -> bool:
    """Whether anything is bounded less under ``after`` than under ``before``."""
    return any(
        _looser(field.name, before.limits, after.limits) for field in fields(InterlockLimits)
    ) or any(
        _acts_more(before.responses[key], response) for key, response in after.responses.items()
    )


def _looser(name: str, before: InterlockLimits, after: InterlockLimits) -> bool:
    old, new = getattr(before, name), getattr(after, name)
    return bool(new > old if loosening_direction(name) is Loosens.UPWARD else new < old)


def _acts_more(before: Response, after: Response) -> bool:
    """Whether a new act is done, or the caps that spare only the critical are stepped around."""
    new = {*after.do, *after.when_due} - {*before.do, *before.when_due}
    uncapped = after.severity is Severity.CRITICAL and before.severity is not Severity.CRITICAL
    return bool(new & _ACTS) or uncapped
