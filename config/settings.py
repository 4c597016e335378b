"""What the environment decides: where things lie, who may do what, how careful to begin."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.domain.errors import BadInputError
from bot.domain.identifiers import AccountKey, Platform
from bot.domain.measures import Mode
from config.environment import read_environment
from config.paths import default_config_folder, default_home

_PREFIX = "QUNGUI_"
_READ_ELSEWHERE = (
    "QUNGUI_SECOND_OPINION_",
    "QUNGUI_FAILPOINT",
    *(f"QUNGUI_{platform.name}_" for platform in Platform),
)
"""Read by the failpoints, the second opinion and the adapters, which check their own."""

_UNPREFIXED = {"host": "HOST", "port": "PORT"}
_LIST_SEPARATORS = re.compile(r"[,;、\uff0c\uff1b\s]+")
_SECRET = frozenset({"database_url", "queue_url"})
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def async_database_url(url: str) -> str:
    """The same database with the asynchronous driver we use.

    Raises:
        ValueError: neither SQLite nor PostgreSQL.
    """
    scheme, separator, rest = url.strip().partition("://")
    driver = _DRIVERS.get(scheme.lower())
    if not separator or not rest.strip("/") or driver is None:
        raise ValueError("应为 SQLite 或 PostgreSQL 的地址")
    if driver.startswith("sqlite") and not rest.startswith("/"):
        raise ValueError("sqlite: 之后应有三个（相对路径）或四个（绝对路径）斜杠")
    return f"{driver}://{rest}"


def _zone(name: object) -> ZoneInfo:
    if isinstance(name, ZoneInfo):
        return name
    try:
        return ZoneInfo(str(name).strip())
    except (OSError, ValueError, LookupError) as error:
        raise ValueError("不是已知的时区") from error


def _mode(text: object) -> Mode:
    try:
        return Mode(str(text).strip().lower())
    except ValueError:
        raise ValueError("应为 observe（观察）、remind（提醒）、enforce（执行）之一") from None


def _accounts(text: object) -> frozenset[AccountKey]:
    if isinstance(text, frozenset):
        return text
    try:
        parts = _LIST_SEPARATORS.split(str(text))
        return frozenset(AccountKey.parse(part) for part in parts if part)
    except BadInputError as error:
        raise ValueError(error.message.rstrip("。")) from error


def _port(text: object) -> int:
    if not str(text).strip().isascii() or not str(text).strip().isdigit():
        raise ValueError("应为 1 到 65535 的整数")
    if not 0 < (port := int(str(text))) < 65536:
        raise ValueError("应为 1 到 65535 的整数")
    return port


_Accounts = Annotated[frozenset[AccountKey], BeforeValidator(_accounts)]
_EXAMPLE_ACCOUNTS = "qq:10001,qq:10002"


class Settings(BaseModel):
    """The process's settings; paths are absolute."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    home: Path = Field(description="运行时文件所在的文件夹", examples=["var"])
    config: Path = Field(description="配置文件夹", examples=["config"])
    database_url: Annotated[str, BeforeValidator(async_database_url)] = Field(
        description="数据库地址", examples=["sqlite:///var/qungui.db"], repr=False
    )
    queue_url: str | None = Field(
        default=None, description="消息队列地址；不设则在进程内排队", repr=False
    )
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        default=ZoneInfo("Asia/Shanghai"), description="时区", examples=["Asia/Shanghai"]
    )
    mode: Annotated[Mode, BeforeValidator(_mode)] = Field(
        default=Mode.OBSERVE, description="新群、新规则最初的生效方式", examples=["observe"]
    )
    administrators: _Accounts = Field(
        default=frozenset(), description="系统管理员", examples=[_EXAMPLE_ACCOUNTS]
    )
    supervisors: _Accounts = Field(
        default=frozenset(), description="监督人（纪委书记）", examples=[_EXAMPLE_ACCOUNTS]
    )
    approvers: _Accounts = Field(
        default=frozenset(), description="发布审批人（宣传部）", examples=[_EXAMPLE_ACCOUNTS]
    )
    host: str = Field(default="127.0.0.1", description="监听地址", examples=["127.0.0.1"])
    port: Annotated[int, BeforeValidator(_port)] = Field(
        default=8080, description="监听端口", examples=["8080"]
    )


def variable_of(field: str) -> str:
    """The environment variable that sets a field."""
    return _UNPREFIXED.get(field, _PREFIX + field.upper())


def load_settings(
    process: Mapping[str, str] | None = None, working: Path | None = None
) -> Settings:
    """Settings from the environment and the ``.env`` files of the working folder.

    Raises:
        BadInputError: an unknown ``QUNGUI_`` variable, or a value that cannot be used.
    """
    working = Path.cwd() if working is None else working
    environment = read_environment(process, working)
    fields = {variable_of(field): field for field in Settings.model_fields}
    _refuse_unknown(environment, fields)
    given: dict[str, Any] = {
        field: environment[name] for name, field in fields.items() if name in environment
    }
    given["home"] = _folder(given.get("home"), default_home(working), working)
    given["config"] = _folder(given.get("config"), default_config_folder(working), working)
    if not given["config"].is_dir():
        raise BadInputError(
            f"环境变量 QUNGUI_CONFIG 指向的配置文件夹 {given['config']} 不存在。"
            "例如：QUNGUI_CONFIG=config"
        )
    given.setdefault("database_url", f"sqlite:///{given['home'] / 'qungui.db'}")
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise BadInputError(_explain(error, given)) from error


def _folder(given: str | None, default: Path, working: Path) -> Path:
    return (default if given is None else working / Path(given).expanduser()).resolve()


def _refuse_unknown(environment: Mapping[str, str], fields: Mapping[str, str]) -> None:
    for name in sorted(environment):
        if not name.startswith(_PREFIX) or name in fields or name.startswith(_READ_ELSEWHERE):
            continue
        nearest = difflib.get_close_matches(name, fields, n=1)
        hint = f"您要写的是 {nearest[0]} 吗？" if nearest else "请删去它。"
        raise BadInputError(f"不认识环境变量 {name}。{hint}可用的有：{'、'.join(sorted(fields))}。")


def _explain(error: ValidationError, given: Mapping[str, Any]) -> str:
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0])
    name = variable_of(field)
    reason = str(first.get("ctx", {}).get("error", first["msg"]))
    shown = "" if field in _SECRET else f"“{given[field]}”"
    example = (Settings.model_fields[field].examples or [""])[0]
    return f"环境变量 {name} 的值{shown}不能用：{reason}。例如：{name}={example}"
