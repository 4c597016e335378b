"""``qungui roster``: a file is a plan first, and is applied only if no interlock holds it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import roster_view
from bot.cli.frame import command, new_application
from bot.cli.office import finish, now, opened, operator, settings
from bot.cli.output import AsJson, print_json, print_line, remark
from bot.domain.errors import BadInputError, HeldError

if TYPE_CHECKING:
    from bot.domain.roster_plan import RosterPlan
    from bot.domain.roster_reading import RosterReading
    from config.settings import Settings
    from data.staff import RosterImport

_WORTH_A_SIGN = 1024 * 1024

File = Annotated[Path, typer.Argument(metavar="FILE", help="花名册：xlsx、xls 或 csv")]
Mapping_ = Annotated[
    list[str],
    typer.Option("--map", metavar="FIELD=HEADER", help="指明列名，可重复，例如 工号=人员代号"),
]
Apply = Annotated[bool, typer.Option("--apply", help="没有拦阻时写入数据库")]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    group = new_application("花名册：导入、查看、比较")
    command(group, "import", "读花名册并列出将有的变化；加 --apply 才写入")(import_roster)
    command(group, "show", "列出数据库中的花名册")(show)
    command(group, "diff", "比较一份文件与数据库中的花名册，不写入")(diff)
    application.add_typer(group, name="roster")


def import_roster(
    file: File,
    apply: Apply = False,
    map: Mapping_ = [],  # noqa: A002, B006  the option's name; typer copies the list
    json: AsJson = False,
) -> None:
    """Show what the file would change, and apply it on request."""
    own = settings()
    reading = _read(file, map)
    plan = finish(_applied(own, reading) if apply else _planned(own, reading))
    from bot.domain.roster_plan import Verdict

    applied = apply and plan.verdict is Verdict.OK
    if json:
        print_json(roster_view.document(plan, reading, applied=applied))
    else:
        roster_view.show(plan, reading)
        if plan.verdict is Verdict.OK:
            print_line("已导入。" if applied else "以上为预览，没有写入；加 --apply 导入。")
    _answer_for(plan)


def diff(file: File, map: Mapping_ = [], json: AsJson = False) -> None:  # noqa: A002, B006  as above
    """Show who is new, changed and gone."""
    own = settings()
    reading = _read(file, map)
    plan = finish(_planned(own, reading))
    if json:
        print_json(roster_view.differences(plan))
    else:
        roster_view.show_differences(plan)


def show(json: AsJson = False) -> None:
    """List everybody on the roster."""
    own = settings()
    roster, imports = finish(_kept(own))
    applied = next((one for one in imports if one.applied), None)
    if json:
        print_json(roster_view.kept(list(roster), applied, own.timezone))
    else:
        roster_view.show_kept(list(roster), applied, own.timezone)


def _answer_for(plan: "RosterPlan") -> None:
    from bot.domain.roster_plan import Verdict

    reasons = ";".join(plan.reasons)
    if plan.verdict is Verdict.REJECTED:
        raise BadInputError(f"花名册 {plan.source_name} 不能用：{reasons}。没有写入。")
    if plan.verdict is Verdict.HELD:
        raise HeldError(f"花名册 {plan.source_name} 已拦下，没有写入：{reasons}。请核对文件。")


def _read(file: Path, given: Sequence[str]) -> "RosterReading":
    from config.roster_file import read_roster

    mapping = {}
    for one in given:
        field, separator, header = one.partition("=")
        if not separator or not field.strip() or not header.strip():
            raise BadInputError(f"--map 应写成 列=表头，例如 --map 工号=人员代号；现为“{one}”。")
        if field.strip() in mapping:
            raise BadInputError(f"--map 中“{field.strip()}”写了两次，请只保留一个。")
        mapping[field.strip()] = header.strip()
    with _sign_of_life(file):
        return read_roster(file, mapping=mapping)


def _sign_of_life(file: Path) -> AbstractContextManager[object]:
    """A moving sign on standard error while a big file is read."""
    if not file.is_file() or file.stat().st_size < _WORTH_A_SIGN:
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status("正在读取花名册")


async def _planned(own: "Settings", reading: "RosterReading") -> "RosterPlan":
    """What an import would do now; without a database everybody is new."""
    from bot.domain.roster_plan import plan_import
    from data.staff import load_staff

    if not _database_is_there(own):
        return plan_import((), reading, _limits(own), now())
    async with opened(own) as office:
        limits = (await office.register()).policy.limits
        async with office.database.reading() as connection:
            return plan_import(await load_staff(connection), reading, limits, now())


async def _applied(own: "Settings", reading: "RosterReading") -> "RosterPlan":
    """Plan and apply in one transaction, so that what is applied is what was judged."""
    from bot.domain.roster_plan import Verdict, next_roster, plan_import
    from data.migrate import upgrade
    from data.staff import apply_roster, load_staff, record_import_attempt

    if not _database_is_there(own):
        first = plan_import((), reading, _limits(own), now())
        if first.verdict is not Verdict.OK:
            return first
        await upgrade(own.database_url)
        remark("数据库已建立。")
    async with opened(own) as office:
        limits = (await office.register()).policy.limits
        async with office.database.transaction(now()) as work:
            current = await load_staff(work.connection)
            plan = plan_import(current, reading, limits, work.now)
            if plan.verdict is Verdict.OK:
                following = next_roster(current, plan, work.now)
                await apply_roster(work, following, _record(plan))
            else:
                await record_import_attempt(work, _record(plan))
            return plan


def _limits(own: "Settings") -> Any:  # InterlockLimits, imported late
    """Those of the file, where there is no database that could hold others."""
    from config.policy import load_policy

    return load_policy(own.config, mode=own.mode, zone=own.timezone).limits


def _database_is_there(own: "Settings") -> bool:
    from bot.cli.office import require_database
    from bot.domain.errors import RefusedError

    try:
        require_database(own)
    except RefusedError:
        return False
    return True


def _record(plan: "RosterPlan") -> "RosterImport":
    from data.staff import RosterImport

    return RosterImport(
        source=plan.source_name,
        sha256=plan.sha256,
        verdict=plan.verdict.value,
        complete=plan.valid_rows == plan.total_rows,
        by=operator(),
        figures=roster_view.figures(plan),
    )


async def _kept(own: "Settings") -> Any:  # (Roster, list of RosterImport), imported late
    from data.staff import imports, load_roster

    async with opened(own) as office, office.database.reading() as connection:
        return await load_roster(connection), await imports(connection)
