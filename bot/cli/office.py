"""What a command needs of the installation: its settings, its database, the register."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getuser
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.errors import RefusedError

if TYPE_CHECKING:
    from bot.engine.register import Register
    from config.settings import Settings
    from data.database import Database

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Office:
    """An opened installation."""

    settings: "Settings"
    database: "Database"

    async def register(self) -> "Register":
        """The engine's memory as a running service has it. Starts nothing.

        Raises:
            BadInputError: a configuration file is wrong.
        """
        from bot.engine.clock import SystemClock
        from bot.engine.recollection import Recollection
        from bot.engine.register import Register
        from config.departments import load_departments
        from config.policy import load_policy

        settings = self.settings
        policy = load_policy(settings.config, mode=settings.mode, zone=settings.timezone)
        departments = load_departments(settings.config)
        register = Register(policy, departments)
        recollection = Recollection(
            register, self.database, settings, SystemClock(), policy, departments
        )
        await recollection.everything()
        return register


def finish(work: Coroutine[Any, Any, Result]) -> Result:
    """Run asynchronous work to its end."""
    return asyncio.run(work)


def settings() -> "Settings":
    """The settings of this process.

    Raises:
        BadInputError: one cannot be used.
    """
    from config.settings import load_settings

    return load_settings()


@asynccontextmanager
async def opened(own: "Settings | None" = None) -> AsyncIterator[Office]:
    """The installation with its database.

    Raises:
        RefusedError: there is no database yet.
        UnreachableError: it cannot be used.
    """
    from data.database import Database

    own = own or settings()
    require_database(own)
    database = Database(own.database_url)
    try:
        yield Office(own, database)
    finally:
        await database.close()


def require_database(own: "Settings") -> None:
    """Make sure a SQLite file is there: opening a missing one would create it empty.

    Raises:
        RefusedError: there is none.
    """
    from sqlalchemy.engine import make_url

    url = make_url(own.database_url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return
    from pathlib import Path

    if not Path(str(url.database)).is_file():
        raise RefusedError(f"还没有数据库（{url.database}）。请先运行 qungui init。")


def now() -> datetime:
    """The moment, aware UTC."""
    return datetime.now(UTC)


def operator() -> str:
    """Who sits at the terminal, for the record."""
    try:
        return f"cli:{getuser()}"
    except (KeyError, OSError):
        # A container may run as a user without a name.
        return "cli"
