"""Write a revision for what has changed in ``data.tables``.

Run as ``python -m data.migrations.new_revision "What it does"``, then read what it wrote.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from data.migrate import run_alembic, upgrade
from data.migrations import VERSIONS


async def _write(message: str) -> None:
    number = f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04d}"

    def act(config: Config) -> None:
        command.revision(config, message, autogenerate=True, rev_id=number)

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'now.db'}"
        if number != "0001":
            await upgrade(url)
        await run_alembic(url, act)


if __name__ == "__main__":
    asyncio.run(_write(" ".join(sys.argv[1:])))
