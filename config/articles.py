"""The regulation as data: every sentence that binds work groups, and the categories of content."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.domain.errors import BadInputError
from config.complaints import first_complaint, suggestion
from config.documents import read_toml

ARTICLES_FILE = "articles.toml"
CUSTOM = "custom"
"""The category of words that were given without one."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Category(_Table):
    """A kind of content; the first clause is the one a violation cites."""

    title: str = Field(min_length=1)
    clauses: tuple[str, ...] = Field(min_length=1)

    @property
    def clause(self) -> str:
        """The clause a violation of this category cites."""
        return self.clauses[0]


class Clause(_Table):
    """One sentence of the regulation, and what carries it out."""

    article: int = Field(ge=1)
    gist: str = Field(min_length=1)
    who: str = Field(min_length=1)
    """Who owes it."""
    text: str = Field(min_length=1)
    controls: tuple[str, ...] = ()
    """Names of rules, duties and commands."""
    human_only: str | None = Field(default=None, min_length=1)
    """Why no machine can do it."""

    @model_validator(mode="after")
    def _is_either_controlled_or_human(self) -> Self:
        if bool(self.controls) == bool(self.human_only):
            raise ValueError("controls 和 human_only 必须写且只写一个")
        return self


class Articles(_Table):
    """``articles.toml``, in the order of the file."""

    categories: dict[str, Category]
    clauses: dict[str, Clause]

    @model_validator(mode="after")
    def _cites_what_exists(self) -> Self:
        if CUSTOM not in self.categories:
            raise ValueError(f"[categories] 缺少 {CUSTOM} 类别")
        for key, category in self.categories.items():
            for cited in category.clauses:
                if cited not in self.clauses:
                    raise ValueError(
                        f"类别 {key} 引用的条款 {cited} 不在 [clauses] 中。"
                        f"{suggestion(cited, self.clauses)}"
                    )
        for identifier, clause in self.clauses.items():
            if identifier.partition(".")[0] != str(clause.article):
                raise ValueError(
                    f"条款 {identifier} 的 article 应为 {identifier.partition('.')[0]}"
                )
        return self


def load_articles(folder: Path) -> Articles:
    """Read ``articles.toml`` of a configuration folder.

    Raises:
        BadInputError: the file is missing or wrong; says the key and how to mend it.
    """
    path = folder / ARTICLES_FILE
    try:
        return Articles.model_validate(read_toml(path))
    except ValidationError as error:
        raise BadInputError(f"{path}:{first_complaint(error, Articles)}") from error
