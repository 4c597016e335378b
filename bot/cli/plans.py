"""``qungui plan`` and ``qungui duty``: what waits for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.confirming import meeting_place, send_code, subject
from bot.cli.deciding import As, decider, numbered
from bot.cli.frame import command, new_application
from bot.cli.office import Office, finish, now, opened, operator
from bot.cli.output import AsJson, clock, iso, print_items, print_json, print_line, print_table
from bot.domain.errors import RefusedError

if TYPE_CHECKING:
    from bot.domain.identifiers import AccountKey
    from bot.domain.plans import Plan
    from bot.engine.register import Register
    from bot.engine.texts import Texts
    from data.duties import Duty
    from data.ledger import Work
    from data.measures import StoredMeasure

_CONFIRMS_PLAN = "approve"
"""What a code sent for a yes at the terminal is for."""

Code = Annotated[
    str | None, typer.Option("--code", metavar="CODE", help="须两人批准时，本人私信收到的确认码")
]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="计划编号，例如 P3")]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    plan = new_application("清理计划：查看、批准、驳回")
    command(plan, "list", "列出清理计划，新的在后")(list_plans)
    command(plan, "show", "查看一份清理计划")(show)
    command(plan, "approve", "批准；够数后即执行")(approve)
    command(plan, "reject", "驳回")(reject)
    application.add_typer(plan, name="plan")
    duty = new_application("职责：群主应做的事")
    command(duty, "list", "列出职责")(list_duties)
    application.add_typer(duty, name="duty")


def list_plans(json: AsJson = False) -> None:
    """List every plan."""
    finish(_list_plans(json=json))


def show(number: Number, json: AsJson = False) -> None:
    """Show one plan with its people."""
    finish(_show(numbered(number, "P"), json=json))


def approve(number: Number, by: As, code: Code = None) -> None:
    """Say yes to a plan; where two people are needed, with the code that was sent to each."""
    plan = finish(_approve(numbered(number, "P"), by, code))
    if plan is None:
        print_line(
            f"该计划须两人批准。正由机器人私信给 {by} 发确认码（10 分钟内有效，服务须在运行）。"
        )
        print_line(f"收到后运行：qungui plan approve {number} --as {by} --code 确认码")
        return
    missing = plan.needed - len(plan.approvals)
    if missing > 0:
        print_line(f"已记录。P{plan.number} 还需另外 {missing} 人批准。")
    elif plan.state.value == "approved":
        print_line(f"P{plan.number} 已批准。服务（须在运行）重新读取成员名单后，逐一核实移出。")
    else:
        print_line(f"P{plan.number} 已批准，服务将逐一核实后移出。")


def reject(number: Number, by: As, reason: Annotated[str, typer.Option(help="理由")] = "") -> None:
    """Say no to a plan."""
    plan = finish(_reject(numbered(number, "P"), by, reason))
    print_line(f"P{plan.number} 已驳回。")


def list_duties(json: AsJson = False) -> None:
    """List every duty."""
    finish(_list_duties(json=json))


async def _approve(number: int, by: str, code: str | None) -> "Plan | None":
    """Approve; None where the one who is named must confirm it first."""
    from bot.domain.plans import PlanState
    from bot.engine import plan_decisions

    async with opened() as office:
        register = await office.register()
        texts = _texts(office, register)
        plan = await _get(office, number)
        account = decider(by, plan.groups, register)
        if plan.needed > 1 and code is None:
            await _send_code(office, account, plan, register)
            return None
        async with office.database.transaction(now()) as work:
            register.now = work.now
            if plan.needed > 1:
                await _confirm(work, code or "", account, number)
            work.record("terminal", f"P{number}", {"as": str(account), "operator": operator()})
            plan = await plan_decisions.record_approval(work, number, account, register)
            if any(register.list_is_old(group, work.now) for group in plan.groups):
                # Only the service can read the members again; it carries out what is approved.
                return plan
            if plan.state is PlanState.APPROVED:
                plan = await plan_decisions.carry_out_plan(work, number, register, texts)
            return plan


def _texts(office: Office, register: "Register") -> "Texts":
    from bot.engine.texts import Texts
    from config.articles import load_articles
    from config.wording import load_wording

    settings = office.settings
    wording, articles = load_wording(settings.config), load_articles(settings.config)
    return Texts(wording, articles, register, zone=settings.timezone)


async def _send_code(
    office: Office, account: "AccountKey", plan: "Plan", register: "Register"
) -> None:
    """One human at a terminal could name two people: each of them must say so himself."""
    from bot.engine import plan_decisions
    from config.wording import load_wording

    place = meeting_place(account, register)
    if place is None:
        raise RefusedError(f"机器人在 {account} 的平台上没有群，无法私信确认码。请本人发送：批准")
    wording = load_wording(office.settings.config)
    async with office.database.transaction(now()) as work:
        register.now = work.now
        plan_decisions.may_approve(plan, account, work.now, register)
        await send_code(
            work, wording, account, place, purpose=_CONFIRMS_PLAN, about=f"P{plan.number}"
        )


async def _confirm(work: "Work", code: str, account: "AccountKey", number: int) -> None:
    from data import codes

    if await codes.redeem(work, code, _CONFIRMS_PLAN, operator()) != subject(account, f"P{number}"):
        raise RefusedError(f"这个确认码不是发给 {account} 批准 P{number} 的，没有执行。")


async def _reject(number: int, by: str, reason: str) -> "Plan":
    from bot.engine import plan_decisions

    async with opened() as office:
        register = await office.register()
        account = decider(by, (await _get(office, number)).groups, register)
        async with office.database.transaction(now()) as work:
            register.now = work.now
            work.record("terminal", f"P{number}", {"as": str(account), "operator": operator()})
            return await plan_decisions.reject_plan(work, number, account, reason, register)


async def _get(office: Office, number: int) -> "Plan":
    from data import plans

    async with office.database.reading() as connection:
        plan = await plans.get(connection, number)
    if plan is None:
        raise RefusedError(f"没有编号为 P{number} 的清理计划。")
    return plan


async def _list_plans(*, json: bool) -> None:
    from data import plans

    async with opened() as office:
        register = await office.register()
        async with office.database.reading() as connection:
            found = await plans.list_plans(connection)
        if json:
            print_items([await _item(one, office, register) for one in found])
            return
    if not found:
        print_line("没有清理计划。")
        return
    zone = office.settings.timezone
    rows = [
        [
            f"P{one.number}",
            one.state.label,
            _names(one, register),
            str(len(one.people)),
            f"{len(one.approvals)}/{one.needed}",
            clock(one.expires_at, zone),
        ]
        for one in found
    ]
    print_table(("编号", "状态", "群", "人数", "批准", "到期"), rows)


async def _show(number: int, *, json: bool) -> None:
    async with opened() as office:
        register = await office.register()
        plan = await _get(office, number)
        item = await _item(plan, office, register)
    if json:
        print_json(item)
        return
    zone = office.settings.timezone
    given = "、".join(str(one.account) for one in plan.approvals) or "无"
    print_line(
        f"P{plan.number} {plan.state.label},{_names(plan, register)},"
        f"需 {plan.needed} 人批准，已批准：{given},{clock(plan.expires_at, zone)} 到期"
    )
    rows = [
        [one["group"], one["person"]["name"] or "", one["person"]["account"], one["reason"],
         one["state"] or "-"]
        for one in item["people"]
    ]  # fmt: skip
    print_table(("群", "姓名", "账号", "原因", "处置"), rows)


async def _item(plan: "Plan", office: Office, register: "Register") -> dict[str, Any]:
    from bot.cli import shapes
    from data import measures

    zone = office.settings.timezone
    async with office.database.reading() as connection:
        acts = {
            (one.measure.group, one.measure.account): one
            for one in await measures.for_plan(connection, plan.number)
        }
    return {
        "number": f"P{plan.number}",
        "platform": plan.groups[0].platform.value,
        "owner": str(plan.owner) if plan.owner else None,
        "groups": [group.id for group in plan.groups],
        "state": plan.state.value,
        "people": [
            {
                "person": shapes.person_on(register.roster, one.account, one.name),
                "group": one.group.id,
                "reason": one.reason,
                "state": _state(acts.get((one.group, one.account))),
                "violation": f"W{one.violation}",
            }
            for one in plan.people
        ],
        "approvals": [
            {"account": str(one.account), "at": iso(one.at, zone)} for one in plan.approvals
        ],
        "needed": plan.needed,
        "created_at": iso(plan.created_at, zone),
        "expires_at": iso(plan.expires_at, zone),
    }


def _state(stored: "StoredMeasure | None") -> str | None:
    return stored.state.value if stored else None


def _names(plan: "Plan", register: "Register") -> str:
    found = (register.groups.get(group) for group in plan.groups)
    return "、".join(
        state.group.name if state else group.id
        for state, group in zip(found, plan.groups, strict=True)
    )


async def _list_duties(*, json: bool) -> None:
    from data import duties

    async with opened() as office, office.database.reading() as connection:
        found = await duties.list_duties(connection)
    zone = office.settings.timezone
    if json:
        print_items([_duty(one, office) for one in found])
    elif not found:
        print_line("没有职责登记。")
    else:
        print_table(
            ("编号", "职责", "群主", "群", "日期", "期限", "状态"),
            [
                [f"D{one.number}", one.kind, str(one.owner), _ids(one), one.day,
                 clock(one.due_at, zone), duties.STATES[one.state]]
                for one in found
            ],
        )  # fmt: skip


def _duty(one: "Duty", office: Office) -> dict[str, Any]:
    zone = office.settings.timezone
    groups: Sequence[str] = [group.id for group in one.groups]
    return {
        "number": f"D{one.number}",
        "kind": one.kind,
        "owner": str(one.owner),
        "group": groups[0] if groups else None,
        "groups": groups,
        "due_at": iso(one.due_at, zone),
        "state": one.state,
        "proof": one.proof or None,
        "day": one.day,
        "done_at": iso(one.done_at, zone),
    }


def _ids(one: "Duty") -> str:
    return "、".join(group.id for group in one.groups)
