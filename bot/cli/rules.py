"""``qungui articles`` and ``qungui capabilities``: what is covered, and what can be done where."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.frame import command
from bot.cli.office import finish, opened, settings
from bot.cli.output import AsJson, print_items, print_line, print_table

if TYPE_CHECKING:
    from config.settings import Settings
    from data.groups import StoredGroup

_STATUSES = {
    "automatic": "自动",
    "assisted": "协助人办理",
    "human_only": "只由人办理",
    "missing": "没有落实",
}
_IN_MEMORY = "sqlite+aiosqlite://"

GroupName = Annotated[str | None, typer.Argument(metavar="[GROUP]", help="群号或完整群名")]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "articles", "逐条列出管理办法由什么落实")(articles)
    command(application, "capabilities", "逐群列出机器人能做什么，由谁来做")(capabilities)


def articles(json: AsJson = False) -> None:
    """Coverage of the regulation, clause by clause."""
    items = _coverage(settings())
    if json:
        print_items(items)
        return
    rows = [
        [one["clause"], one["gist"], _STATUSES[one["status"]], "、".join(one["controls"]) or "-",
         one["human_only"] or ""]
        for one in items
    ]  # fmt: skip
    print_table(("条款", "要点", "落实", "由什么落实", "为什么只由人办理"), rows)


def capabilities(group: GroupName = None, json: AsJson = False) -> None:
    """What can be done in each group, as last read from the platform."""
    items = finish(_capabilities(group))
    if json:
        print_items(items)
        return
    if not items:
        print_line("还没有读到任何群。请先启动服务并连接平台。")
        return
    from bot.domain.measures import MeasureKind, Rung

    rows = [
        [one["group_name"], one["group"], MeasureKind(act["measure"]).label,
         Rung(act["rung"]).label, act["why"]]
        for one in items
        for act in one["measures"]
    ]  # fmt: skip
    print_table(("群", "群号", "处置", "由谁做", "原因"), rows)


def _coverage(own: "Settings") -> list[dict[str, Any]]:
    from bot.app import build
    from config.articles import load_articles
    from plugins.digest.rules import DAILY_LOOK

    # Only the names of rules and commands are asked for: nothing of the database is touched.
    engine = build(own.model_copy(update={"database_url": _IN_MEMORY}))
    catalogue = engine.services.catalogue
    rules = {rule.rule_id for rule in catalogue.rules}
    helpers = {each.name for each in catalogue.commands} | {DAILY_LOOK}
    items = []
    for identifier, clause in load_articles(own.config).clauses.items():
        controls = set(clause.controls)
        if clause.human_only:
            status = "human_only"
        elif controls & rules:
            status = "automatic"
        else:
            status = "assisted" if controls & helpers else "missing"
        items.append(
            {
                "clause": identifier,
                "gist": clause.gist,
                "controls": list(clause.controls),
                "status": status,
                "who": clause.who,
                "human_only": clause.human_only,
            }
        )
    return items


async def _capabilities(wanted: str | None) -> list[dict[str, Any]]:
    from bot.cli.lookups import find_group
    from data.groups import load_groups

    async with opened() as office, office.database.reading() as connection:
        if wanted is not None:
            return [_group(await find_group(connection, wanted, "GROUP"))]
        return [_group(one) for one in await load_groups(connection) if one.active]


def _group(stored: "StoredGroup") -> dict[str, Any]:
    from adapters.qq.capabilities import capability
    from bot.domain.capabilities import Situation
    from bot.domain.measures import MeasureKind

    situation = Situation(bot_role=stored.bot_role)
    acts = [capability(kind, situation) for kind in MeasureKind]
    return {
        "platform": stored.group.key.platform.value,
        "group": stored.group.key.id,
        "group_name": stored.group.name,
        "kind": "ordinary",
        "sees": "all",
        "bot_role": stored.bot_role.value,
        "measures": [
            {"measure": act.kind.value, "rung": act.rung.value, "why": act.why} for act in acts
        ],
    }
