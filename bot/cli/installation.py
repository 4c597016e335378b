"""``qungui init`` and ``qungui migrate``: from nothing to a service that can be started."""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.frame import command
from bot.cli.office import finish, now, opened, settings
from bot.cli.output import print_line
from bot.domain.errors import RefusedError

if TYPE_CHECKING:
    from config.settings import Settings

_TOKEN = "ONEBOT_ACCESS_TOKEN"  # noqa: S105  the name of a variable
_TOKEN_BYTES = 24
_TEMPLATE = """\
# 群规的设置；改动后重新启动服务。此文件含密钥，请勿发给他人。

# QQ:NapCat 的反向 WebSocket 填 ws://HOST:PORT/onebot/v11/ws，令牌与此处相同。
{token}

# 监听地址与端口
# HOST=127.0.0.1
# PORT=8080

# 新群、新规则最初的生效方式：observe（观察）、remind（提醒）、enforce（执行）
# QUNGUI_MODE=observe

# 系统管理员、监督人（纪委书记）；多个用逗号隔开
# QUNGUI_ADMINISTRATORS=qq:10001
# QUNGUI_SUPERVISORS=qq:10002
"""


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "init", "首次使用：建立运行文件夹、.env 和数据库，给出管理员绑定码")(init)
    command(application, "migrate", "把数据库升级到当前版本，升级前自动备份")(migrate)


def init() -> None:
    """Make what is missing; nothing that is there is changed. May be run again."""
    own = settings()
    own.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    print_line(f"运行文件夹：{own.home}")
    print_line(_write_settings(Path(".env")))
    _migrate(own)
    code = finish(_offer_administration(own))
    if code is None:
        print_line("已有系统管理员。")
    else:
        print_line(f"请用您的账号私信机器人发送：绑定 {code}（24 小时内有效，只能用一次）")
    print_line(
        "接下来：qungui roster import 花名册文件 --apply，然后 qungui run；检查用 qungui doctor"
    )


def migrate(
    check: Annotated[bool, typer.Option("--check", help="只检查，不升级")] = False,
) -> None:
    """Bring the database up to date."""
    own = settings()
    if not check:
        _migrate(own)
        return
    from data.migrate import check as is_current

    if not finish(is_current(own.database_url)):
        raise RefusedError("数据库尚未建立或不是当前版本，请运行 qungui migrate。")
    print_line("数据库已是当前版本。")


def _migrate(own: "Settings") -> None:
    from data.migrate import check, upgrade

    if finish(check(own.database_url)):
        print_line("数据库已是当前版本。")
        return
    saved = finish(upgrade(own.database_url))
    print_line(f"数据库已升级，升级前的备份在 {saved}。" if saved else "数据库已建立。")


def _write_settings(path: Path) -> str:
    """Write ``.env`` where there is none, readable by its owner alone."""
    if path.exists():
        return f"{path} 已存在，未改动。"
    from config.environment import read_environment

    given = _TOKEN in read_environment()
    line = (
        f"# {_TOKEN} 已由环境变量给出"
        if given
        else f"{_TOKEN}={secrets.token_urlsafe(_TOKEN_BYTES)}"
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_TEMPLATE.format(token=line))
    return f"已写入 {path}" + ("。" if given else f"，其中的 {_TOKEN} 是随机生成的连接令牌。")


async def _offer_administration(own: "Settings") -> str | None:
    """A one-time code where nobody is administrator yet."""
    from bot.first_start import PURPOSE, VALID_FOR
    from data import codes

    async with opened(own) as office:
        register = await office.register()
        if register.holders("administrator"):
            return None
        async with office.database.transaction(now()) as work:
            return await codes.issue(work, PURPOSE, PURPOSE, "qungui init", VALID_FOR)
