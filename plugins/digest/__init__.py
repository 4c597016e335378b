"""Duty: the owner looks every day (Article 23). The bot reads; the owner sees what is amiss."""

from datetime import timedelta

from nonebot.plugin import PluginMetadata

from bot.engine.contribution import Contribution, Job
from bot.engine.services import Services
from plugins.digest.commands import DigestCommands
from plugins.digest.figures import Reader
from plugins.digest.jobs import DailyReports

__plugin_meta__ = PluginMetadata(
    name="日报",
    description="每天一份，只说异常，一字已阅",
    usage="日报、已阅",
    type="application",
)
_LOOKS_EVERY = timedelta(seconds=30)


def contribute(services: Services) -> Contribution:
    """The reports of owners and supervisors."""
    reader = Reader(services)
    reports = DailyReports(services, reader)
    return Contribution(
        commands=DigestCommands(services, reader, reports).declare(),
        jobs=(Job("daily-reports", _LOOKS_EVERY, reports.run),),
    )
