"""Whatever happens in whatever order, nobody is removed who must not be."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from loguru import logger

from bot.domain import interlocks, plans
from bot.domain.groups import Role
from bot.domain.interlocks import Tally
from bot.engine import dispatch_acts, facts, intentions, plan_decisions, proposals, responses
from data import measures
from tests.bot.engine.interlock_machine import InterlockMachine, Template
from tests.bot.engine.interlock_oracle import OffenceError

_FINDS_WITHIN = 400
"""Days an honest search may take to stumble over a planted bug."""

Sabotage = Callable[[pytest.MonkeyPatch], None]


def _play(examples: int, steps: int, *, shrink: bool = True, anew: bool = False) -> None:
    """``anew``: other days at every run, instead of the same."""
    begun = time.monotonic()
    phases = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if shrink else [])]
    try:
        run_state_machine_as_test(
            InterlockMachine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                derandomize=not anew,
                phases=phases,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
    finally:
        print(
            f"\n{Template.examples} days of up to {steps} steps, {Template.steps} turns of the"
            f" engine, {Template.removals} removals, {time.monotonic() - begun:.1f} s"
        )


@pytest.fixture(autouse=True)
def template(tmp_path: Path, migrated_file: Path) -> Iterator[None]:
    Template.prepare(tmp_path, migrated_file)
    # Faults by the thousand are the point here; their warnings would bury the one that counts.
    logger.disable("bot.engine")
    yield
    logger.enable("bot.engine")


@pytest.mark.timeout(300)
def test_nothing_forbidden_is_ever_done() -> None:
    _play(40, 30)
    assert Template.removals, "nobody was ever removed: the machine proves nothing"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nothing_forbidden_is_ever_done_over_long_days() -> None:
    _play(1000, 50, anew=True)
    assert Template.removals


def _trust_any_list(patch: pytest.MonkeyPatch) -> None:
    for module in (facts, proposals):
        patch.setattr(module, "member_list_problem", lambda *_: None)


def _forget_that_admins_are_protected(patch: pytest.MonkeyPatch) -> None:
    honest = interlocks.protected

    def careless(target: Any, exempt: Any) -> str | None:
        return honest(target and replace(target, role=Role.MEMBER), exempt)

    for module in (interlocks, responses, dispatch_acts):
        patch.setattr(module, "protected", careless)


def _count_nothing(patch: pytest.MonkeyPatch) -> None:
    async def none(*_: object, **__: object) -> Tally:
        return Tally()

    patch.setattr(measures, "tally", none)


def _take_one_yes_for_enough(patch: pytest.MonkeyPatch) -> None:
    honest, knowledge = plans.approve, interlocks._removal_knowledge

    def hasty(*given: Any) -> tuple[plans.Approval, bool]:
        return honest(*given)[0], True

    def incurious(measure: Any, known: Any) -> str | None:
        return knowledge(measure, replace(known, approvals_needed=1))

    patch.setattr(plan_decisions, "approve", hasty)
    patch.setattr(interlocks, "_removal_knowledge", incurious)


def _act_while_frozen(patch: pytest.MonkeyPatch) -> None:
    honest = facts.gather

    async def warm(*given: Any, **named: Any) -> interlocks.Facts:
        return replace(await honest(*given, **named), frozen=False)

    async def at_once(acts: Any, group: Any) -> Any:
        return acts.register.platforms[group.platform]

    for module in (intentions, dispatch_acts):
        patch.setattr(module, "gather", warm)
    patch.setattr(dispatch_acts.Acts, "_ready", at_once)


@pytest.mark.parametrize(
    "sabotage",
    [
        _trust_any_list,
        _forget_that_admins_are_protected,
        _count_nothing,
        _take_one_yes_for_enough,
        _act_while_frozen,
    ],
    ids=lambda one: one.__name__.strip("_"),
)
@pytest.mark.timeout(600)
def test_planted_bug_is_found(sabotage: Sabotage) -> None:
    """The proof above is worth something only if a real mistake would turn it red."""
    with pytest.MonkeyPatch.context() as patch:
        sabotage(patch)
        with pytest.raises(OffenceError) as caught:
            _play(_FINDS_WITHIN, 30, shrink=False)
    print(f"{sabotage.__name__}: day {Template.examples}: {caught.value}")
