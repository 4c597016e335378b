"""``qungui unfreeze``: two different people, each with a one-time code sent in private."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.confirming import meeting_place, send_code
from bot.cli.frame import command
from bot.cli.office import finish, now, opened, operator
from bot.cli.output import print_line
from bot.domain.errors import RefusedError
from bot.domain.identifiers import AccountKey

if TYPE_CHECKING:
    from bot.engine.register import Register

_NEEDED = 2

Codes = Annotated[
    list[str], typer.Option("--code", metavar="CODE", help="收到的确认码，两人各一个")
]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    help_text = "恢复处置：先不带选项运行，给管理员和监督人发确认码；再带上两人的 --code"
    command(application, "unfreeze", help_text)(unfreeze)


def unfreeze(code: Codes = []) -> None:  # noqa: B006  typer copies it
    """Send codes, or redeem them."""
    if code:
        finish(_redeem(code))
        return
    told = finish(_send_codes())
    print_line(f"正由机器人私信发送确认码（10 分钟内有效，服务须在运行）:{'、'.join(told)}")
    print_line("请其中两人把收到的码告诉您，然后运行：qungui unfreeze --code 码一 --code 码二")


async def _send_codes() -> list[str]:
    """Record a private message with a code for everybody who may confirm; who they are."""
    from bot.domain.measures import LIFTS_FREEZE
    from config.wording import load_wording

    async with opened() as office:
        register = await office.register()
        if not register.frozen and not register.broken:
            raise RefusedError("目前没有冻结。")
        people = {
            account: place
            for account in _confirming(register)
            if (place := meeting_place(account, register)) is not None
        }
        if len(people) < _NEEDED:
            raise RefusedError(
                "恢复需要两位不同的管理员或监督人，并且机器人在他们的平台上有群；"
                f"目前只有 {len(people)} 位。"
                "请设置 QUNGUI_ADMINISTRATORS 或 QUNGUI_SUPERVISORS，并确认服务已读到群。"
            )
        wording = load_wording(office.settings.config)
        async with office.database.transaction(now()) as work:
            for account, place in people.items():
                await send_code(work, wording, account, place, purpose=LIFTS_FREEZE)
    return [str(account) for account in people]


async def _redeem(given: Sequence[str]) -> None:
    """Count every code as its owner's yes; all of them or none."""
    from bot.domain.measures import LIFTS_FREEZE
    from bot.engine import decisions
    from data import codes

    async with opened() as office:
        register = await office.register()
        async with office.database.transaction(now()) as work:
            confirming = []
            for code in given:
                subject = await codes.redeem(work, code, LIFTS_FREEZE, operator())
                confirming.append(AccountKey.parse(subject))
            _require_different(confirming, register)
            done = [await decisions.unfreeze(work, one, register) for one in confirming]
    if any(done):
        print_line("已解冻，恢复处置。")
    else:
        print_line("已记录一人的确认，还需另一位管理员或监督人的确认码。")


def _require_different(confirming: Sequence[AccountKey], register: "Register") -> None:
    if len(set(map(register.person, confirming))) < len(confirming):
        raise RefusedError("两个确认码属于同一人，须由两位不同的管理员或监督人确认。")
    if len(confirming) > _NEEDED:
        raise RefusedError("确认码多于两个，请只写两人的。")
    for account in confirming:
        if account not in _confirming(register):
            raise RefusedError(f"{account} 已不是管理员或监督人，请另一位确认。")


def _confirming(register: "Register") -> list[AccountKey]:
    return sorted({*register.holders("administrator"), *register.holders("supervisor")})
