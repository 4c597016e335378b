"""Who decides on the command line: a claimed account that must hold the role, on record."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.identifiers import AccountKey, GroupKey

if TYPE_CHECKING:
    from bot.engine.register import Register

_NUMBER = re.compile(r"([A-Za-z]?)0*([1-9]\d{0,8})")

As = Annotated[str, typer.Option("--as", metavar="ACCOUNT", help="以谁的身份，例如 qq:10001")]


def decider(given: str, groups: Collection[GroupKey], register: "Register") -> AccountKey:
    """The account, if it may decide for these groups: an administrator, or the manager of all.

    Raises:
        BadInputError: it is no account.
        RefusedError: it holds neither role.
    """
    try:
        account = AccountKey.parse(given)
    except BadInputError as error:
        raise BadInputError(f"--as:{error.message}") from error
    if account in register.holders("administrator"):
        return account
    others = sorted(set(groups) - register.managed_by(account))
    if not groups or others:
        where = others[0].id if others else ""
        raise RefusedError(
            f"{account} 不是系统管理员，也不是群 {where} 的群主或群管理员，没有执行。"
        )
    return account


def numbered(text: str, letter: str) -> int:
    """The number of ``P3``, ``p3`` or ``3``.

    Raises:
        BadInputError: it is none, or has another letter.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None or found[1].upper() not in ("", letter):
        raise BadInputError(f"编号“{text}”应形如 {letter}12。")
    return int(found[2])
