"""Duty: nothing on a reserved topic is posted without approval (Articles 12 and 22)."""

from datetime import timedelta

from nonebot.plugin import PluginMetadata

from bot.engine.contribution import Contribution, Job
from bot.engine.services import Services
from bot.engine.texts import Texts
from config.articles import load_articles
from data.permit_texts import permit_keys
from plugins.permits.commands import PermitCommands
from plugins.permits.desk import PermitDesk
from plugins.permits.jobs import PermitClock
from plugins.permits.letters import Letters
from plugins.permits.pages import PermitPages
from plugins.permits.windows import WindowCommands

__plugin_meta__ = PluginMetadata(
    name="发布许可",
    description="重大、突发事件和敏感期内的信息，经批准后原文发布，逐条备案",
    usage="申请发布、批准、驳回、敏感期",
    type="application",
)

_LOOK_EVERY = timedelta(seconds=15)


def contribute(services: Services) -> Contribution:
    """Applying, deciding, sensitive periods, and the clock of all three."""
    settings, register, wording = services.settings, services.register, services.wording
    texts = Texts(wording, load_articles(settings.config), register, zone=settings.timezone)
    letters = Letters(wording, texts)
    desk = PermitDesk(register, letters, permit_keys(settings.home / "keys"))
    commands = PermitCommands(services, desk, PermitPages(wording, letters))
    return Contribution(
        commands=(*commands.declare(), *WindowCommands(services, texts).declare()),
        jobs=(Job("permits", _LOOK_EVERY, PermitClock(services, desk).run),),
        deciders={"X": commands.decider},
    )
