"""What a reading of the members was taken for, and should not have been."""

from pathlib import Path

from bot.domain.groups import Group, Member, Role
from bot.domain.measures import MeasureKind
from tests.bot.engine.stage import bot_seat, group_key, person, seat, staged

MEMBERS = tuple(range(201, 213))


def a_group(number: int = 1000) -> tuple[Group, list[Member]]:
    key = group_key(number)
    members = [bot_seat(), seat(100, Role.OWNER), *map(seat, MEMBERS), seat(300, card="小明")]
    return Group(key=key, name=f"群{number}"), members


async def test_the_first_roster_of_a_running_service_trips_no_breaker(
    tmp_path: Path, migrated_file: Path
) -> None:
    groups = [a_group(1000 + one) for one in range(21)]
    async with staged(tmp_path, migrated_file, groups) as stage:
        await stage.connect()
        await stage.import_staff([person(one) for one in (100, *MEMBERS)])
        assert not stage.engine.services.register.broken
        kinds = {one.measure.kind for one in await stage.measures()}
        assert kinds == {MeasureKind.REMIND}
