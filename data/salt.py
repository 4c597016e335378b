"""One random key per installation, so that a kept fingerprint gives nothing away by guessing."""

import hashlib
import os
import secrets
from functools import cached_property
from pathlib import Path

from bot.domain.errors import BadInputError, UnreachableError

_FILE = "fingerprints.salt"
_SIZE = 32


def _load(folder: Path) -> bytes:
    path = folder / _FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_SIZE))
        salt = path.read_bytes()
    except OSError as error:
        raise UnreachableError(f"无法读写 {path}（{error.strerror}），请检查权限。") from error
    if len(salt) != _SIZE:
        raise BadInputError(f"{path} 已损坏，请删除后重试；以前的指纹将不再可比。")
    return salt


class Salt:
    """The key in ``folder``, made at first use. It is in no backup: old fingerprints die with it.

    Read only when it is needed: what merely reads the configuration makes no folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def value(self) -> bytes:
        """The key itself.

        Raises:
            UnreachableError: the folder cannot be written or read.
            BadInputError: the file is damaged.
        """
        return _load(self._folder)

    def fingerprint(self, text: str) -> str:
        """A fingerprint of the text that nobody without the key can try guesses on."""
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self.value, digest_size=32).hexdigest()
