"""Topics as an organisation writes them: ``expressions/*.toml``, any number in each file."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from config.complaints import first_complaint, suggestion
from config.documents import read_toml

EXPRESSION_FOLDER: Final = "expressions"
FEWEST_EXAMPLES: Final = 3

Line = Annotated[str, Field(min_length=1)]
Examples = Annotated[tuple[Line, ...], Field(min_length=FEWEST_EXAMPLES)]


class WrittenExpression(BaseModel):
    """One ``[[expression]]``; whether its expression can be read is not known here."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    title: str = Field(min_length=1, max_length=30)
    category: str
    severity: Severity
    expression: str
    excuses: tuple[Line, ...] = ()
    must_hit: Examples
    must_not_hit: Examples


@dataclass(frozen=True, slots=True)
class Refused:
    """What cannot be used: in which file, which rule (None: the whole file), and why."""

    file: str
    identifier: str | None
    complaint: str
    """In Chinese: file, rule, and the mend."""


def expression_files(folder: Path) -> list[Path]:
    """The files of a configuration folder, in the order of their names."""
    return sorted((folder / EXPRESSION_FOLDER).glob("*.toml"))


def read_expressions(
    folder: Path, categories: Collection[str]
) -> Iterator[tuple[Path, WrittenExpression] | Refused]:
    """Every expression of a configuration folder; a wrong one stops no other."""
    places: dict[str, Path] = {}
    for path in expression_files(folder):
        try:
            tables = _tables(path)
        except BadInputError as error:
            yield Refused(path.name, None, error.message)
            continue
        for number, table in enumerate(tables, start=1):
            identifier = table.get("id") if isinstance(table, dict) else None
            name = identifier if isinstance(identifier, str) else ""
            try:
                written = _written(table, categories)
                if written.id in places:
                    raise BadInputError(f"{places[written.id].name} 中已有此编号，请换一个。")
            except BadInputError as error:
                where = f"{path} 的 {name or f'第 {number} 条'}"
                yield Refused(path.name, name, f"{where}：{error.message}")
            else:
                places[written.id] = path
                yield path, written


def _tables(path: Path) -> list[Any]:
    document = read_toml(path)
    tables = document.pop("expression", [])
    if document or not isinstance(tables, list):
        raise BadInputError(f"{path} 中每条规则都应以 [[expression]] 开头，请检查方括号。")
    return tables


def _written(table: object, categories: Collection[str]) -> WrittenExpression:
    try:
        written = WrittenExpression.model_validate(table)
    except ValidationError as error:
        raise BadInputError(_complaint(error)) from error
    if written.category not in categories:
        raise BadInputError(
            f"没有类别“{written.category}”。{suggestion(written.category, categories)}"
        )
    return written


def _complaint(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    if problem["type"] == "string_pattern_mismatch":
        return "id 只能用小写字母、数字和短横线，例如 celebration-route。"
    if problem["type"] == "too_short" and problem["loc"][0] in {"must_hit", "must_not_hit"}:
        return f"{problem['loc'][0]} 至少要有 {FEWEST_EXAMPLES} 个例句，否则不能生效，请补上。"
    return first_complaint(error, WrittenExpression)
