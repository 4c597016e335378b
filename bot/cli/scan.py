"""``qungui scan``: the content rules over a file or a pipe, without a database."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from bot.cli.frame import command
from bot.cli.office import settings
from bot.cli.output import remark
from bot.domain.errors import BadInputError

if TYPE_CHECKING:
    from plugins.content.sources import Sources

_WORTH_A_BAR = 5 * 1024 * 1024
_LINES_A_STEP = 1000
_FAILED = b'{"id":null,"error":'
"""How the answer to a line that cannot be read begins; inside a string it would be escaped."""

Source = Annotated[
    Path, typer.Argument(metavar="[FILE|-]", help="每行一个 JSON 对象；- 为标准输入")
]
Lexicons = Annotated[
    list[Path],
    typer.Option("--lexicon", metavar="FILE", help="改用这份词库，可重复：每行一个词，或 TSV"),
]


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "scan", "离线检查文字：读入 JSON Lines，逐行给出命中")(scan)


def scan(source: Source = Path("-"), lexicon: Lexicons = []) -> None:  # noqa: B006  typer copies it
    """Answer every line; a line that cannot be read is answered with an error."""
    sources = _sources(lexicon)
    from plugins.content.scan import scan_on_all_cores

    failed = 0
    with _lines(source) as lines:
        for answers in scan_on_all_cores(lines, sources):
            sys.stdout.buffer.write(answers)
            failed += answers.count(_FAILED)
    sys.stdout.buffer.flush()
    if failed:
        where = "标准输入" if str(source) == "-" else str(source)
        raise BadInputError(f"{where} 中有 {failed} 行不能读取，行号见输出中的 error，其余已检查。")


def _sources(files: list[Path]) -> "Sources":
    from config.articles import load_articles
    from config.lexicons import load_lexicons, read_word_list
    from config.policy import load_detectors, load_techniques
    from plugins.content.expressions.loading import load_topics
    from plugins.content.sources import Sources
    from plugins.content.subjects import subjects_of

    folder = settings().config
    articles = load_articles(folder)
    policy = load_techniques(folder, articles.categories)
    topics = load_topics(folder, articles.categories, policy)
    for complaint in topics.complaints:
        remark(complaint)
    if files:
        words = tuple(
            {
                (word.word, word.category): word
                for file in reversed(files)
                for word in read_word_list(file, articles.categories)
            }.values()
        )
    else:
        words = load_lexicons(folder, articles.categories)
    if not words:
        raise BadInputError(f"{folder} 下的 lexicons 没有词语，请补上词库，或用 --lexicon 指定。")
    return Sources(
        words,
        subjects_of(articles),
        policy,
        topics=topics.topics,
        detectors=load_detectors(folder),
    )


@contextmanager
def _lines(source: Path) -> Iterator[Iterator[bytes]]:
    if str(source) == "-":
        yield iter(sys.stdin.buffer)
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise BadInputError(f"无法读取 {source}（{error.strerror}），请检查路径和权限。") from error
    with file:
        size = source.stat().st_size
        if size > _WORTH_A_BAR and sys.stderr.isatty():
            yield _with_a_bar(file, size)
        else:
            yield iter(file)


def _with_a_bar(file: BinaryIO, size: int) -> Iterator[bytes]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("检查中", total=size)
        for number, line in enumerate(file):
            # Moving the bar costs more than reading a line.
            if number % _LINES_A_STEP == 0:
                progress.update(task, completed=file.tell())
            yield line
