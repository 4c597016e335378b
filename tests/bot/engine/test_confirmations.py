"""What is asked twice is done once, by the one who was asked."""

from datetime import timedelta

import pytest

from bot.domain.errors import RefusedError
from bot.engine.commands import Reply
from bot.engine.confirmations import HOLDS, Confirmations
from tests.commanding import ADMINISTRATOR, NOON, SECOND_ADMINISTRATOR


class Deeds:
    def __init__(self) -> None:
        self.done = 0
        self.confirmations = Confirmations()

    async def act(self) -> Reply:
        self.done += 1
        return Reply("done")

    def ask(self) -> str:
        return self.confirmations.ask(ADMINISTRATOR, NOON, self.act)


async def test_the_right_code_from_the_right_account_does_it_once() -> None:
    deeds = Deeds()
    code = deeds.ask()
    assert (await deeds.confirmations.confirm(ADMINISTRATOR, code, NOON)).text == "done"
    with pytest.raises(RefusedError, match="没有等待"):
        await deeds.confirmations.confirm(ADMINISTRATOR, code, NOON)
    assert deeds.done == 1


async def test_nobody_else_can_confirm() -> None:
    deeds = Deeds()
    code = deeds.ask()
    with pytest.raises(RefusedError, match="没有等待"):
        await deeds.confirmations.confirm(SECOND_ADMINISTRATOR, code, NOON)
    assert deeds.done == 0


async def test_a_code_cannot_be_guessed() -> None:
    deeds = Deeds()
    code = deeds.ask()
    for _ in range(3):
        with pytest.raises(RefusedError):
            await deeds.confirmations.confirm(ADMINISTRATOR, "nope", NOON)
    with pytest.raises(RefusedError):
        await deeds.confirmations.confirm(ADMINISTRATOR, code, NOON)
    assert deeds.done == 0


async def test_a_code_runs_out() -> None:
    deeds = Deeds()
    code = deeds.ask()
    late = NOON + HOLDS + timedelta(seconds=1)
    with pytest.raises(RefusedError):
        await deeds.confirmations.confirm(ADMINISTRATOR, code, late)
    assert deeds.done == 0


async def test_asking_again_cancels_what_was_asked_before() -> None:
    deeds = Deeds()
    old = deeds.ask()
    new = deeds.ask()
    if old != new:
        with pytest.raises(RefusedError):
            await deeds.confirmations.confirm(ADMINISTRATOR, old, NOON)
    await deeds.confirmations.confirm(ADMINISTRATOR, new, NOON)
    assert deeds.done == 1
