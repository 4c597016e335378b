"""Tables in Excel workbooks (xlsx, xls), read without trusting them."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn
from zipfile import BadZipFile, ZipFile, ZipInfo

from bot.domain.errors import BadInputError

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MOST_MEMBERS = 200
_MOST_UNPACKED = 200 * 1024 * 1024
_MOST_RATIO = 100
_SMALL_MEMBER = 1024 * 1024
"""Bytes below which a member may be packed as tightly as it likes: it cannot hurt."""
_SECONDS = 20
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def workbook_rows(content: bytes, name: str) -> tuple[list[list[str]], tuple[str, ...]]:
    """The cells of the first visible sheet as text, from cell A1 on, and notes for the reader.

    Raises:
        BadInputError: it is no workbook, locked, damaged, or built to exhaust the machine.
    """
    if content.startswith(ZIP_MAGIC):
        _check_archive(content, name)
    elif _ENCRYPTED_STREAM in content:
        _refuse_locked(name)
    answer = _parse_apart(content, name)
    if answer.get("problem") == "password":
        _refuse_locked(name)
    if "rows" not in answer:
        raise BadInputError(f"{name} 已损坏或不是 Excel 工作簿，请用 Excel 另存为 xlsx 后重试。")
    notes = []
    if answer["others"]:
        others = "、".join(answer["others"])
        notes.append(f"只读取了第一个工作表“{answer['sheet']}”,未读取:{others}")
    return answer["rows"], tuple(notes)


def _refuse_locked(name: str) -> NoReturn:
    raise BadInputError(f"{name} 设有打开密码，请取消密码后另存再导入。")


def _check_archive(content: bytes, name: str) -> None:
    try:
        members = ZipFile(BytesIO(content)).infolist()
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise BadInputError(f"{name} 不完整或已损坏，请重新下载或另存后再导入。") from error
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise BadInputError(f"{name} 不是 xlsx 工作簿，请在表格软件中另存为 xlsx 或 CSV 后重试。")
    if any(member.flag_bits & 0x1 for member in members):
        _refuse_locked(name)
    if (
        len(members) > _MOST_MEMBERS
        or sum(member.file_size for member in members) > _MOST_UNPACKED
        or any(_too_dense(member) for member in members)
    ):
        raise BadInputError(
            f"{name} 解压后过大，疑似压缩炸弹，未读取。请只保留花名册工作表，另存后重试。"
        )


def _too_dense(member: ZipInfo) -> bool:
    if member.file_size <= _SMALL_MEMBER:
        return False
    return member.file_size > max(1, member.compress_size) * _MOST_RATIO


def _parse_apart(content: bytes, name: str) -> dict[str, Any]:
    # -P: the working directory is anybody's, and may hold a module of a name the child imports.
    command = [sys.executable, "-P", str(Path(__file__).with_name("workbook_child.py"))]
    try:
        # S603: our own interpreter and our own module; the file is data on standard input.
        done = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BadInputError(
            f"{name} 在 {_SECONDS} 秒内未能读完，请只保留花名册工作表，另存后重试。"
        ) from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {}
    return answer
