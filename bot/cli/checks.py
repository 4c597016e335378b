"""The single checks of ``qungui doctor``."""

import json
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain.errors import BadInputError, RefusedError

if TYPE_CHECKING:
    from bot.cli.office import Office
    from config.settings import Settings
    from data.groups import StoredGroup

_LEAST_SPACE = 500 * 1024 * 1024
_SHORTEST_TOKEN = 16
_FEWEST_CHARACTERS = 8
_ANSWERS_WITHIN = 2.0
_ROSTER_IS_OLD = timedelta(days=190)
"""Longer than a term: people come and go with the terms."""
_MEMBERS_ARE_OLD = timedelta(days=1)
_FIRST_RELEASE = datetime(2025, 1, 1, tzinfo=UTC)
_EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  compared with, not bound to


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``mend`` says what to do, empty where there is nothing to do."""

    name: str
    ok: bool
    detail: str
    mend: str = ""

    def document(self) -> dict[str, Any]:
        """The check in JSON."""
        return {**asdict(self), "mend": self.mend or None}


def passed(name: str, detail: str, mend: str = "") -> Check:
    """Something in order; ``mend`` is a piece of advice."""
    return Check(name, ok=True, detail=detail, mend=mend)


def trouble(name: str, detail: str, mend: str) -> Check:
    """Something that must be mended."""
    return Check(name, ok=False, detail=detail, mend=mend)


def clock(own: "Settings") -> Check:
    """The machine's clock cannot be far behind: this program did not exist before its release."""
    now = datetime.now(UTC)
    local = now.astimezone(own.timezone)
    if now < _FIRST_RELEASE:
        return trouble("时钟", f"系统时间为 {local:%Y-%m-%d %H:%M}", "请校准系统时间（NTP）。")
    return passed("时钟", f"{local:%Y-%m-%d %H:%M %z}")


def disk(own: "Settings") -> Check:
    """There is room to write."""
    folder = next(one for one in (own.home, *own.home.parents) if one.is_dir())
    free = shutil.disk_usage(folder).free
    shown = f"{folder} 所在磁盘剩余 {free / 1024**3:.1f} GB"
    if free < _LEAST_SPACE:
        return trouble("磁盘", shown, "请清理出至少 0.5 GB。")
    return passed("磁盘", shown)


def port(own: "Settings") -> Check:
    """The port is free, or it is our own service that listens there."""
    address = f"{own.host}:{own.port}"
    status = _health("127.0.0.1" if own.host in _EVERYWHERE else own.host, own.port)
    if status is not None:
        return passed("端口", f"{address} 由正在运行的服务使用，状态 {status}")
    try:
        require_port(own)
    except RefusedError as error:
        return trouble("端口", error.message, "请停止占用它的程序，或用 PORT 换一个端口。")
    return passed("端口", f"{address} 空闲，服务没有运行")


def require_port(own: "Settings") -> None:
    """Make sure that a service could listen.

    Raises:
        RefusedError: somebody else does, or the address is not ours.
    """
    family = socket.AF_INET6 if ":" in own.host else socket.AF_INET
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((own.host, own.port))
    except OSError as error:
        reason = error.strerror or error
        raise RefusedError(f"{own.host}:{own.port} 不能使用（{reason}）") from error


def pictures() -> Check:
    """Whether words in pictures are read; codes always are."""
    from plugins.content.inspection.pictures import ocr_is_installed

    if ocr_is_installed():
        return passed("图片", "识别二维码和文字")
    detail = "只识别二维码；图片里的文字不识别，计入日报的“未能检查”"
    return passed("图片", detail, "要识别文字请运行 make ocr（约 350 MB，可离线使用）。")


def token() -> str:
    """The QQ access token is there and hard to guess.

    Raises:
        BadInputError: it is missing, unreadable or weak.
    """
    from adapters.qq.settings import is_configured, load_settings

    files = (Path(".env"),)
    if not is_configured(files):
        raise BadInputError("没有设置 ONEBOT_ACCESS_TOKEN,QQ 尚未接入。")
    given = load_settings(files).token
    if len(given) < _SHORTEST_TOKEN or len(set(given)) < _FEWEST_CHARACTERS:
        raise BadInputError(f"令牌过于简单，请换成至少 {_SHORTEST_TOKEN} 位的随机字符。")
    return f"已设置，{len(given)} 位"


async def kept(own: "Settings") -> AsyncIterator[Check]:
    """Everything that the database says.

    Raises:
        QunguiError: it is missing or cannot be used.
    """
    from bot.cli.office import opened
    from data.migrate import check

    async with opened(own) as office:
        if not await check(own.database_url):
            yield trouble("数据库", "不是当前版本", "请运行 qungui migrate。")
            return
        yield await _database(office)
        yield await _roster(office)
        async for one in _groups(office):
            yield one


async def _database(office: "Office") -> Check:
    from sqlalchemy import text

    shown = []
    async with office.database.transaction(datetime.now(UTC)) as work:
        if office.settings.database_url.startswith("sqlite"):
            for name, wanted in (("journal_mode", "wal"), ("synchronous", "2")):
                found = (await work.connection.execute(text(f"PRAGMA {name}"))).scalar_one()
                if str(found) != wanted:
                    mend = "请确认数据库在本机磁盘上，不在网络文件夹中。"
                    return trouble("数据库", f"{name} 为 {found}，应为 {wanted}", mend)
                shown.append(f"{name}={found}")
    return passed("数据库", "、".join(["可以读写", *shown]))


async def _roster(office: "Office") -> Check:
    from data.staff import imports, load_staff

    async with office.database.reading() as connection:
        people = await load_staff(connection)
        last = next((one for one in await imports(connection) if one.applied), None)
    mend = "请运行 qungui roster import 花名册文件 --apply。"
    if not people or last is None or last.at is None:
        return trouble("花名册", "尚未导入", mend)
    age = datetime.now(UTC) - last.at
    detail = f"{len(people)} 人，{age.days} 天前导入自 {last.source}"
    return trouble("花名册", detail, mend) if age > _ROSTER_IS_OLD else passed("花名册", detail)


async def _groups(office: "Office") -> AsyncIterator[Check]:
    from data.groups import load_groups

    async with office.database.reading() as connection:
        found = [one for one in await load_groups(connection) if one.active]
    if not found:
        yield passed("群", "还没有读到任何群", "启动服务并连接 QQ 后会自动读取。")
    for one in found:
        yield _group(one)


def _group(one: "StoredGroup") -> Check:
    from bot.domain.groups import Role

    name = f"群 {one.group.name}（{one.group.key.id}）"
    if one.reading is None:
        return trouble(name, "还没有读到成员", "请确认服务在运行、机器人在群里。")
    age = datetime.now(UTC) - one.reading.read_at
    detail = f"机器人是{one.bot_role.label}，成员 {len(one.reading.members)} 人"
    if age > _MEMBERS_ARE_OLD:
        return trouble(name, f"{detail},{age.days} 天没有更新", "请确认服务在运行、QQ 已连接。")
    if not one.reading.complete:
        return trouble(name, f"{detail}，名单不完整", "服务会自动重读；持续如此请检查 QQ 端。")
    if one.bot_role in (Role.OWNER, Role.ADMIN):
        return passed(name, f"{detail}，撤回、禁言、移出、审批入群均可自动进行")
    advice = "如需自动撤回、禁言、移出和审批入群，请群主把机器人设为群管理员。"
    return passed(name, f"{detail}，处置由群主协助完成", advice)


def _health(host: str, number: int) -> str | None:
    """The status our service reports there; None where nobody or somebody else listens."""
    connection = HTTPConnection(host, number, timeout=_ANSWERS_WITHIN)
    try:
        connection.request("GET", "/healthz")
        document = json.loads(connection.getresponse().read(64 * 1024))
        return str(document["status"]) if "chain" in document else None
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
