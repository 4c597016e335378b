"""Killed anywhere: nothing acknowledged is lost, nothing is done twice, nothing is unrecorded."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.engine.failpoints import FAILPOINTS
from tests.faults.burst import fresh_home, killed_at, write_template
from tests.faults.forked_service import Tamper
from tests.faults.reckoning import Reckoning
from tests.faults.sabotaged_service import act_before_record, retry_blindly

PASSINGS = {
    "before_commit": 20,
    "after_commit": 20,
    "before_attempt": 12,
    "after_attempt": 12,
    "after_call": 12,
    "after_proof": 5,
    "after_receipt": 12,
}
"""How often the day surely passes each failpoint: later occurrences are those of other days."""
_OCCURRENCES = 20
_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One kill: where, at which passing, on which day."""

    label: str
    passing: int
    seed: int

    @classmethod
    def occurrence(cls, label: str, number: int) -> "Run":
        """The n-th of a label, n from 1."""
        return cls(label, 1 + (number - 1) % PASSINGS[label], number)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await write_template(tmp_path_factory.mktemp("burst") / "template.db")


def test_every_failpoint_is_covered() -> None:
    assert tuple(PASSINGS) == FAILPOINTS


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("label", FAILPOINTS)
async def test_log_and_ledger_agree_after_a_kill(label: str, template: Path) -> None:
    runs = [Run.occurrence(label, 1), Run.occurrence(label, PASSINGS[label] // 2 + 1)]
    for run, found in await _all(runs, template):
        assert found.struck, f"{run} never came"
        assert found.clean, f"{run}: {found}"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.asyncio(loop_scope="module")
async def test_log_and_ledger_agree_after_a_kill_anywhere(template: Path) -> None:
    runs = [
        Run.occurrence(label, number)
        for label in FAILPOINTS
        for number in range(1, _OCCURRENCES + 1)
    ]
    results = await _all(runs, template)
    print(_table(results))
    assert not [(run, found) for run, found in results if not found.clean]
    assert all(found.struck for _, found in results)


@pytest.mark.asyncio(loop_scope="module")
async def test_acting_before_it_is_recorded_is_noticed(template: Path) -> None:
    runs = [Run("before_commit", passing, passing) for passing in range(1, 7)]
    results = await _all(runs, template, act_before_record)
    assert any(found.unrecorded or found.lost for _, found in results), results


@pytest.mark.asyncio(loop_scope="module")
async def test_blind_repetition_is_noticed(template: Path) -> None:
    runs = [Run("after_call", passing, passing) for passing in range(1, 4)]
    results = await _all(runs, template, retry_blindly)
    assert any(found.doubled for _, found in results), results


async def _all(
    runs: Iterable[Run], template: Path, tamper: Tamper | None = None
) -> list[tuple[Run, Reckoning]]:
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(run: Run) -> tuple[Run, Reckoning]:
        async with room:
            with fresh_home(template) as home:
                found = await killed_at(
                    run.label, run.passing, home=home, seed=run.seed, tamper=tamper
                )
        return run, found

    return await asyncio.gather(*(one(run) for run in runs))


def _table(results: list[tuple[Run, Reckoning]]) -> str:
    lines = [f"{'label':16}{'runs':>6}{'struck':>8}{'lost':>6}{'doubled':>9}{'unrecorded':>12}"]
    for label in FAILPOINTS:
        found = [each for run, each in results if run.label == label]
        lines.append(
            f"{label:16}{len(found):>6}{sum(each.struck for each in found):>8}"
            f"{sum(len(each.lost) for each in found):>6}"
            f"{sum(len(each.doubled) for each in found):>9}"
            f"{sum(len(each.unrecorded) for each in found):>12}"
        )
    return "\n" + "\n".join(lines)
