"""``qungui export``: the log and the members as files for people."""

import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.export_files import WRITERS, Table
from bot.cli.frame import command
from bot.cli.office import Office, finish, opened
from bot.cli.output import AsJson, clock, print_json, print_line
from bot.domain.errors import BadInputError

if TYPE_CHECKING:
    from data.violations import ViolationRecord

_PAGE = 500
_LATER = {"certification": "成员认定", "inspection": "检查"}

Kind = Annotated[str, typer.Option("--kind", metavar="K", help="violations 或 members")]
Format = Annotated[str, typer.Option("--format", metavar="F", help="xlsx、csv、json 或 zip")]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="写到哪个文件；已存在则替换")]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "export", "导出违规登记或成员名单")(export)


def export(out: Out, kind: Kind, format: Format = "xlsx", json: AsJson = False) -> None:  # noqa: A002  the option's name
    """Write the file, whole or not at all."""
    read = _READERS.get(kind)
    if read is None:
        later = f"{_LATER[kind]}尚不能导出，" if kind in _LATER else ""
        known = "、".join(_READERS)
        raise BadInputError(f"选项 --kind 的值“{kind}”不能用：{later}可用的有 {known}。")
    write = WRITERS.get(format)
    if write is None:
        known = "、".join(WRITERS)
        raise BadInputError(f"选项 --format 的值“{format}”不能用，应为 {known} 之一。")
    if out.is_dir():
        raise BadInputError(f"{out} 是文件夹，请写上文件名。")
    if not out.parent.is_dir():
        raise BadInputError(f"文件夹 {out.parent} 不存在，请先建立它。")
    table = finish(_table(kind, read))
    digest = _whole(out, lambda path: write(table, path))
    if json:
        print_json({"path": str(out), "rows": len(table.rows), "sha256": digest})
    else:
        print_line(f"已导出 {len(table.rows)} 行到 {out}（SHA-256 {digest}）。")


def _whole(out: Path, write: Callable[[Path], None]) -> str:
    """Write beside the target and put it in place at the end; the SHA-256 of the file."""
    descriptor, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    os.close(descriptor)
    partial = Path(name)
    try:
        write(partial)
        with partial.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        partial.replace(out)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise
    return digest


async def _table(kind: str, read: "Reader") -> Table:
    async with opened() as office:
        rows = [row async for row in read(office)]
    return Table(kind, _COLUMNS[kind], rows)


async def _violations(office: Office) -> AsyncIterator[Mapping[str, str]]:
    from data.excerpts import Vault
    from data.violations import ViolationQuery, find

    vault = Vault(office.settings.home / "keys")
    after: str | None = None
    while True:
        async with office.database.reading() as connection:
            page = await find(connection, ViolationQuery(limit=_PAGE, after=after))
            for one in page.items:
                text = await vault.open(connection, one.number) if one.excerpt else None
                yield _violation(one, text, office)
        if page.next is None:
            return
        after = page.next


def _violation(one: "ViolationRecord", excerpt: str | None, office: Office) -> dict[str, str]:
    zone = office.settings.timezone
    return {
        "编号": f"W{one.number}",
        "登记时间": clock(one.opened_at, zone),
        "平台": one.group.platform.label,
        "群号": one.group.id,
        "群名": one.group_name or "",
        "工号": one.staff_id or "",
        "姓名": one.person_name,
        "部门": one.department or "",
        "账号": one.account.id,
        "规则": one.rule_id,
        "条款": one.clause,
        "类别": one.category or "",
        "轻重": one.severity.label,
        "状态": one.state.label,
        "情况": one.reason,
        "摘录": excerpt or "",
        "处置": "、".join(f"{act.measure.kind.label}：{act.state.label}" for act in one.measures),
        "办结时间": clock(one.closed_at, zone) if one.closed_at else "",
        "办结说明": one.closed_because or "",
    }


async def _members(office: Office) -> AsyncIterator[Mapping[str, str]]:
    from bot.domain.names import judge_card

    register = await office.register()
    for state in register.active_groups():
        for account, member in sorted(state.members.items()):
            person = register.roster.bound_to(account)
            said = judge_card(member.card, account, register.roster, register.departments)
            yield {
                "平台": state.group.key.platform.label,
                "群号": state.group.key.id,
                "群名": state.group.name,
                "账号": account.id,
                "名片": member.card,
                "身份": member.role.label,
                "机器人": "是" if member.is_bot else "",
                "判断": "" if member.is_bot else said.standing.label,
                "应改为": said.suggestion or "",
                "工号": person.staff_id if person else said.staff_id or "",
                "姓名": person.name if person else said.name or "",
                "部门": "、".join(person.departments) if person else said.department or "",
                "读取时间": clock(
                    state.reading.read_at if state.reading else None, office.settings.timezone
                ),
            }


Reader = Callable[[Office], AsyncIterator[Mapping[str, str]]]
_READERS: dict[str, Reader] = {"violations": _violations, "members": _members}
_COLUMNS = {
    "violations": (
        "编号", "登记时间", "平台", "群号", "群名", "工号", "姓名", "部门", "账号", "规则", "条款",
        "类别", "轻重", "状态", "情况", "摘录", "处置", "办结时间", "办结说明",
    ),
    "members": (
        "平台", "群号", "群名", "账号", "名片", "身份", "机器人", "判断", "应改为", "工号", "姓名",
        "部门", "读取时间",
    ),
}  # fmt: skip
