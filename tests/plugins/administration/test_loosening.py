"""Nothing one person does by ``配置``, in whatever order, loosens an interlock."""

import asyncio
import tempfile
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.people import Roster
from bot.domain.policy import InterlockLimits, Policy
from bot.engine.contribution import Contribution
from bot.engine.router import Router
from config.loosening import loosened
from config.policy_overrides import with_overrides
from data import setting_changes
from plugins.administration import contribute
from tests.commanding import (
    ADMINISTRATOR,
    MEMBER,
    NOON,
    OWNER,
    SECOND_ADMINISTRATOR,
    Desk,
    open_desk,
    people,
)

_VALUES = st.sampled_from(
    ("1", "2", "3", "10", "50", "200", "0.01", "0.05", "0.3", "0.6", "0.95", "1h", "25h", "48h")
)
_KEYS = st.sampled_from([f"interlocks.{one.name}" for one in fields(InterlockLimits)])
_ACCOUNTS = st.sampled_from((ADMINISTRATOR, MEMBER, OWNER))
"""Two bound to one person, and one given the role just now."""
_WORDS = st.one_of(
    st.builds("配置 {} {}".format, _KEYS, _VALUES), st.builds("配置 回退 {}".format, _KEYS)
)


def _settings_router(desk: Desk) -> Router:
    given_: tuple[Contribution, ...] = (contribute(desk.services),)
    desk.services.catalogue.fill(given_)
    return desk.router(desk.services.catalogue.commands)


async def _in_force(desk: Desk, basis: Policy) -> Policy:
    async with desk.database.reading() as connection:
        return with_overrides(basis, await setting_changes.current(connection))


def _one_person_with_three_accounts(desk: Desk) -> None:
    register = desk.register
    first, *others = people()
    twice = replace(first, accounts=(ADMINISTRATOR, MEMBER))
    register.roster = Roster((twice, *(one for one in others if MEMBER not in one.accounts)))
    administrator = frozenset({"administrator"})
    register.roles = dict.fromkeys((ADMINISTRATOR, MEMBER, OWNER), administrator)
    register.roles_since = {(OWNER, "administrator"): NOON}


@settings(max_examples=40, deadline=None)
@given(said=st.lists(st.tuples(_ACCOUNTS, _WORDS), min_size=2, max_size=6))
def test_no_sequence_by_one_person_loosens(said: list[tuple[object, str]]) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_desk(Path(folder)) as desk:
                _one_person_with_three_accounts(desk)
                basis, router = desk.register.policy, _settings_router(desk)
                before = basis
                for who, words in said:
                    await desk.say(router, who, words)  # type: ignore[arg-type]  # an account
                    after = await _in_force(desk, basis)
                    assert not loosened(before, after), words
                    before = desk.register.policy = after

    asyncio.run(play())


async def test_two_administrators_loosen_what_one_may_tighten(desk: Desk) -> None:
    router, basis = _settings_router(desk), desk.register.policy
    (said,) = await desk.say(router, ADMINISTRATOR, "配置 interlocks.removals_per_hour 30")
    assert "须两位" in said.text
    (said,) = await desk.say(router, ADMINISTRATOR, "配置 interlocks.removals_per_hour 30")
    assert "须两位" in said.text
    (said,) = await desk.say(router, SECOND_ADMINISTRATOR, "配置 interlocks.removals_per_hour 31")
    assert "须两位" in said.text
    (said,) = await desk.say(router, ADMINISTRATOR, "配置 interlocks.removals_per_hour 31")
    assert "20 改为 31" in said.text
    (said,) = await desk.say(router, ADMINISTRATOR, "配置 interlocks.removals_per_hour 5")
    assert "31 改为 5" in said.text
    (said,) = await desk.say(router, ADMINISTRATOR, "配置 回退 interlocks.removals_per_hour")
    assert "须两位" in said.text
    desk.clock.pass_(timedelta(hours=25))
    (said,) = await desk.say(router, SECOND_ADMINISTRATOR, "配置 回退 interlocks.removals_per_hour")
    assert "须两位" in said.text
    assert (await _in_force(desk, basis)).limits.removals_per_hour == 5
