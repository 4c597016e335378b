"""Sentences a word list must see and must leave alone: ``lexicons/<list>.examples.toml``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.errors import BadInputError
from config.complaints import first_complaint
from config.documents import read_toml
from config.lexicons import LEXICON_FOLDER

ENDING: Final = ".examples.toml"
FEWEST: Final = 3
"""Of each sort: with fewer, nothing is proven."""

_Sentence = Annotated[str, Field(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class ListExamples:
    """The examples of one list; ``name`` is that of the list without its ending."""

    name: str
    must_hit: tuple[str, ...]
    must_not_hit: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether there are three of each."""
        return min(len(self.must_hit), len(self.must_not_hit)) >= FEWEST


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    must_hit: tuple[_Sentence, ...] = ()
    must_not_hit: tuple[_Sentence, ...] = ()


def example_files(folder: Path) -> list[Path]:
    """The files of a configuration folder, in the order of their names."""
    return sorted((folder / LEXICON_FOLDER).glob(f"*{ENDING}"))


def load_examples(folder: Path) -> tuple[ListExamples, ...]:
    """The examples of every list that has some.

    Raises:
        BadInputError: a file cannot be read, or belongs to no list; names it and the mend.
    """
    return tuple(_read(path) for path in example_files(folder))


def _read(path: Path) -> ListExamples:
    name = path.name.removesuffix(ENDING)
    if not path.with_name(f"{name}.tsv").is_file():
        raise BadInputError(f"例句文件 {path} 没有对应的词库 {name}.tsv，请改名或删去。")
    try:
        file = _File.model_validate(read_toml(path))
    except ValidationError as error:
        raise BadInputError(f"例句文件 {path} 的 {first_complaint(error, _File)}") from error
    return ListExamples(name, file.must_hit, file.must_not_hit)
