"""A migrated database: made once, copied for every test."""

import asyncio
from pathlib import Path

import pytest

from data.migrate import copy_sqlite, upgrade


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    url = f"sqlite+aiosqlite:///{folder / 'made.db'}"
    asyncio.run(upgrade(url))
    copy_sqlite(folder / "made.db", folder / "template.db")
    return folder / "template.db"
