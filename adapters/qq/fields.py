"""Single fields of OneBot frames: ids, times, numbers, and the keys made of them."""

from datetime import UTC, datetime

from adapters.qq.wire import Frame, Id
from bot.domain.errors import BadInputError, MalformedEventError
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey, Platform

ROLES = {"owner": Role.OWNER, "admin": Role.ADMIN, "member": Role.MEMBER}
_INTERNED = 200_000


class Keys:
    """Keys as one account sees them, made once per raw id."""

    def __init__(self, self_id: str) -> None:
        self.self_account = AccountKey(Platform.QQ, self_id)
        self._groups: dict[Id, GroupKey] = {}
        self._accounts: dict[Id, AccountKey] = {}

    def group(self, raw: Id) -> GroupKey:
        """The key of a group.

        Raises:
            MalformedEventError: there is no id.
        """
        key = self._groups.get(raw)
        if key is None:
            if len(self._groups) >= _INTERNED:
                self._groups.clear()
            key = self._groups[raw] = GroupKey(Platform.QQ, _present(raw, "group_id"))
        return key

    def account(self, raw: Id) -> AccountKey:
        """The key of an account.

        Raises:
            MalformedEventError: there is no id.
        """
        key = self._accounts.get(raw)
        if key is None:
            if len(self._accounts) >= _INTERNED:
                self._accounts.clear()
            key = self._accounts[raw] = AccountKey(Platform.QQ, _present(raw, "user_id"))
        return key

    def somebody(self, raw: Id) -> AccountKey | None:
        """The key of an account; hosts write 0 or nothing for nobody."""
        return None if raw in {None, 0, "", "0"} else self.account(raw)

    def is_self(self, raw: Id) -> bool:
        """Whether it is the bot's own account."""
        return self.somebody(raw) == self.self_account


def message_event_id(group: GroupKey, message_id: str) -> str:
    """The event id of a message, pushed or read."""
    return f"m:{group.id}:{message_id}"


def moment(seconds: float | str | None) -> datetime:
    """A time on the wire, in seconds, as aware UTC.

    Raises:
        MalformedEventError: it is no time.
    """
    if seconds is None:
        raise MalformedEventError("QQ 事件缺少 time。")
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedEventError(f"事件时间“{seconds}”无法识别。") from error


def sequence_of(frame: Frame) -> int | None:
    """The server's own number of a message within its group, where the host tells it.

    NapCat repeats the message id in ``message_seq`` and tells the number in ``real_seq``; LLBot and
    go-cqhttp tell it in ``message_seq``.
    """
    raw = frame.real_seq
    if raw is None and frame.message_seq != frame.message_id:
        raw = frame.message_seq
    try:
        number = int(raw or 0)
    except ValueError:
        return None
    return number if number > 0 else None


def identifier(raw: Id, name: str) -> str:
    """An id that must be there.

    Raises:
        MalformedEventError: it is missing or empty.
    """
    text = str(raw).strip() if raw is not None else ""
    if not text:
        raise MalformedEventError(f"QQ 事件缺少 {name}。")
    return text


def whole(raw: int | str | None, name: str) -> int:
    """A whole number; nothing counts as 0.

    Raises:
        MalformedEventError: it is no number.
    """
    try:
        return int(raw or 0)
    except ValueError as error:
        raise MalformedEventError(f"{name} 的值“{raw}”不是整数。") from error


def number_of(text: str) -> int:
    """The number that a key's id is on the wire.

    Raises:
        BadInputError: it is none.
    """
    try:
        return int(text)
    except ValueError as error:
        raise BadInputError(f"“{text}”不是 QQ 的号码，应全是数字。") from error


def _present(raw: Id, name: str) -> str:
    text = identifier(raw, name)
    if text == "0":
        raise MalformedEventError(f"QQ 事件的 {name} 为 0。")
    return text
