"""The report form of a suspected leak, as a file."""

import asyncio
from datetime import UTC, datetime

import pytest
from docx import Document

from bot.domain.first_aid import AidStep, FirstAid
from data import first_aid
from data.database import Database
from tests.bot.cli.college import OWNER
from tests.bot.cli.terminal import Terminal

_FOUND = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def secret(college: Terminal) -> Terminal:
    """A college in which W2 is a suspected secret, one step of which is done."""

    async def begin() -> None:
        database = Database(f"sqlite+aiosqlite:///{college.database_file}")
        aid = FirstAid(violation=2, found_at=_FOUND, posted_at=_FOUND, fingerprint="f" * 64)
        async with database.transaction(_FOUND) as work:
            await first_aid.begin(work, aid, None)
            await first_aid.tick(work, aid, AidStep.QUIET, str(OWNER))
        await database.close()

    asyncio.run(begin())
    return college


def test_form_is_filled_in_as_far_as_the_log_knows(secret: Terminal) -> None:
    assert secret("secrecy-report", "W2", "form.docx").code == 0
    document = Document(str(secret.folder / "form.docx"))
    rows = {row.cells[0].text: row.cells[1].text for one in document.tables for row in one.rows}
    assert rows["登记号"] == "W2"
    assert rows["发现时间"] == "2026年11月02日 12:00"
    assert "教师群" in rows["平台和群"]
    assert rows["1. 不扩散"] == "2026年11月02日 12:00 完成，张三"
    assert rows["2. 撤回"] == "尚未完成"
    assert set(rows["责任人员及初步处理意见"]) == {"＿"}
    assert secret("secrecy-report", "2", "form.txt").code == 0
    text = (secret.folder / "form.txt").read_text(encoding="utf-8")
    for label, value in rows.items():
        assert f"{label}：{value}" in text
    assert "代开发票" not in text


@pytest.mark.parametrize(
    ("number", "out", "code", "says"),
    [
        ("W1", "form.docx", 1, "不是涉密应急处置的登记"),
        ("W99", "form.docx", 1, "不是涉密应急处置的登记"),
        ("abc", "form.docx", 2, "不是登记号"),
        ("W2", "form.pdf", 2, ".docx 或 .txt"),
        ("W2", "nowhere/form.docx", 2, "不存在"),
        ("W2", "roster.csv.txt", 2, "已存在"),
    ],
)
def test_what_cannot_be_written_is_refused(
    secret: Terminal, number: str, out: str, code: int, says: str
) -> None:
    (secret.folder / "roster.csv.txt").write_text("x", encoding="utf-8")
    said = secret("secrecy-report", number, out)
    assert said.code == code
    assert says in said.err
