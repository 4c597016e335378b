"""``qungui check-name``: judges cards as a member would be judged."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.frame import command
from bot.cli.office import finish, opened, settings
from bot.cli.output import AsJson, print_items, print_table, remark

if TYPE_CHECKING:
    from bot.domain.people import Roster
    from config.settings import Settings

Cards = Annotated[list[str], typer.Argument(metavar="CARD...", help="群名片，可写多个")]
RosterFile = Annotated[
    Path | None, typer.Option("--roster", metavar="FILE", help="用这份花名册，不用数据库中的")
]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "check-name", "判断群名片是否为“部门-姓名”，并给出应改成什么")(check_name)


def check_name(cards: Cards, roster: RosterFile = None, json: AsJson = False) -> None:
    """Judge every card."""
    own = settings()
    people = from_file(roster, own) if roster else finish(_kept(own))
    if not len(people):
        remark("花名册是空的，所有名片都会判为不在花名册。请先运行 qungui roster import。")
    items = _judge(cards, people, own)
    if json:
        print_items(items)
        return
    columns = ("名片", "判断", "部门", "姓名", "应改为", "说明")
    print_table(columns, ([one["card"], *_shown(one)] for one in items))


def from_file(path: Path, own: "Settings") -> "Roster":
    """The roster of a file.

    Raises:
        BadInputError: it cannot be read, or is no roster.
    """
    from bot.cli.office import now
    from bot.domain.errors import BadInputError
    from bot.domain.people import Roster
    from bot.domain.roster_plan import Verdict, plan_import
    from config.policy import load_policy
    from config.roster_file import read_roster

    limits = load_policy(own.config, mode=own.mode, zone=own.timezone).limits
    reading = read_roster(path, mapping={})
    plan = plan_import((), reading, limits, now())
    if plan.verdict is Verdict.REJECTED:
        raise BadInputError(f"花名册 {path} 不能用：{';'.join(plan.reasons)}。")
    for problem in plan.errors:
        remark(f"{path.name} 第 {problem.row} 行“{problem.column}”：{problem.message}")
    return Roster(reading.rows)


async def _kept(own: "Settings") -> "Roster":
    from data.staff import load_roster

    async with opened(own) as office, office.database.reading() as connection:
        return await load_roster(connection)


def _judge(cards: list[str], people: "Roster", own: "Settings") -> list[dict[str, Any]]:
    from bot.domain.names import judge_card
    from config.departments import load_departments

    departments = load_departments(own.config).including(people.department_names)
    items = []
    for card in cards:
        said = judge_card(card, None, people, departments)
        items.append(
            {
                "card": card,
                "standing": said.standing.value,
                "department": said.department,
                "name": said.name,
                "suggestion": said.suggestion,
                "reason": said.reason,
            }
        )
    return items


def _shown(item: dict[str, Any]) -> list[str]:
    from bot.domain.people import Standing

    rest = [item[field] or "-" for field in ("department", "name", "suggestion", "reason")]
    return [Standing(item["standing"]).label, *rest]
