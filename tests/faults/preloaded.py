"""What the fork server imports once for every service.

Not the plugins: NoneBot must be the first to import them.
"""

import alembic.command
import nonebot.drivers.fastapi
import pypinyin
import rjieba

import bot.app

__all__ = ["alembic", "bot", "nonebot", "pypinyin", "rjieba"]
