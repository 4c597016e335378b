"""``qungui violations``: the log, newest first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import moments
from bot.cli.complaints import nearest
from bot.cli.frame import command
from bot.cli.office import Office, finish, now, opened, operator
from bot.cli.output import AsJson, clock, iso, print_items, print_line, print_table
from bot.domain.errors import BadInputError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.ledger import Json
    from data.violations import Page, ViolationQuery, ViolationRecord

_EXCERPT_SHOWN = 40
_REGISTERED_BY_OWNER = "owner-report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options as given."""

    group: str | None
    person: str | None
    rule: str | None
    article: str | None
    since: str | None
    until: str | None
    state: str | None
    limit: int
    after: str | None


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "violations", "查违规登记，新的在前")(violations)


def violations(
    group: Annotated[str | None, typer.Option(metavar="G", help="群号或完整群名")] = None,
    person: Annotated[str | None, typer.Option(metavar="P", help="工号、账号或姓名")] = None,
    rule: Annotated[str | None, typer.Option(metavar="R", help="规则，例如 real-name")] = None,
    article: Annotated[str | None, typer.Option(metavar="A", help="条款，例如 20 或 20.1")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="T", help="起：2026-11-01、昨天、7d 或 ISO 时间")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="T", help="止；写日期时含当天")] = None,
    state: Annotated[str | None, typer.Option(metavar="S", help="open、waiting、closed……")] = None,
    limit: Annotated[int, typer.Option(metavar="N", help="最多条数")] = 50,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help="上一页的 next")] = None,
    json: AsJson = False,
) -> None:
    """List the cases that match."""
    wanted = Wanted(
        group=group, person=person, rule=rule, article=article, since=since, until=until,
        state=state, limit=limit, after=after,
    )  # fmt: skip
    finish(_list(wanted, json=json))


async def _list(wanted: Wanted, *, json: bool) -> None:
    from data.excerpts import Vault
    from data.violations import find

    async with opened() as office, office.database.reading() as connection:
        page = await find(connection, await _query(wanted, office, connection))
        vault = Vault(office.settings.home / "keys")
        excerpts = {
            one.number: await vault.open(connection, one.number)
            for one in page.items
            if one.excerpt is not None
        }
        if excerpts:
            await _record_look(office, list(excerpts))
    if json:
        items = [_item(one, excerpts.get(one.number), office) for one in page.items]
        print_items(items, page.next)
    else:
        _show(page, excerpts, office)


async def _record_look(office: Office, numbers: list[int]) -> None:
    """Who reads evidence is on record, at the terminal as in chat."""
    content: dict[str, Json] = {"in": None, "refused": False, "excerpt": True}
    async with office.database.transaction(now()) as work:
        work.record("look", operator(), {**content, "cases": [*numbers]})


async def _query(wanted: Wanted, office: Office, connection: "AsyncConnection") -> "ViolationQuery":
    from bot.cli.lookups import choice, find_group, find_person
    from bot.domain.violations import ViolationState
    from data.violations import ViolationQuery

    zone, moment = office.settings.timezone, now()
    start = moments.since(wanted.since, "--since", zone, moment) if wanted.since else None
    end = moments.until(wanted.until, "--until", zone, moment) if wanted.until else None
    if start and end and start >= end:
        raise BadInputError("--since 应早于 --until。")
    labels = {one: one.label for one in ViolationState}
    group = await find_group(connection, wanted.group) if wanted.group else None
    return ViolationQuery(
        group=group.group.key if group else None,
        person=await find_person(connection, wanted.person) if wanted.person else None,
        rule=_rule(wanted.rule, office) if wanted.rule else None,
        clause=_clause(wanted.article, office) if wanted.article else None,
        state=choice(wanted.state, ViolationState, labels, "--state") if wanted.state else None,
        since=start,
        until=end,
        limit=wanted.limit,
        after=wanted.after,
    )


def _rule(given: str, office: Office) -> str:
    from config.policy import load_policy

    own = office.settings
    policy = load_policy(own.config, mode=own.mode, zone=own.timezone)
    known = {rule for rule, _ in policy.responses} | {_REGISTERED_BY_OWNER}
    if given not in known:
        hint = nearest(given, known) or f"可用的有：{'、'.join(sorted(known))}。"
        raise BadInputError(f"--rule:没有规则“{given}”。{hint}")
    return given


def _clause(given: str, office: Office) -> str:
    from config.articles import load_articles

    plain = given.strip().removeprefix("第").removesuffix("条").strip()
    clauses = load_articles(office.settings.config).clauses
    if plain not in clauses and plain not in {str(one.article) for one in clauses.values()}:
        raise BadInputError(
            f"--article:没有条款“{given}”。可写条（20）或款（20.1），见 qungui articles。"
        )
    return plain


def _item(record: "ViolationRecord", excerpt: str | None, office: Office) -> dict[str, Any]:
    from bot.cli import shapes

    zone = office.settings.timezone
    return {
        "number": f"W{record.number}",
        "platform": record.group.platform.value,
        "group": record.group.id,
        "group_name": record.group_name,
        "person": shapes.person(
            record.account,
            staff_id=record.staff_id,
            name=record.person_name,
            department=record.department,
        ),
        "rule": record.rule_id,
        "kind": record.kind,
        "article": record.clause,
        "category": record.category,
        "severity": record.severity.value,
        "state": record.state.value,
        "mode": record.mode.value,
        "reason": record.reason,
        "suggestion": record.suggestion,
        "opened_at": iso(record.opened_at, zone),
        "closed_at": iso(record.closed_at, zone),
        "closed_because": record.closed_because,
        "excerpt": excerpt,
        "measures": [shapes.measure(one, zone) for one in record.measures],
    }


def _show(page: "Page", excerpts: dict[int, str | None], office: Office) -> None:
    if not page.items:
        print_line("没有符合条件的登记。")
        return
    zone = office.settings.timezone
    columns = ("编号", "时间", "群", "人员", "规则/条款", "轻重", "状态", "情况", "处置")
    rows = [
        [
            f"W{one.number}",
            clock(one.opened_at, zone),
            one.group_name or one.group.id,
            f"{one.department or ''} {one.person_name}".strip(),
            f"{one.rule_id} {one.clause}",
            one.severity.label,
            one.state.label,
            excerpts.get(one.number) or one.reason,
            "\n".join(f"{m.measure.kind.label}：{m.state.label}" for m in one.measures) or "-",
        ]
        for one in page.items
    ]
    print_table(columns, rows)
    if page.next:
        print_line(f"下一页：--after {page.next}")
