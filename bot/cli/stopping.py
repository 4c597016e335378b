"""``qungui freeze`` and ``undo``: stop acting, and take back what can be taken back."""

from typing import Annotated

import typer

from bot.cli.deciding import As, decider, numbered
from bot.cli.frame import command
from bot.cli.office import finish, now, opened, operator
from bot.cli.output import print_line
from bot.domain.errors import RefusedError


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "freeze", "立即停止一切处置（一人即可）")(freeze)
    command(application, "undo", "撤销一件违规登记的处置，例如 undo W12 --as qq:10001")(undo)


def freeze() -> None:
    """Stop all acting within a second."""
    finish(_freeze())
    print_line("已冻结：一秒内停止一切处置。恢复须两人：qungui unfreeze，或分别私信机器人“解冻”")


def undo(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="违规登记编号，例如 W12")],
    by: As,
) -> None:
    """Reverse a case's measures."""
    print_line(finish(_undo(numbered(number, "W"), by)))


async def _freeze() -> None:
    from bot.engine import decisions

    async with opened() as office:
        register = await office.register()
        async with office.database.transaction(now()) as work:
            await decisions.freeze(work, operator(), register)


async def _undo(number: int, by: str) -> str:
    from bot.engine import decisions
    from data import violations

    async with opened() as office:
        register = await office.register()
        async with office.database.reading() as connection:
            record = await violations.get(connection, number)
        if record is None:
            raise RefusedError(f"没有编号为 W{number} 的登记。")
        account = decider(by, {record.group}, register)
        if record.account == account and account not in register.holders("administrator"):
            raise RefusedError(f"W{number} 涉及您本人，请由其他管理人员撤销。")
        async with office.database.transaction(now()) as work:
            work.record("terminal", f"W{number}", {"as": str(account), "operator": operator()})
            return await decisions.undo(work, number, account, register)
