"""``qungui backup``, ``restore`` and ``verify-log``: what is kept stays whole."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.frame import command
from bot.cli.office import finish, opened, require_database, settings
from bot.cli.output import AsJson, clock, print_json, print_line
from bot.domain.errors import BadInputError, RefusedError

if TYPE_CHECKING:
    from data.backup import BackupReport
    from data.ledger import ChainReport

Out = Annotated[Path, typer.Argument(metavar="OUT", help="备份文件，例如 backup.zip")]
In = Annotated[Path, typer.Argument(metavar="IN", help="备份文件")]
Head = Annotated[
    Path | None,
    typer.Option("--head", metavar="FILE", help="另存的链头：以前 verify-log --json 的输出"),
]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "verify-log", "核对记录链是否完整")(verify_log)
    command(application, "backup", "把数据库和密钥备份成一个文件；服务不必停")(backup)
    command(application, "restore", "用备份替换数据库；须先停止服务")(restore)


def verify_log(head: Head = None, json: AsJson = False) -> None:
    """Recompute every link of the chain."""
    report = finish(_verify(_known_head(head) if head else None))
    if json:
        print_json(
            {
                "ok": report.ok,
                "rows": report.rows,
                "first_bad": report.first_bad,
                "head": report.head,
            }
        )
    elif report.ok:
        print_line(f"记录链完整，共 {report.rows} 条，链头 {report.head}。")
    if not report.ok:
        raise RefusedError(
            f"记录链从第 {report.first_bad} 条起不可信（前 {report.rows} 条完好）。"
            "请保留现场，用最近的备份比对。"
        )


def backup(out: Out, json: AsJson = False) -> None:
    """Write a backup."""
    from data.backup import backup as write

    own = settings()
    require_database(own)
    if out.exists():
        raise BadInputError(f"{out} 已存在，请换一个文件名。")
    report = finish(write(own.database_url, own.home / "keys", out))
    _report(report, "已备份到", json=json)
    if not report.chain.ok:
        raise RefusedError(f"备份已写成，但记录链在第 {report.chain.first_bad} 条断裂。")


def restore(archive: In, json: AsJson = False) -> None:
    """Put a backup in place of the database."""
    from data.backup import restore as put_back

    own = settings()
    report = finish(put_back(archive, own.database_url, own.home / "keys", own.home))
    _report(report, "已恢复自", json=json)


def _report(report: "BackupReport", done: str, *, json: bool) -> None:
    zone = settings().timezone
    if json:
        print_json(
            {
                "path": str(report.path),
                "sha256": report.sha256,
                "created_at": report.created_at.astimezone(zone).isoformat(),
                "rows": report.chain.rows,
                "head": report.chain.head,
                "keys": report.keys,
            }
        )
        return
    made = clock(report.created_at, zone)
    print_line(f"{done} {report.path}（制作于 {made}，记录链 {report.chain.rows} 条）。")
    print_line(f"SHA-256 {report.sha256}")


async def _verify(known: tuple[int, str] | None) -> "ChainReport":
    from data.ledger import verify_chain

    async with opened() as office, office.database.reading() as connection:
        return await verify_chain(connection, known)


def _known_head(path: Path) -> tuple[int, str]:
    """The head in a file: ``rows`` and ``head`` in JSON, also as ``/healthz`` gives them."""
    try:
        document = json_text.loads(path.read_text(encoding="utf-8"))
        chain = document.get("chain", document)
        rows, head = chain["rows"], chain["head"]
    except OSError as error:
        raise BadInputError(f"无法读取 {path}（{error.strerror}）。") from error
    except (ValueError, KeyError, AttributeError, TypeError):
        rows, head = None, None
    if not isinstance(rows, int) or not isinstance(head, str):
        raise BadInputError(
            f'{path} 不是链头文件，应形如 {{"rows": 120, "head": "…"}}，由 verify-log --json 得到。'
        )
    return rows, head
