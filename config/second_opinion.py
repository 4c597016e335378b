"""The optional second opinion: where to ask, and how much. Off unless an address is written."""

import ipaddress
import socket
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.domain.errors import BadInputError
from config.complaints import first_complaint
from config.documents import read_toml
from config.environment import read_environment
from config.paths import INSTALLED
from config.units import read_duration

FILE_NAME = "second_opinion.toml"
KEY_VARIABLE = "QUNGUI_SECOND_OPINION_KEY"


def _bounded(value: timedelta) -> timedelta:
    if not timedelta(seconds=1) <= value <= timedelta(minutes=1):
        raise ValueError("超出允许范围，应在 1s 到 1m 之间")
    return value


class SecondOpinion(BaseModel):
    """``[second_opinion]``; without a url nobody is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = None
    model: str = ""
    timeout: Annotated[timedelta, BeforeValidator(read_duration), AfterValidator(_bounded)] = (
        timedelta(seconds=8)
    )
    per_hour: int = Field(default=60, ge=1, le=1000)
    allow_public: Literal["yes", "no"] = "no"
    key: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.url is None:
            return self
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("url 应形如 http://10.0.0.8:8000/v1")
        if address.username or address.password:
            raise ValueError(f"url 里不能写密码，请用环境变量 {KEY_VARIABLE}")
        if not self.model:
            raise ValueError("写了 url 就要写 model（模型名称）")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    second_opinion: SecondOpinion = SecondOpinion()


def load_second_opinion(folder: Path) -> SecondOpinion | None:
    """The settings, or None where the second opinion is off.

    Raises:
        BadInputError: the file cannot be used; names the key.
    """
    path = folder / FILE_NAME
    if not path.exists():
        path = INSTALLED / FILE_NAME
    try:
        found = _File.model_validate(read_toml(path)).second_opinion
    except ValidationError as error:
        raise BadInputError(f"配置文件 {path} 的 {first_complaint(error, _File)}") from error
    if found.url is None:
        return None
    key = read_environment().get(KEY_VARIABLE, "")
    return found.model_copy(update={"key": SecretStr(key)})


def private_address(settings: SecondOpinion) -> str | None:
    """Why the service may not be asked, in Chinese; None where it may. Looks its name up.

    Every address a name stands for must be one of a private network, at every call: a name may
    come to stand for another.
    """
    if settings.allow_public == "yes":
        return None
    address = urlsplit(settings.url or "")
    try:
        found = socket.getaddrinfo(address.hostname, address.port, type=socket.SOCK_STREAM)
    except OSError:
        return "第二意见的地址查不到"
    hosts = {ipaddress.ip_address(one[4][0]) for one in found}
    if all(one.is_private or one.is_loopback for one in hosts):
        return None
    return "第二意见的地址不在校内（不是私有地址），没有询问"
