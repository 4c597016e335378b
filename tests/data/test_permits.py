"""Permits come back whole, are filed once, and leave nothing readable behind their key."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.errors import RefusedError
from bot.domain.findings import Severity
from bot.domain.permits import (
    Filed,
    Permit,
    PermitLimits,
    PermitState,
    Someone,
    approve,
    fingerprint,
)
from bot.domain.topic_windows import TopicWindow
from data import permit_texts, permits, topic_windows
from data.database import Database
from data.ledger import verify_chain
from data.tables import LedgerRow, PermitTextRow
from data.types import table_of
from tests.data.samples import HOUR, MEMBER, NOW, OTHER, OWNER, STAFF, TEACHERS

TEXT = "明日停水\ud800，请储水"


def application() -> Permit:
    return Permit(
        number=0,
        applicant=MEMBER,
        topic="停水",
        reason="检修",
        groups=(STAFF, TEACHERS),
        starts_at=NOW,
        ends_at=NOW + 10 * HOUR,
        fingerprint=fingerprint(TEXT),
        applied_at=NOW,
        posters=(OTHER,),
    )


async def _create(database: Database) -> Permit:
    async with database.transaction(NOW) as work:
        return await permits.create(work, application())


async def test_permit_comes_back_with_signatures_and_filings(database: Database) -> None:
    permit = await _create(database)
    signed = approve(permit, Someone(OWNER), NOW + HOUR, PermitLimits())
    filed = Filed(STAFF, MEMBER, "m1", NOW + 2 * HOUR)
    async with database.transaction(NOW + HOUR) as work:
        await permits.change(work, permit, signed)
        assert await permits.file(work, signed, filed)
    async with database.transaction(NOW + HOUR) as work:
        assert not await permits.file(work, signed, filed)
    async with database.reading() as connection:
        found = await permits.get(connection, permit.number)
        assert found == replace(signed, groups=tuple(sorted(signed.groups)), filed=(filed,))
        assert await permits.list_permits(connection, applicant=MEMBER) == [found]
        assert await permits.list_permits(connection, groups=[TEACHERS]) == [found]
        assert await permits.list_permits(connection, groups=[]) == []
        assert await permits.remembered(connection, NOW + 20 * HOUR) == [found]
        with pytest.raises(RefusedError, match="没有编号为 X404"):
            await permits.known(connection, 404)


async def test_nothing_changed_writes_nothing(database: Database) -> None:
    permit = await _create(database)
    async with database.transaction(NOW) as work:
        await permits.change(work, permit, permit)
        assert work.links == []


async def test_over_and_reviewed_permits_are_left_alone_by_time(database: Database) -> None:
    permit = await _create(database)
    async with database.transaction(NOW) as work:
        await permits.note_asked(work, permit.number, 2)
        assert await permits.unsettled(work.connection) == [(permit, 2)]
        await permits.change(work, permit, replace(permit, state=PermitState.REJECTED))
        assert await permits.unsettled(work.connection) == []


async def test_text_is_sealed_and_gone_with_its_key(database: Database, tmp_path: Path) -> None:
    permit = await _create(database)
    keys = permit_texts.permit_keys(tmp_path / "keys")
    async with database.transaction(NOW) as work:
        await permit_texts.seal(work, keys, permit.number, TEXT)
    async with database.reading() as connection:
        assert await permit_texts.unseal(connection, keys, [permit.number, 9]) == {
            permit.number: TEXT
        }
        (row,) = await connection.execute(select(table_of(PermitTextRow)))
        links = (await connection.execute(select(table_of(LedgerRow)))).all()
        assert "停水" not in str(row)
        assert not any("停水" in str(link) for link in links)
        assert (await verify_chain(connection)).ok
        assert keys.shred(f"{NOW:%Y-%m}")
        assert await permit_texts.unseal(connection, keys, [permit.number]) == {}


async def test_window_is_kept_until_it_is_over_or_ended(database: Database) -> None:
    window = TopicWindow(
        name="招生季",
        opens_at=NOW,
        closes_at=NOW + HOUR,
        categories=frozenset({"rumour"}),
        words=("招生计划",),
        severity=Severity.CRITICAL,
    )
    async with database.transaction(NOW) as work:
        number = await topic_windows.create(work, window, str(OWNER))
    async with database.reading() as connection:
        assert await topic_windows.not_over(connection, NOW) == [replace(window, number=number)]
        assert await topic_windows.not_over(connection, NOW + HOUR) == []
    async with database.transaction(NOW + timedelta(minutes=5)) as work:
        await topic_windows.end(work, number, str(OWNER))
        assert await topic_windows.not_over(work.connection, work.now) == []
        with pytest.raises(RefusedError):
            await topic_windows.end(work, number, str(OWNER))
