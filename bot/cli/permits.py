"""``qungui permit``: applications to post, who signed them, and what was posted."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.deciding import As, numbered
from bot.cli.frame import command, new_application
from bot.cli.office import Office, finish, now, opened, operator
from bot.cli.output import AsJson, clock, iso, print_items, print_json, print_line, print_table
from bot.domain.errors import BadInputError, RefusedError
from bot.domain.identifiers import AccountKey

if TYPE_CHECKING:
    from bot.domain.permits import Permit
    from bot.engine.register import Register
    from plugins.permits.desk import PermitDesk

_APPROVER = "approver"

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="编号，例如 X3")]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    permit = new_application("发布许可：查看、批准、驳回")
    command(permit, "list", "列出发布申请和许可，新的在前")(list_permits)
    command(permit, "show", "查看一份，连同全文和备案；查看有记录")(show)
    command(permit, "approve", "批准，或复核紧急发布")(approve)
    command(permit, "reject", "驳回，或撤销已批准的许可")(reject)
    application.add_typer(permit, name="permit")


def list_permits(json: AsJson = False) -> None:
    """List every permit."""
    finish(_list(json=json))


def show(number: Number, json: AsJson = False) -> None:
    """Show one permit with its text and what was posted under it."""
    finish(_show(numbered(number, "X"), json=json))


def approve(number: Number, by: As) -> None:
    """Say yes."""
    permit = finish(_decide(numbered(number, "X"), by, approve=True, reason=""))
    left = "还须另一位审批人复核。" if permit.review_pending else ""
    print_line(f"X{permit.number} {permit.state.label}。{left}")


def reject(number: Number, by: As, reason: Annotated[str, typer.Option(help="理由")] = "") -> None:
    """Say no."""
    permit = finish(_decide(numbered(number, "X"), by, approve=False, reason=reason))
    print_line(f"X{permit.number} {permit.state.label}。")


async def _decide(number: int, by: str, *, approve: bool, reason: str) -> "Permit":
    async with opened() as office:
        register = await office.register()
        account = _approver(by, register)
        desk = _desk(office, register)
        async with office.database.transaction(now()) as work:
            work.record("terminal", f"X{number}", {"as": str(account), "operator": operator()})
            if approve:
                return await desk.approve(work, number, account)
            return await desk.reject(work, number, account, reason)


async def _list(*, json: bool) -> None:
    from data import permits

    async with opened() as office:
        register = await office.register()
        async with office.database.reading() as connection:
            found = await permits.list_permits(connection)
    if json:
        print_items([_item(one, office, register) for one in found])
        return
    if not found:
        print_line("没有发布申请。")
        return
    zone = office.settings.timezone
    rows = [
        [
            f"X{one.number}",
            _state(one),
            _who(one.applicant, register),
            one.topic,
            _names(one, register),
            f"{clock(one.starts_at, zone)} 至 {clock(one.ends_at, zone)}",
            str(len(one.filed)),
        ]
        for one in found
    ]
    print_table(("编号", "状态", "申请人", "事项", "群", "时间", "已发布"), rows)


async def _show(number: int, *, json: bool) -> None:
    from data import permits
    from data.permit_texts import permit_keys, unseal

    async with opened() as office:
        register = await office.register()
        keys = permit_keys(office.settings.home / "keys")
        async with office.database.transaction(now()) as work:
            permit = await permits.known(work.connection, number)
            text = (await unseal(work.connection, keys, [number])).get(number)
            work.record("permit_viewed", f"X{number}", {"by": operator()})
    item = {**_item(permit, office, register), "text": text}
    if json:
        print_json(item)
        return
    zone = office.settings.timezone
    signed = "、".join(_who(one.account, register) for one in permit.approvals) or "无"
    print_line(
        f"X{permit.number} {_state(permit)}，申请人：{_who(permit.applicant, register)}，"
        f"事项：{permit.topic}，理由：{permit.reason or '未写明'}"
    )
    print_line(
        f"群：{_names(permit, register)}，时间：{clock(permit.starts_at, zone)} 至 "
        f"{clock(permit.ends_at, zone)}，批准人：{signed}，指纹：{permit.fingerprint}"
    )
    print_line(f"全文：\n{text if text is not None else '（已不能读取）'}")
    rows = [
        [clock(one.at, zone), one.group.id, _who(one.author, register), one.message_id]
        for one in permit.filed
    ]
    print_table(("备案时间", "群", "发布人", "消息"), rows)


def _item(permit: "Permit", office: Office, register: "Register") -> dict[str, Any]:
    from bot.cli import shapes

    zone = office.settings.timezone
    return {
        "number": f"X{permit.number}",
        "applicant": str(permit.applicant),
        "person": shapes.person_on(register.roster, permit.applicant, None),
        "topic": permit.topic,
        "reason": permit.reason,
        "groups": [group.id for group in permit.groups],
        "posters": [str(one) for one in permit.posters],
        "anybody": permit.anybody,
        "emergency": permit.emergency,
        "from": iso(permit.starts_at, zone),
        "until": iso(permit.ends_at, zone),
        "state": permit.state.value,
        "approvals": [
            {"account": str(one.account), "at": iso(one.at, zone)} for one in permit.approvals
        ],
        "review_due_at": iso(permit.review_due_at, zone) if permit.review_pending else None,
        "fingerprint": permit.fingerprint,
        "filed": [
            {
                "group": one.group.id,
                "person": shapes.person_on(register.roster, one.author, None),
                "message": one.message_id,
                "at": iso(one.at, zone),
            }
            for one in permit.filed
        ],
    }


def _approver(given: str, register: "Register") -> AccountKey:
    try:
        account = AccountKey.parse(given)
    except BadInputError as error:
        raise BadInputError(f"--as:{error.message}") from error
    if account not in register.holders(_APPROVER):
        raise RefusedError(f"{account} 不是发布审批人，没有执行。")
    return account


def _desk(office: Office, register: "Register") -> "PermitDesk":
    from bot.engine.texts import Texts
    from config.articles import load_articles
    from config.wording import load_wording
    from data.permit_texts import permit_keys
    from plugins.permits.desk import PermitDesk
    from plugins.permits.letters import Letters

    settings = office.settings
    wording = load_wording(settings.config)
    texts = Texts(wording, load_articles(settings.config), register, zone=settings.timezone)
    return PermitDesk(register, Letters(wording, texts), permit_keys(settings.home / "keys"))


def _state(permit: "Permit") -> str:
    return f"{permit.state.label}，待复核" if permit.review_pending else permit.state.label


def _names(permit: "Permit", register: "Register") -> str:
    known = (register.groups.get(group) for group in permit.groups)
    return "、".join(
        state.group.name if state else group.id
        for state, group in zip(known, permit.groups, strict=True)
    )


def _who(account: AccountKey, register: "Register") -> str:
    staff = register.roster.bound_to(account)
    return f"{staff.name}（{account}）" if staff else str(account)
