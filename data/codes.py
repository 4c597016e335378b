"""One-time codes of eight digits; only their hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import RefusedError
from data.ledger import Work
from data.tables import CodeRow
from data.types import table_of
from data.upsert import insert_new

_codes = table_of(CodeRow)

_MOST_WRONG_TRIES = 5
_TRIES_COUNT_FOR = timedelta(hours=1)
_MOST_REMEMBERED = 10_000


class _WrongTries:
    """Wrong codes by account, in memory: a refusal rolls its transaction back.

    The same wrong code counts once, for a write may be run again after it failed.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, datetime]] = {}

    def check(self, by: str, now: datetime) -> None:
        """Raise RefusedError when an account has tried too often."""
        recent = {
            digest: at
            for digest, at in self._seen.get(by, {}).items()
            if now - at < _TRIES_COUNT_FOR
        }
        self._seen[by] = recent
        if len(recent) >= _MOST_WRONG_TRIES:
            raise RefusedError("验证码错误次数过多，请一小时后再试。")

    def add(self, by: str, digest: str, now: datetime) -> None:
        """Remember a wrong code."""
        if len(self._seen) > _MOST_REMEMBERED:
            self._seen.pop(next(iter(self._seen)))
        self._seen.setdefault(by, {}).setdefault(digest, now)


_wrong_tries = _WrongTries()


async def issue(work: Work, purpose: str, subject: str, issued_to: str, ttl: timedelta) -> str:
    """Make a code for ``purpose`` that gives ``subject``, good once and for ``ttl``.

    ``issued_to`` names who was handed it, for the record.
    """
    row = {
        "purpose": purpose,
        "subject": subject,
        "issued_to": issued_to,
        "expires_at": work.now + ttl,
        "used_at": None,
    }
    while True:
        code = f"{secrets.randbelow(10**8):08d}"
        if await insert_new(work.connection, _codes, {**row, "digest": _digest(purpose, code)}):
            break
    work.record("code", purpose, {"subject": subject, "issued_to": issued_to})
    return code


async def redeem(work: Work, code: str, purpose: str, by: str) -> str:
    """Use a code up; the subject it gives. ``by`` is the account that sent it.

    Raises:
        RefusedError: it is wrong, used or run out, or ``by`` has sent five wrong ones this hour.
    """
    _wrong_tries.check(by, work.now)
    digest = _digest(purpose, "".join(code.split()))
    change = (
        update(_codes)
        .where(
            _codes.c.digest == digest,
            _codes.c.used_at.is_(None),
            _codes.c.expires_at > work.now,
        )
        .values(used_at=work.now)
        .returning(_codes.c.subject)
    )
    subject: str | None = (await work.connection.execute(change)).scalar_one_or_none()
    if subject is None:
        _wrong_tries.add(by, digest, work.now)
        raise RefusedError("验证码不正确或已失效，请核对后重新发送。")
    work.record("code_used", purpose, {"subject": subject, "by": by})
    return subject


async def outstanding(connection: AsyncConnection, purpose: str, now: datetime) -> list[str]:
    """The subjects of codes that may still be used, oldest first."""
    query = (
        select(_codes.c.subject)
        .where(_codes.c.purpose == purpose, _codes.c.used_at.is_(None), _codes.c.expires_at > now)
        .order_by(_codes.c.expires_at)
    )
    return list((await connection.execute(query)).scalars())


def _digest(purpose: str, code: str) -> str:
    return hashlib.sha256(f"{purpose}:{code}".encode()).hexdigest()
