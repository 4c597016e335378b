"""A migrated database: made once, copied for every test."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from data.database import Database
from data.migrate import copy_sqlite, upgrade
from tests.data.samples import opened, url_of


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    asyncio.run(upgrade(url_of(folder / "made.db")))
    copy_sqlite(folder / "made.db", folder / "template.db")
    return folder / "template.db"


@pytest.fixture
def database_file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "qungui.db"))


@pytest.fixture
async def database(database_file: Path) -> AsyncIterator[Database]:
    async with opened(database_file) as database:
        yield database
