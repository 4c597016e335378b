"""What an operator may set for QQ. The access token is the only thing that must be set."""

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from dotenv import dotenv_values
from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.qq.media import DOMAINS
from bot.domain.errors import BadInputError
from bot.engine.download import Downloader
from bot.engine.platform import Pace

TOKEN = "ONEBOT_ACCESS_TOKEN"  # noqa: S105  the name of a variable, not a secret
TOKEN_FILE = "ONEBOT_ACCESS_TOKEN_FILE"  # noqa: S105  likewise
_PREFIX = "QUNGUI_QQ_"

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class QQSettings(BaseSettings):
    """Settings of the QQ adapter; durations are seconds.

    The pace is our own caution: QQ publishes no limits, and accounts that act faster have been
    silenced or banned.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, extra="ignore", env_ignore_empty=True, frozen=True
    )

    access_token: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("access_token", TOKEN),
        description="OneBot 连接令牌，与 NapCat 中填写的一致",
    )
    access_token_file: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("access_token_file", TOKEN_FILE),
        description="存放令牌的文件",
    )
    between_messages: float = Field(
        default=1.0, ge=0.05, le=600, description="任意两条消息之间的最短间隔（秒）"
    )
    jitter: float = Field(default=0.5, ge=0.01, le=60, description="间隔上随机增加的上限（秒）")
    between_messages_per_group: float = Field(
        default=3.0, ge=0.05, le=600, description="同一群两条消息之间的最短间隔（秒）"
    )
    between_removals: float = Field(
        default=60.0, ge=0.05, le=86400, description="两次移出之间的最短间隔（秒）"
    )
    call_timeout: Seconds = Field(default=15.0, le=120, description="等待 QQ 端回答的时限（秒）")
    reread_after: Seconds = Field(
        default=2.0, le=30, description="第一次读成员名单后，隔多久再读一次（秒）"
    )
    forward_timeout: Seconds = Field(
        default=5.0, le=30, description="打开一条合并转发的总时限（秒）"
    )
    probe_timeout: Seconds = Field(
        default=1.5, le=15, description="判断旧连接是否还活着时等待的时限（秒）"
    )
    silence_limit: Seconds = Field(
        default=60.0, le=75, description="没有心跳的 QQ 端多久无声即探问（秒）"
    )
    deaf_after: Seconds = Field(
        default=900.0, le=86400, description="活跃群多久没有消息即核对历史（秒）"
    )
    mute_pause: Seconds = Field(
        default=600.0, le=86400, description="连续三次发送无回音后暂停发送的时长（秒）"
    )

    media_hosts: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9.\-]+:\d{1,5}(,[A-Za-z0-9.\-]+:\d{1,5})*)?$",
        description="除 QQ 自己的服务器外，还可以从哪里下载图片和文件（主机:端口，逗号分隔）",
    )
    media_timeout: Seconds = Field(
        default=30.0, le=300, description="下载一张图片或一个文件的时限（秒）"
    )

    @model_validator(mode="after")
    def _token_is_given(self) -> Self:
        if not self.token:
            raise ValueError("no token")
        return self

    @property
    def token(self) -> str:
        """The access token, from the file where one is named."""
        if self.access_token_file is not None:
            return self.access_token_file.read_text(encoding="utf-8").strip()
        return self.access_token.get_secret_value().strip()

    @property
    def downloader(self) -> Downloader:
        """Where pictures and files may be fetched from."""
        named = frozenset(one for one in self.media_hosts.split(",") if one)
        return Downloader(domains=DOMAINS, exempt=named, seconds=self.media_timeout)

    @property
    def pace(self) -> Pace:
        """The throttle the outbox keeps."""
        return Pace(
            between_messages=timedelta(seconds=self.between_messages),
            jitter=timedelta(seconds=self.jitter),
            between_messages_per_group=timedelta(seconds=self.between_messages_per_group),
            between_removals=timedelta(seconds=self.between_removals),
        )


def is_configured(env_files: Sequence[Path] = ()) -> bool:
    """Whether anything about QQ is set: then QQ is on, and a missing token is an error."""
    names = set(os.environ)
    for file in env_files:
        names.update(name for name, value in dotenv_values(file).items() if value)
    return any(
        name.upper() in {TOKEN, TOKEN_FILE} or name.upper().startswith(_PREFIX) for name in names
    )


def load_settings(env_files: Sequence[Path] = ()) -> QQSettings:
    """Read the settings from the environment, and from ``env_files`` for what it does not set.

    Raises:
        BadInputError: there is no token, or a value cannot be used.
    """
    try:
        return QQSettings(_env_file=tuple(env_files))
    except OSError as error:
        raise BadInputError(
            f"读不到 {TOKEN_FILE} 指定的令牌文件：{error}。请检查路径和权限。"
        ) from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{TOKEN_FILE} 指定的令牌文件不是 UTF-8 文本，请重新保存。") from error
    except ValidationError as error:
        raise BadInputError(_explain(error)) from error


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    if not first["loc"]:
        return (
            f"没有设置 {TOKEN}，不能启动：没有令牌，任何人都能冒充 QQ 连接。"
            f"请设置 {TOKEN}（或 {TOKEN_FILE}），并在 NapCat 的反向 WebSocket 中填写同样的令牌。"
        )
    field = str(first["loc"][0])
    name = field.upper() if field.upper().startswith("ONEBOT") else f"{_PREFIX}{field.upper()}"
    description = (
        QQSettings.model_fields[field].description if field in QQSettings.model_fields else ""
    )
    return f"环境变量 {name}（{description}）的值不能用：{first['msg']}。请改正后重新启动。"
