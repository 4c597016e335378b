"""Word lists as people write them: TSV from a spreadsheet or a text editor, in any encoding."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from config.articles import CUSTOM

LEXICON_FOLDER: Final = "lexicons"

_MARKED_ENCODINGS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_HEADER: Final = frozenset({"category", "类别", "分类"})


@dataclass(frozen=True, slots=True)
class ListedWord:
    """One line of a word list; ``excuses`` are longer words inside which it is no violation."""

    word: str
    category: str
    severity: Severity
    excuses: tuple[str, ...] = ()


def load_lexicons(folder: Path, categories: Collection[str]) -> tuple[ListedWord, ...]:
    """Every ``lexicons/*.tsv`` of a configuration folder, in the order of their names.

    Raises:
        BadInputError: a line is wrong, or a word stands twice in one category; says file and line.
    """
    words: list[ListedWord] = []
    places: dict[tuple[str, str], str] = {}
    for path in sorted((folder / LEXICON_FOLDER).glob("*.tsv")):
        for number, word in _read(path, categories, bare_words=False):
            place = f"{path} 第 {number} 行"
            known = places.setdefault((word.word.casefold(), word.category), place)
            if known != place:
                raise BadInputError(f"{place}:“{word.word}”与 {known} 重复，请删去一处。")
            words.append(word)
    return tuple(words)


def read_word_list(path: Path, categories: Collection[str]) -> tuple[ListedWord, ...]:
    """A list given for one run: TSV, or one word a line (then category custom, serious).

    A word that stands twice in one category counts once, as first written.

    Raises:
        BadInputError: the file cannot be read, a line is wrong, or there is no word in it.
    """
    first: dict[tuple[str, str], ListedWord] = {}
    for _, word in _read(path, categories, bare_words=True):
        first.setdefault((word.word, word.category), word)
    if not first:
        raise BadInputError(f"词库 {path} 中没有词语：每行写一个词。")
    return tuple(first.values())


def _read(
    path: Path, categories: Collection[str], *, bare_words: bool
) -> Iterator[tuple[int, ListedWord]]:
    for number, columns in _rows(_text(path)):
        if len(columns) > 1 and columns[1].casefold() in _HEADER:
            continue
        try:
            if bare_words and len(columns) == 1:
                yield number, ListedWord(_word(columns[0]), CUSTOM, Severity.SERIOUS)
            else:
                yield number, _listed(columns, categories)
        except ValueError as error:
            raise BadInputError(f"{path} 第 {number} 行:{error}") from error


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise BadInputError(f"找不到词库 {path}，请检查路径。") from error
    except OSError as error:
        raise BadInputError(f"无法读取词库 {path}:{error.strerror}。") from error
    for mark, encoding in _MARKED_ENCODINGS:
        if content.startswith(mark):
            return _decoded(path, content, (encoding,))
    return _decoded(path, content, ("utf-8", "gb18030"))


def _decoded(path: Path, content: bytes, encodings: Iterable[str]) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInputError(f"词库 {path} 的编码无法识别，请另存为 UTF-8 后重试。")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines with something in them, numbered from 1; a comment begins a column with ``#``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        columns = [column.strip() for column in line.split("\t")]
        comment = next((at for at, cell in enumerate(columns) if cell.startswith("#")), None)
        columns = columns[:comment]
        while columns and not columns[-1]:
            columns.pop()
        if columns:
            yield number, columns


def _word(cell: str) -> str:
    if not any(character.isprintable() and not character.isspace() for character in cell):
        raise ValueError("词语为空，请写上词语，或删去这一行。")
    return cell


def _listed(columns: Sequence[str], categories: Collection[str]) -> ListedWord:
    word = _word(columns[0])
    if len(columns) < 3:
        raise ValueError(
            "应有词语、类别、轻重三列，用制表符（Tab）隔开，例如：代开发票→advertising→serious。"
        )
    category, severity = columns[1], columns[2].casefold()
    if len(columns) > 4:
        raise ValueError("最多四列：词语、类别、轻重、例外词；例外词之间用逗号隔开。")
    if category not in categories:
        raise ValueError(f"不认识类别“{category}”，可用的有：{'、'.join(categories)}。")
    if severity not in set(Severity):
        raise ValueError(f"轻重“{columns[2]}”不能用,应为 {'、'.join(Severity)} 之一。")
    return ListedWord(word, category, Severity(severity), _excuses(word, columns[3:]))


def _excuses(word: str, cells: Sequence[str]) -> tuple[str, ...]:
    cell = "".join(cells).replace("，", ",")
    excuses = tuple(excuse.strip() for excuse in cell.split(",") if excuse.strip())
    for excuse in excuses:
        if word.casefold() not in excuse.casefold() or len(excuse) == len(word):
            raise ValueError(
                f"例外词“{excuse}”应当比“{word}”长并且包含它，例如“学校花园”包含“校花”。"
            )
    return excuses
