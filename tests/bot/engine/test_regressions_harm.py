"""What once was done, or said, that should not have been."""

from pathlib import Path

from bot.domain.groups import Group, Member, Role
from bot.domain.measures import MeasureState
from bot.domain.people import Staff
from tests.bot.engine.stage import account, bot_seat, group_key, person, seat, staged

GROUP = group_key(1000)
OWNER = account(100)
MEMBERS = (100, 201, 202, 203, 204, 205, 206)


def a_group(*others: Member) -> list[tuple[Group, list[Member]]]:
    members = [bot_seat(), seat(100, Role.OWNER), *map(seat, MEMBERS[1:]), *others]
    return [(Group(key=GROUP, name="教务群"), members)]


def staff(*others: Staff) -> list[Staff]:
    known = {one.staff_id: one for one in (*map(person, MEMBERS), *others)}
    return list(known.values())


async def test_nothing_is_said_in_observe_mode(tmp_path: Path, migrated_file: Path) -> None:
    misnamed = a_group(seat(207, card="小明"))
    observe = {"QUNGUI_MODE": "observe"}
    async with staged(tmp_path, migrated_file, misnamed, environment=observe) as stage:
        await stage.import_staff(staff(person(207)))
        await stage.connect()
        await stage.posts(GROUP, account(201), "今晚网络赌博")
        assert stage.platform.log == []
        assert {one.state for one in await stage.measures()} == {MeasureState.WITHHELD}
