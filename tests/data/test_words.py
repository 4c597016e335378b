"""Word changes, examples, false hits and samples, against a real database."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import RefusedError
from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.measures import Mode
from data import samples, word_changes, word_examples
from data.database import Database
from data.keys import KeyRing
from data.samples import Sample, sample_keys
from data.word_changes import Overlay, WordChange
from tests.commanding import NOON

GROUP = GroupKey(Platform.QQ, "1000")
AUTHOR = AccountKey(Platform.QQ, "100")
SERIOUS = Overlay(Severity.SERIOUS, ("拒绝代写",), Mode.OBSERVE)


async def change(database: Database, word: str, after: Overlay | None) -> WordChange:
    async with database.transaction(NOON) as work:
        return await word_changes.change(work, word, "advertising", after, "qq:400")


async def in_force(database: Database) -> dict[str, Overlay | None]:
    async with database.reading() as connection:
        return {one.word: one.after for one in await word_changes.in_force(connection)}


async def test_the_newest_change_of_a_word_is_in_force(database: Database) -> None:
    await change(database, "代写", SERIOUS)
    made = await change(database, "代写", Overlay(None))
    assert made.before == SERIOUS
    assert await in_force(database) == {"代写": Overlay(None)}
    await change(database, "代写", None)
    assert await in_force(database) == {}


async def test_capitals_do_not_make_another_word(database: Database) -> None:
    await change(database, "加V信", SERIOUS)
    assert (await change(database, "加v信", Overlay(None))).before == SERIOUS
    assert await in_force(database) == {"加v信": Overlay(None)}


async def test_a_change_is_undone_and_the_undoing_too(database: Database) -> None:
    first = await change(database, "代写", SERIOUS)
    async with database.transaction(NOON) as work:
        undone = await word_changes.undo(work, first.number, "qq:400")
    assert await in_force(database) == {}
    async with database.transaction(NOON) as work:
        with pytest.raises(RefusedError, match=f"L{undone.number}"):
            await word_changes.undo(work, first.number, "qq:400")
    async with database.transaction(NOON) as work:
        await word_changes.undo(work, undone.number, "qq:400")
    assert await in_force(database) == {"代写": SERIOUS}


async def test_the_chain_names_no_word(database: Database) -> None:
    from sqlalchemy import text

    await change(database, "代写", SERIOUS)
    async with database.reading() as connection:
        contents = (await connection.execute(text("SELECT content FROM ledger"))).scalars().all()
    assert len(contents) == 1
    assert "代写" not in contents[0]


async def test_a_dropped_example_is_no_longer_in_force(database: Database) -> None:
    async with database.transaction(NOON) as work:
        number = await word_examples.add(work, "custom", "谁要代写", "qq:400", must_hit=True)
    async with database.transaction(NOON) as work:
        await word_examples.drop(work, number, "qq:400")
        with pytest.raises(RefusedError):
            await word_examples.drop(work, number, "qq:400")
    async with database.reading() as connection:
        assert await word_examples.in_force(connection) == []


# the window


def said(text: str, days: int = 0) -> Sample:
    return Sample(GROUP, AUTHOR, NOON + timedelta(days=days), text)


async def kept(database: Database, keys: KeyRing) -> list[str]:
    async with database.reading() as connection:
        return [one.text async for one in samples.read(connection, keys)]


def everything_in(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


async def test_samples_come_back_as_they_were_and_stand_nowhere_in_the_clear(
    database: Database, tmp_path: Path
) -> None:
    keys = sample_keys(tmp_path)
    async with database.transaction(NOON) as work:
        await samples.keep(work, keys, [said("下午三点开会"), said("半个\ud83d表情")])
    assert await kept(database, keys) == ["下午三点开会", "半个\ud83d表情"]
    assert "下午三点开会".encode() not in everything_in(tmp_path)


async def test_a_day_that_is_over_cannot_be_read_again_even_from_a_copy(
    database: Database, tmp_path: Path
) -> None:
    keys = sample_keys(tmp_path)
    async with database.transaction(NOON) as work:
        await samples.keep(work, keys, [said("旧", -8), said("新")])
    row = keys.seal("2026-10-25", "一份旧备份里的话")
    async with database.transaction(NOON) as work:
        assert await samples.forget(work, keys, NOON - timedelta(days=7), 100) == 1
    assert await kept(database, keys) == ["新"]
    assert keys.open("2026-10-25", row) is None
    assert keys.periods() == ["2026-11-02"]


async def test_no_more_than_so_many_are_kept(database: Database, tmp_path: Path) -> None:
    keys = sample_keys(tmp_path)
    async with database.transaction(NOON) as work:
        await samples.keep(work, keys, [said(str(number)) for number in range(10)])
        assert await samples.forget(work, keys, NOON - timedelta(days=7), 3) == 7
    assert await kept(database, keys) == ["7", "8", "9"]


async def test_closing_the_window_leaves_nothing(database: Database, tmp_path: Path) -> None:
    keys = sample_keys(tmp_path)
    async with database.transaction(NOON) as work:
        await samples.keep(work, keys, [said("话")])
        await samples.forget_all(work, keys)
    assert await kept(database, keys) == []
    assert keys.periods() == []
