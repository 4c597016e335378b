"""``qungui doctor``: everything that must be in order, each with what to do if it is not."""

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

from bot.cli.checks import Check, passed, trouble
from bot.cli.frame import command
from bot.cli.office import finish
from bot.cli.output import AsJson, print_json, print_line
from bot.domain.errors import BadInputError, QunguiError

if TYPE_CHECKING:
    from config.settings import Settings


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "doctor", "检查配置、数据库、平台和各群，逐项说明怎样处理")(doctor)


def doctor(json: AsJson = False) -> None:
    """Check everything; the exit code is 1 if anything is amiss."""
    checks = list(_checks())
    if json:
        print_json({"checks": [one.document() for one in checks]})
    else:
        for one in checks:
            print_line(f"{'✓' if one.ok else '✗'} {one.name}：{one.detail}")
            if one.mend:
                print_line(f"    {one.mend}")
    if not all(one.ok for one in checks):
        sys.stderr.write(f"有 {sum(not one.ok for one in checks)} 项需要处理。\n")
        raise typer.Exit(1)


def _checks() -> Iterator[Check]:
    from config.settings import load_settings

    try:
        own = load_settings()
    except BadInputError as error:
        yield trouble("设置", error.message, "改正后重试；其余各项要等设置可用后才能检查。")
        return
    yield passed("设置", f"配置文件夹 {own.config}，运行文件夹 {own.home}，时区 {own.timezone}")
    yield from _files(own)
    yield from _surroundings(own)
    yield from finish(_kept(own))


def _files(own: "Settings") -> Iterator[Check]:
    from config.articles import load_articles
    from config.departments import load_departments
    from config.lexicons import load_lexicons
    from config.permits import load_permit_settings
    from config.policy import load_policy, load_techniques
    from config.wording import load_wording
    from plugins.content.expressions.loading import load_topics

    def policy() -> str:
        found = load_policy(own.config, mode=own.mode, zone=own.timezone)
        return f"默认生效方式为“{found.default_mode.label}”"

    def words() -> str:
        found = load_lexicons(own.config, load_articles(own.config).categories)
        if not found:
            raise BadInputError(f"{own.config} 下的 lexicons 没有词语。")
        return f"共 {len(found)} 个词语"

    def topics() -> str:
        categories = load_articles(own.config).categories
        found = load_topics(own.config, categories, load_techniques(own.config, categories))
        if found.complaints:
            raise BadInputError(
                f"{len(found.complaints)} 条没有生效，其余 {len(found.topics)} 条照常。"
                f"{found.complaints[0]}"
            )
        return f"共 {len(found.topics)} 条"

    def permits() -> str:
        categories = load_articles(own.config).categories
        found = load_permit_settings(own.config, categories, own.timezone)
        return f"文件里的敏感期 {len(found.windows)} 个"

    files: tuple[tuple[str, Callable[[], str]], ...] = (
        ("规则", policy),
        ("条款", lambda: f"共 {len(load_articles(own.config).clauses)} 款"),
        ("文字", lambda: f"共 {len(load_wording(own.config).keys())} 条"),
        ("部门", lambda: f"登记了 {len(load_departments(own.config).names)} 个部门的别名"),
        ("词库", words),
        ("话题规则", topics),
        ("发布审批", permits),
    )
    for name, load in files:
        yield _tried(name, load, "按提示改正该文件。")
    yield _examples(own)


def _examples(own: "Settings") -> Check:
    """The word lists hold to their examples; one without any is used all the same."""
    from datetime import UTC, datetime

    from config.lexicon_examples import load_examples
    from plugins.content.examples import prove
    from plugins.content.loading import load

    name, mend = "例句", "请改正词库，或改正例句。"
    try:
        loaded = load(own.config, datetime.now(UTC))
        proven = prove(loaded.lists.look, loaded.of_list, load_examples(own.config))
    except BadInputError as error:
        return trouble(name, error.message, mend)
    if proven.failures:
        return trouble(name, "；".join(proven.failures[:5]), mend)
    advice = ""
    if proven.without:
        advice = (
            f"词库 {'、'.join(proven.without)} 照常生效，但例句不足（应命中、应放行各 3 句），"
            "请补上同名的 .examples.toml。"
        )
    return passed(name, f"共 {proven.sentences} 句，全部相符", advice)


def _surroundings(own: "Settings") -> Iterator[Check]:
    from bot.cli import checks

    yield checks.clock(own)
    yield checks.disk(own)
    yield checks.port(own)
    yield checks.pictures()
    yield _tried("QQ 令牌", checks.token, "运行 qungui init 可生成 .env 和随机令牌。")


async def _kept(own: "Settings") -> list[Check]:
    from bot.cli import checks

    try:
        return [one async for one in checks.kept(own)]
    except QunguiError as error:
        return [trouble("数据库", error.message, "请先运行 qungui init 或 qungui migrate。")]


def _tried(name: str, load: Callable[[], str], mend: str) -> Check:
    try:
        return passed(name, load())
    except QunguiError as error:
        return trouble(name, error.message, mend)
