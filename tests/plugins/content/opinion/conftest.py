"""The stage of the engine, for a job that runs on it."""

from tests.bot.engine.conftest import migrated_file

__all__ = ["migrated_file"]
