"""Names of things on a platform: a group, an account, a message. An account is not a person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bot.domain.errors import BadInputError


class Platform(StrEnum):
    """The platforms Qungui knows; the value is what the outside sees."""

    QQ = "qq"
    WECOM = "wecom"
    DINGTALK = "dingtalk"

    @property
    def label(self) -> str:
        """The name users read."""
        return {"qq": "QQ", "wecom": "企业微信", "dingtalk": "钉钉"}[self.value]


@dataclass(frozen=True, slots=True, order=True)
class _PlatformKey:
    platform: Platform
    id: str

    def __str__(self) -> str:
        return f"{self.platform.value}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``platform:id``.

        Raises:
            BadInputError: it has another form, or names an unknown platform.
        """
        platform, separator, identifier = text.strip().partition(":")
        known = {member.value for member in Platform}
        if not separator or not identifier.strip() or platform.strip() not in known:
            raise BadInputError(
                f"“{text}”应写成“平台：号码”，平台为{'、'.join(sorted(known))} 之一，如 qq:10001。"
            )
        return cls(Platform(platform.strip()), identifier.strip())


@dataclass(frozen=True, slots=True, order=True)
class GroupKey(_PlatformKey):
    """One group on one platform."""


@dataclass(frozen=True, slots=True, order=True)
class AccountKey(_PlatformKey):
    """One account on one platform."""


@dataclass(frozen=True, slots=True, order=True)
class MessageKey:
    """One message in one group; ``id`` is the platform's message id."""

    group: GroupKey
    id: str
