"""Environment variables as the whole product reads them: ``.env`` files below, secrets from files.

NoneBot reads ``.env``, then ``.env.<ENVIRONMENT>`` (default ``prod``) over it, then the process's
environment over both; so do we, and ``NAME_FILE`` stands for the content of a file.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from bot.domain.errors import BadInputError

PREFIXES = ("QUNGUI_", "ONEBOT_", "WECOM_", "DINGTALK_")
"""Only variables of ours have a ``_FILE`` form."""

_SECRET_LIMIT = 64 * 1024


def read_environment(
    process: Mapping[str, str] | None = None, working: Path | None = None
) -> dict[str, str]:
    """All variables that are set and not empty, names in capitals.

    Raises:
        BadInputError: a ``.env`` or secret file cannot be read, or a secret is given twice.
    """
    process = os.environ if process is None else process
    working = Path.cwd() if working is None else working
    merged = _read_dotenv(working / ".env")
    stage = process.get("ENVIRONMENT") or merged.get("ENVIRONMENT") or "prod"
    merged |= _read_dotenv(working / f".env.{stage}")
    merged |= {name.upper(): value for name, value in process.items()}
    return _with_secrets({name: value for name, value in merged.items() if value.strip()}, working)


def _read_dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        values = dotenv_values(path, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"无法读取 {path}:请确认有读取权限，并另存为 UTF-8 编码。") from error
    return {name.upper(): value for name, value in values.items() if value is not None}


def _with_secrets(values: dict[str, str], working: Path) -> dict[str, str]:
    result = dict(values)
    for name, file in values.items():
        target = name.removesuffix("_FILE")
        if target == name or not name.startswith(PREFIXES):
            continue
        if target in values:
            raise BadInputError(f"{target} 与 {name} 不能同时设置，请只保留一个。")
        result[target] = _read_secret(name, working / file.strip())
        del result[name]
    return result


def _read_secret(name: str, path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            secret = file.read(_SECRET_LIMIT).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(
            f"环境变量 {name} 指向的文件 {path} 无法读取：请检查路径、权限和 UTF-8 编码。"
        ) from error
    if not secret:
        raise BadInputError(f"环境变量 {name} 指向的文件 {path} 是空的，请写入密钥后重试。")
    return secret
