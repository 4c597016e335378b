from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.findings import Excerpt
from bot.engine.forgetting import EXCERPTS_KEPT, Forgetting
from bot.engine.scribe import Scribe
from data.database import Database
from data.excerpts import Vault
from data.ledger import verify_chain
from data.migrate import upgrade
from tests.commanding import SettableClock

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


async def test_excerpts_cannot_be_read_once_their_month_is_ninety_days_over(
    tmp_path: Path,
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'q.db'}"
    await upgrade(url)
    database, vault = Database(url), Vault(tmp_path / "keys")
    scribe = Scribe(database, SettableClock(NOW))
    scribe.start()
    await scribe.write(lambda work: vault.seal(work, 1, Excerpt("某某某", 0, 3, "f")))
    forgetting = Forgetting(scribe, vault)

    await forgetting.run(NOW + EXCERPTS_KEPT)
    async with database.reading() as connection:
        assert await vault.open(connection, 1) == "某某某"

    await forgetting.run(NOW + EXCERPTS_KEPT + timedelta(days=10))
    async with database.reading() as connection:
        assert await vault.open(connection, 1) is None
        assert (await verify_chain(connection)).ok
    await scribe.stop()
    await database.close()
