"""Ordinary messages of a college, against which a new word is held before it is listed."""

from pathlib import Path
from typing import Final

from bot.domain.errors import BadInputError
from config.paths import INSTALLED

ORDINARY_FILE: Final = "ordinary.txt"


def load_ordinary(folder: Path) -> tuple[str, ...]:
    """The sentences of the folder's own file, else those that came with the installation.

    Raises:
        BadInputError: the file cannot be read.
    """
    own = folder / ORDINARY_FILE
    path = own if own.is_file() else INSTALLED / ORDINARY_FILE
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"无法读取 {path}，请另存为 UTF-8 文本。") from error
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
