"""Reading a TOML file that people edit, with errors they can mend."""

import re
import tomllib
from pathlib import Path
from typing import Any

from bot.domain.errors import BadInputError

_POSITION = re.compile(r"line (\d+), column (\d+)")


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content.

    Raises:
        BadInputError: it is missing, unreadable, not UTF-8 or not TOML; says the line and column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadInputError(
            f"找不到配置文件 {path}。请确认 QUNGUI_CONFIG 指向的文件夹，或从安装包中恢复该文件。"
        ) from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"配置文件 {path} 不是 UTF-8 编码，请另存为 UTF-8 后重试。") from error
    except OSError as error:
        raise BadInputError(f"无法读取配置文件 {path}:{error.strerror}。") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        where = f"第 {found[1]} 行第 {found[2]} 列" if found else "末尾"
        raise BadInputError(
            f"配置文件 {path} {where}写法有误（{error}）:"
            "请检查引号、括号是否成对，同一个键是否写了两次。"
        ) from error
