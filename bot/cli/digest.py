"""``qungui digest``: a daily report again."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import moments
from bot.cli.frame import command
from bot.cli.office import Office, finish, now, opened
from bot.cli.output import AsJson, print_json, print_line
from bot.domain.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.identifiers import GroupKey

GroupName = Annotated[str, typer.Argument(metavar="GROUP", help="群号或完整群名")]
Day = Annotated[str, typer.Option("--date", metavar="D", help="2026-11-01、今天、昨天")]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "digest", "再看一次某群的日报；当天尚未生成时为到目前为止的情况")(digest)


def digest(group: GroupName, date: Day = "今天", json: AsJson = False) -> None:
    """Print the report of the group's owner for a day."""
    document = finish(_digest(group, date))
    if json:
        print_json(document)
    else:
        print_line("\n".join(document["lines"]))


async def _digest(wanted: str, given: str) -> dict[str, Any]:
    from bot.cli.lookups import find_group

    async with opened() as office:
        zone = office.settings.timezone
        day = moments.day(given, "--date", zone, now())
        async with office.database.reading() as connection:
            group = (await find_group(connection, wanted, "GROUP")).group
        text, figures = await _report(office, group.key, day)
    return {
        "group": group.key.id,
        "group_name": group.name,
        "date": day.isoformat(),
        "lines": text.splitlines(),
        "figures": {name: value for name, value in figures.items() if name != "counted"},
        "coverage": {
            name: figures.get(name) for name in ("since", "until", "received", "uninspected")
        },
    }


async def _report(office: Office, group: "GroupKey", day: date) -> "tuple[str, Mapping[str, Any]]":
    """The report that was sent, else that of today so far."""
    from data import digests

    async with office.database.reading() as connection:
        sent = await digests.of_day(connection, day.isoformat())
    for one in sent:
        counted = one.figures.get("counted")
        if isinstance(counted, dict) and str(group) in counted:
            return one.text, one.figures
    if day != now().astimezone(office.settings.timezone).date():
        raise RefusedError(f"没有 {day} 的日报：当天服务没有运行，或该群当时没有群主。")
    return await _so_far(office, group, day)


async def _so_far(office: Office, group: "GroupKey", day: date) -> "tuple[str, Mapping[str, Any]]":
    from bot.app import build
    from plugins.digest.compose import compose
    from plugins.digest.figures import Reader, Since

    engine = build(office.settings)
    try:
        await engine.recollection.everything()
        zone = engine.services.register.policy.digest.zone
        since = Since(datetime.combine(day, time(), zone), day.isoformat(), {})
        async with engine.services.database.reading() as connection:
            figures, kept = await Reader(engine.services).owner_day(
                connection, {group}, since, now()
            )
        return compose(figures, engine.services.wording, zone), kept
    finally:
        await engine.services.database.close()
