"""Short ways to say what the tests need."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain.findings import Finding, Severity
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey, Platform
from bot.domain.measures import Measure, MeasureKind, Mode, Receipt, ReceiptHow
from bot.domain.violations import ViolationState
from data.database import Database
from data.violations import NewViolation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = datetime(2026, 11, 2, 10, 30, 15, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)

TEACHERS = GroupKey(Platform.QQ, "60001")
STAFF = GroupKey(Platform.QQ, "60002")
OWNER = AccountKey(Platform.QQ, "10001")
MEMBER = AccountKey(Platform.QQ, "10002")
OTHER = AccountKey(Platform.QQ, "10003")


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@asynccontextmanager
async def opened(path: Path) -> "AsyncIterator[Database]":
    database = Database(url_of(path))
    try:
        yield database
    finally:
        await database.close()


def finding(**changes: Any) -> Finding:
    plain = Finding(
        rule_id="real-name",
        kind="misnamed",
        clause="20.1",
        group=TEACHERS,
        account=MEMBER,
        reason="名片不是部门加姓名",
    )
    return replace(plain, **changes)


def content_finding(**changes: Any) -> Finding:
    return finding(
        rule_id="content", kind="hit", clause="11.1", category="custom",
        message=MessageKey(TEACHERS, "m1"), **changes,
    )  # fmt: skip


def new_violation(
    found: Finding | None = None, state: ViolationState = ViolationState.OPEN, **changes: Any
) -> NewViolation:
    plain = NewViolation(
        finding=found or finding(),
        severity=Severity.MINOR,
        mode=Mode.ENFORCE,
        state=state,
        person_name="张三",
        department="教务处",
    )
    return replace(plain, **changes)


def measure(kind: MeasureKind = MeasureKind.RECALL, **changes: Any) -> Measure:
    return replace(Measure(kind=kind, group=TEACHERS, account=MEMBER, mode=Mode.ENFORCE), **changes)


def receipt() -> Receipt:
    return Receipt(ReceiptHow.READ_BACK, NOW, "消息已不在群中")


def names(folder: Path, pattern: str) -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


def content(path: Path) -> bytes:
    return path.read_bytes()
