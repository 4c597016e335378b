import pytest

from bot.domain.errors import RefusedError
from bot.domain.events import JoinRequested
from bot.domain.identifiers import Platform
from data import joins
from data.database import Database
from tests.data.samples import HOUR, MEMBER, NOW, STAFF, TEACHERS


def _request(request_id: str = "r1") -> JoinRequested:
    return JoinRequested(
        platform=Platform.QQ,
        event_id=f"join-{request_id}",
        occurred_at=NOW,
        received_at=NOW,
        group=TEACHERS,
        account=MEMBER,
        answer="教务处张三",
        request_id=request_id,
        nickname="小张",
    )


async def _hold(database: Database, request_id: str = "r1") -> int:
    async with database.transaction(NOW) as work:
        return await joins.hold(work, _request(request_id), "impostor", "已绑定他人", 9)


async def _decide(database: Database, number: int, state: str) -> None:
    async with database.transaction(NOW + HOUR) as work:
        await joins.decide(work, number, state, "qq:10001")


async def test_held_request_waits_for_the_owner(database: Database) -> None:
    number = await _hold(database)
    async with database.reading() as connection:
        [held] = await joins.waiting(connection, [TEACHERS])
        assert await joins.waiting(connection, [STAFF]) == []
        assert await joins.by_request(connection, TEACHERS, "r1") == held
        assert await joins.by_request(connection, STAFF, "r1") is None
    assert (held.number, held.account, held.answer) == (number, MEMBER, "教务处张三")
    assert (held.kind, held.violation, held.opened_at) == ("impostor", 9, NOW)


async def test_request_held_twice_keeps_its_number(database: Database) -> None:
    assert await _hold(database) == await _hold(database)
    assert await _hold(database) != await _hold(database, "r2")


@pytest.mark.parametrize("state", ["approved", "rejected", "expired", "withdrawn"])
async def test_decision_is_final(database: Database, state: str) -> None:
    number = await _hold(database)
    await _decide(database, number, state)
    with pytest.raises(RefusedError, match=f"J{number}"):
        await _decide(database, number, "approved")
    async with database.reading() as connection:
        held = await joins.get(connection, number)
        assert await joins.waiting(connection) == []
    assert held is not None
    assert (held.state, held.decided_by, held.decided_at) == (state, "qq:10001", NOW + HOUR)


@pytest.mark.parametrize("state", ["waiting", "maybe"])
async def test_what_is_no_decision_is_refused(database: Database, state: str) -> None:
    number = await _hold(database)
    with pytest.raises(ValueError, match=state):
        await _decide(database, number, state)


async def test_unknown_request_is_refused(database: Database) -> None:
    with pytest.raises(RefusedError, match="J404"):
        await _decide(database, 404, "approved")
