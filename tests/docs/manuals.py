"""The manuals as a reader finds them: their blocks, their commands, their tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHINESE = (
    "安装.md",
    "群主手册.md",
    "管理员手册.md",
    "监督员手册.md",
    "词库与规则.md",
    "发布审批.md",
    "涉密信息处置.md",
)
_BLOCK = re.compile(r"^```(\w+[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_EXIT = re.compile(r"\s*#\s*退出码\s*(\d)\s*$")
_HEADING = re.compile(r"^#+\s+(.+)$", re.MULTILINE)
_NO_ANCHOR = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class ShellLine:
    """One command of a ```sh block; ``expected`` is the exit code the manual promises."""

    text: str
    expected: int


@dataclass(frozen=True, slots=True)
class Manual:
    """One Markdown file."""

    path: Path
    text: str

    def __str__(self) -> str:
        return self.path.name

    def blocks(self, language: str) -> Iterator[str]:
        """The contents of every fenced block of a language."""
        for found, content in _BLOCK.findall(self.text):
            if found == language:
                yield content

    @property
    def prose(self) -> str:
        """Everything outside fenced blocks."""
        return _BLOCK.sub("", self.text)

    @property
    def code_spans(self) -> list[str]:
        """Every `inline code`."""
        return _INLINE.findall(self.prose)

    @property
    def shell(self) -> list[ShellLine]:
        """The commands of all ```sh blocks, in order."""
        lines = [line for block in self.blocks("sh") for line in block.splitlines()]
        return [_shell_line(line) for line in lines if line.strip()]

    def chat(self, where: str = "") -> list[str]:
        """The commands of all ```chat blocks, in order; ``where`` is 群里 for those of a group."""
        blocks = self.blocks(f"chat {where}".strip())
        lines = [line.strip() for block in blocks for line in block.splitlines()]
        return [line for line in lines if line]

    @property
    def anchors(self) -> set[str]:
        """What a link may point to: headings as the usual renderers name them."""
        return {
            _NO_ANCHOR.sub("", title.strip().lower()).replace(" ", "-")
            for title in _HEADING.findall(self.prose)
        }

    @property
    def rows(self) -> list[list[str]]:
        """The cells of every table row."""
        return [
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in self.prose.splitlines()
            if line.startswith("|")
        ]


def manual(name: str) -> Manual:
    """A manual by its name under ``docs/``."""
    return _read(ROOT / "docs" / name)


def all_manuals() -> list[Manual]:
    """The README and everything under ``docs/``."""
    return [_read(ROOT / "README.md"), *(_read(path) for path in sorted((ROOT / "docs").iterdir()))]


def _read(path: Path) -> Manual:
    return Manual(path, path.read_text(encoding="utf-8"))


def _shell_line(line: str) -> ShellLine:
    found = _EXIT.search(line)
    return ShellLine(_EXIT.sub("", line).strip(), int(found[1]) if found else 0)
