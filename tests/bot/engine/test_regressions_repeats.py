"""What was said or registered again and again."""

from datetime import timedelta
from pathlib import Path

from bot.domain.events import JoinRequested
from bot.domain.groups import Group, Member, Role
from bot.domain.measures import MeasureKind
from bot.domain.people import Staff
from data import events
from tests.bot.engine.stage import account, bot_seat, group_key, person, seat, staged

GROUP = group_key(1000)
MEMBERS = (100, 110, 201, 202, 203, 204, 205)


def a_group() -> list[tuple[Group, list[Member]]]:
    members = [bot_seat(), seat(100, Role.OWNER), seat(110, Role.ADMIN), *map(seat, MEMBERS[2:])]
    return [(Group(key=GROUP, name="教务群"), members)]


async def test_supervisors_hear_once_of_a_departed_admin(
    tmp_path: Path, migrated_file: Path
) -> None:
    staff: list[Staff] = [person(one, departed=one == 110) for one in MEMBERS]
    supervisor = {"QUNGUI_SUPERVISORS": "qq:300"}
    async with staged(tmp_path, migrated_file, a_group(), environment=supervisor) as stage:
        stage.platform.private = {account(300)}
        await stage.import_staff(staff)
        await stage.connect()
        for _ in range(4):
            await stage.elapse(timedelta(minutes=10))
        kinds = [one.measure.kind for one in await stage.measures()]
        assert kinds.count(MeasureKind.ESCALATE) == 1
        assert kinds.count(MeasureKind.REMOVE) == 1


async def test_a_request_still_waiting_when_its_event_is_forgotten_is_asked_once(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with staged(tmp_path, migrated_file, a_group()) as stage:
        await stage.import_staff([person(one) for one in MEMBERS])
        await stage.connect()
        now = stage.clock.now()
        request = JoinRequested(
            platform=GROUP.platform, event_id="j1", occurred_at=now, received_at=now, group=GROUP,
            account=account(555), answer="请通过", request_id="77",
        )  # fmt: skip
        await stage.engine.gate.submit(request)
        await stage.elapse(timedelta(days=4))
        await stage.engine.services.scribe.write(
            lambda work: events.forget_before(work, stage.clock.now() - timedelta(days=3))
        )
        await stage.engine.gate.submit(request)
        await stage.settle()
        assert [one.rule_id for one in await stage.cases()] == ["join"]
