"""What was kept, or waited, for ever."""

import asyncio
from pathlib import Path

from bot.domain.groups import Group, Member, Role
from bot.domain.measures import MeasureKind
from tests.bot.engine.stage import account, bot_seat, group_key, person, seat, staged

GROUP = group_key(1000)
MEMBERS = (201, 202, 203, 204)


def a_group() -> list[tuple[Group, list[Member]]]:
    members = [bot_seat(), seat(100, Role.OWNER), *map(seat, MEMBERS)]
    return [(Group(key=GROUP, name="教务群"), members)]


async def test_messages_that_were_only_observed_are_not_kept_in_memory(
    tmp_path: Path, migrated_file: Path
) -> None:
    observe = {"QUNGUI_MODE": "observe"}
    async with staged(tmp_path, migrated_file, a_group(), environment=observe) as stage:
        await stage.import_staff([person(one) for one in (100, *MEMBERS)])
        await stage.connect()
        for _ in range(3):
            await stage.posts(GROUP, account(201), "今晚网络赌博")
        register = stage.engine.services.register
        assert len(await stage.cases()) == 3
        assert not register.by_number
        assert not register.message_cases
        await stage.engine.services.reload()
        assert not register.by_number


async def test_whoever_asked_is_not_left_waiting_for_an_answer_that_broke(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.connect()

        def broken(_kind: MeasureKind) -> None:
            raise ValueError("a fault nobody foresaw")

        stage.platform.on_call = broken
        outboxes = stage.engine.outboxes
        async with asyncio.timeout(2):
            assert not await outboxes.answer(account(201), GROUP, "好")
