"""One group that tests of the engine's parts look at, and the people in it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.domain.groups import Group, Member, Role
from bot.domain.measures import MeasureKind
from bot.engine.pauses import Pauses
from data.measures import StoredMeasure
from tests.bot.engine.model_platform import Act
from tests.bot.engine.stage import (
    PAUSES,
    Stage,
    account,
    bot_seat,
    group_key,
    person,
    seat,
    staged,
)

GROUP, OTHER_GROUP = group_key(1000), group_key(2000)
OWNER, ADMIN, SUPERVISOR, ADMINISTRATOR, SECOND = (
    account(one) for one in (100, 110, 300, 400, 401)
)
MEMBERS = tuple(range(201, 209))
LI, WANG, ZHAO = (account(one) for one in MEMBERS[:3])
BAD, GRAVE, MILD = "今晚网络赌博", "机密星在此", "清仓甩卖"


def members(*others: Member) -> list[Member]:
    """The owner, an admin, the bot and eight people under their own names; others replace them."""
    known = {one.account: one for one in map(seat, MEMBERS)}
    known.update({one.account: one for one in others})
    return [bot_seat(), seat(100, Role.OWNER), seat(110, Role.ADMIN), *known.values()]


@asynccontextmanager
async def scene(
    folder: Path,
    template: Path,
    *others: Member,
    departed: Sequence[int] = (),
    mode: str = "enforce",
    connect: bool = True,
    pauses: Pauses = PAUSES,
    **policy: Any,
) -> AsyncIterator[Stage]:
    """A stage with the group of ``members``, its roster in place, read and judged."""
    environment = {
        "QUNGUI_MODE": mode,
        "QUNGUI_SUPERVISORS": "qq:300",
        "QUNGUI_ADMINISTRATORS": "qq:400,qq:401",
    }
    groups = [(Group(key=GROUP, name="教务群"), members(*others))]
    async with staged(
        folder, template, groups, environment=environment, pauses=pauses, **policy
    ) as stage:
        stage.platform.private = {OWNER, SUPERVISOR, ADMINISTRATOR, SECOND}
        staff = [person(one, departed=one in departed) for one in (100, 110, *MEMBERS)]
        await stage.import_staff(staff)
        if connect:
            await stage.connect()
        yield stage


def said(stage: Stage, *parts: str) -> list[Act]:
    """What the bot said that holds all parts."""
    return [
        one
        for one in stage.platform.log
        if one.kind is MeasureKind.NOTIFY and all(part in one.about for part in parts)
    ]


def acts(stage: Stage, kind: MeasureKind) -> list[Act]:
    """What the bot asked the platform to do, of one kind."""
    return [one for one in stage.platform.log if one.kind is kind]


async def of_kind(stage: Stage, kind: MeasureKind) -> list[StoredMeasure]:
    """The recorded measures of one kind."""
    return [one for one in await stage.measures() if one.measure.kind is kind]


def states(found: Iterable[StoredMeasure]) -> list[str]:
    return [one.state.value for one in found]
