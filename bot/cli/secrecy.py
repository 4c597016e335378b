"""``qungui secrecy-report``: the form of a suspected leak, for people to complete and sign."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.frame import command
from bot.cli.office import Office, finish, now, opened, operator
from bot.cli.output import AsJson, print_json, print_line
from bot.domain.errors import BadInputError, RefusedError

if TYPE_CHECKING:
    from plugins.content.secrecy.report import Form

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="登记号，例如 W12")]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="写到哪个文件：.docx 或 .txt")]
_FORMS = (".docx", ".txt")


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "secrecy-report", "生成泄密事件报告表（不含涉密内容）")(secrecy_report)


def secrecy_report(number: Number, out: Out, json: AsJson = False) -> None:
    """Write the form of one case."""
    plain = number.strip().upper().removeprefix("W")
    if not (plain.isascii() and plain.isdigit()):
        raise BadInputError(f"NUMBER 的值“{number}”不是登记号，应形如 W12。")
    if out.suffix.lower() not in _FORMS:
        raise BadInputError(f"OUT 的文件名应以 {' 或 '.join(_FORMS)} 结尾。")
    if out.exists():
        raise BadInputError(f"{out} 已存在，请换一个文件名。")
    if not out.parent.is_dir():
        raise BadInputError(f"文件夹 {out.parent} 不存在，请先建立它。")
    form = finish(_form(int(plain)))
    if out.suffix.lower() == ".txt":
        out.write_text(form.text() + "\n", encoding="utf-8")
    else:
        from plugins.content.secrecy.document import write_document

        write_document(form, out)
    if json:
        print_json({"path": str(out), "number": f"W{plain}"})
    else:
        print_line(f"报告表已写到 {out}，空白处请由人员填写。")


async def _form(number: int) -> "Form":
    from data import first_aid, violations
    from plugins.content.secrecy.report import fill_in

    async with opened() as office:
        async with office.database.reading() as connection:
            record = await violations.get(connection, number)
            aid = await first_aid.get(connection, number)
        if record is None or aid is None:
            raise RefusedError(
                f"W{number} 不是涉密应急处置的登记，请用 qungui violations 核对编号。"
            )
        async with office.database.transaction(now()) as work:
            work.record("look", operator(), {"cases": [number], "form": True})
        names = await _names(office)
        return fill_in(record, aid, office.settings.timezone, lambda by: names.get(by, by))


async def _names(office: Office) -> dict[str, str]:
    """Accounts as the log writes them, with the names the roster has for them."""
    register = await office.register()
    bots = {
        str(account): "机器人"
        for state in register.groups.values()
        for account, member in state.members.items()
        if member.is_bot
    }
    return bots | {
        str(account): person.name for person in register.roster for account in person.accounts
    }
