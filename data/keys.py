"""Keys by period, a file each: without a period's key nothing sealed in it can be read again."""

import os
import re
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.domain.errors import BadInputError, UnreachableError

_PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?")


class KeyRing:
    """Keys of one kind in one folder, readable by the service alone.

    A period is a month (``2026-11``) or a day (``2026-11-22``); ``prefix`` keeps kinds apart that
    share a folder. A key file holds one Fernet key a line, the newest first.
    """

    def __init__(self, folder: Path, prefix: str = "") -> None:
        self._folder = folder
        self._prefix = prefix
        self._keys: dict[str, MultiFernet] = {}

    def seal(self, period: str, plain: str) -> bytes:
        """Encrypt a text; the period's key is made where there is none.

        Raises:
            UnreachableError: the key cannot be written or read.
        """
        return self._make(period).encrypt(plain.encode("utf-8", "surrogatepass"))

    def open(self, period: str, sealed: bytes) -> str | None:
        """The text; None where the key was shredded or the content is not ours."""
        keys = self._load(period)
        if keys is None:
            return None
        try:
            return keys.decrypt(sealed).decode("utf-8", "surrogatepass")
        except InvalidToken:
            return None

    def shred(self, period: str) -> bool:
        """Destroy the key of a period; whether there was one.

        Raises:
            BadInputError: that is no period.
        """
        path = self._path(period)
        self._keys.pop(period, None)
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

    def periods(self) -> list[str]:
        """The periods whose content can be read, oldest first."""
        names = (path.stem for path in self._folder.glob("*.key"))
        mine = (name.removeprefix(self._prefix) for name in names if name.startswith(self._prefix))
        return sorted(name for name in mine if _PERIOD.fullmatch(name))

    def _path(self, period: str) -> Path:
        if not _PERIOD.fullmatch(period):
            raise BadInputError(f"时段“{period}”应写成“年-月”或“年-月-日”，例如 2026-11。")
        return self._folder / f"{self._prefix}{period}.key"

    def _make(self, period: str) -> MultiFernet:
        keys = self._load(period)
        if keys is not None:
            return keys
        path = self._path(period)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # What is sealed must never outlive its key: the key is on the disk before the first.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            _sync_folder(self._folder)
        except FileExistsError:
            self._keys.pop(period, None)
        except OSError as error:
            raise UnreachableError(
                f"无法写入密钥文件 {path}（{error.strerror}），请检查权限。"
            ) from error
        made = self._load(period)
        if made is None:
            raise UnreachableError(f"无法读取密钥文件 {path}，请检查权限。")
        return made

    def _load(self, period: str) -> MultiFernet | None:
        if period in self._keys:
            return self._keys[period]
        path = self._path(period)
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
        self._keys[period] = keys
        return keys


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
