"""The hit and its surroundings, sealed with its month's key and kept apart from the chain."""

import hashlib
import json
import os
import re
import secrets
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import BadInputError, UnreachableError
from bot.domain.findings import Excerpt
from data.ledger import Work
from data.tables import ExcerptRow
from data.types import table_of
from data.upsert import insert_new

_excerpts = table_of(ExcerptRow)

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class Vault:
    """Keys by month in one folder, a file each, readable by the service alone.

    A key file holds one Fernet key a line, the newest first. Without a month's key nothing sealed
    in it can be read again, in the database or in any copy of it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[str, MultiFernet] = {}

    async def seal(self, work: Work, violation: int, excerpt: Excerpt) -> None:
        """Keep the first excerpt of a case; the chain gets a salted digest that reveals nothing."""
        month = work.now.strftime("%Y-%m")
        content = [excerpt.text, excerpt.start, excerpt.end, excerpt.fingerprint]
        plain = json.dumps(content, ensure_ascii=False)
        salt = secrets.token_hex(16)
        digest = _digest(salt, plain)
        row = {
            "violation": violation,
            "month": month,
            "ciphertext": self._make(month).encrypt(plain.encode()),
            "salt": salt,
            "digest": digest,
        }
        if await insert_new(work.connection, _excerpts, row):
            work.record("excerpt", f"W{violation}", {"month": month, "digest": digest})

    async def open(self, connection: AsyncConnection, violation: int) -> str | None:
        """The text of a case's excerpt; None where none was kept or its key was shredded."""
        excerpt = await self.read(connection, violation)
        return excerpt.text if excerpt else None

    async def read(self, connection: AsyncConnection, violation: int) -> Excerpt | None:
        """The whole excerpt of a case; None where none was kept or its key was shredded."""
        query = select(_excerpts).where(_excerpts.c.violation == violation)
        row = (await connection.execute(query)).first()
        keys = self._load(row.month) if row else None
        if row is None or keys is None:
            return None
        try:
            plain = keys.decrypt(row.ciphertext).decode()
        except InvalidToken:
            return None
        if _digest(row.salt, plain) != row.digest:
            return None
        text, start, end, fingerprint = json.loads(plain)
        return Excerpt(text, start, end, fingerprint)

    def shred(self, month: str) -> bool:
        """Destroy the key of a month (``2026-11``); whether there was one.

        Raises:
            BadInputError: that is no month.
        """
        path = self._path(month)
        self._keys.pop(month, None)
        if not path.exists():
            return False
        # Best effort against reading the freed blocks; the file system may still keep copies.
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        _sync_folder(self._folder)
        return True

    def months(self) -> list[str]:
        """The months whose excerpts can be read, oldest first."""
        return sorted(
            path.stem for path in self._folder.glob("*.key") if _MONTH.fullmatch(path.stem)
        )

    def months_before(self, moment: datetime) -> list[str]:
        """The months that ended before ``moment``: what a retention period has run out for."""
        return [month for month in self.months() if month < moment.strftime("%Y-%m")]

    def _path(self, month: str) -> Path:
        if not _MONTH.fullmatch(month):
            raise BadInputError(f"月份“{month}”应写成“年-月”，例如 2026-11。")
        return self._folder / f"{month}.key"

    def _make(self, month: str) -> MultiFernet:
        keys = self._load(month)
        if keys is not None:
            return keys
        path = self._path(month)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Excerpts must never outlive their key: it is on the disk before the first is sealed.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            _sync_folder(self._folder)
        except FileExistsError:
            self._keys.pop(month, None)
        except OSError as error:
            raise UnreachableError(
                f"无法写入密钥文件 {path}（{error.strerror}），请检查权限。"
            ) from error
        made = self._load(month)
        if made is None:
            raise UnreachableError(f"无法读取密钥文件 {path}，请检查权限。")
        return made

    def _load(self, month: str) -> MultiFernet | None:
        if month in self._keys:
            return self._keys[month]
        path = self._path(month)
        try:
            lines = path.read_text("ascii").split()
            keys = MultiFernet([Fernet(line) for line in lines])
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreachableError(
                f"无法读取密钥文件 {path}（{error.strerror}），请检查权限。"
            ) from error
        except ValueError as error:
            raise BadInputError(f"密钥文件 {path} 已损坏，请从备份恢复。") from error
        self._keys[month] = keys
        return keys


def _digest(salt: str, plain: str) -> str:
    return hashlib.sha256(f"{salt}\n{plain}".encode()).hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
