"""Duty: the supervisor sees everything and pulls no levers (Article 19)."""

from nonebot.plugin import PluginMetadata

from bot.engine.contribution import Contribution
from bot.engine.services import Services
from bot.engine.texts import Texts
from config.articles import load_articles
from plugins.oversight.commands import OversightCommands
from plugins.oversight.pages import CasePages

__plugin_meta__ = PluginMetadata(
    name="监督",
    description="查违规登记，每次查看都有记录",
    usage="查违规、下一页",
    type="application",
)


def contribute(services: Services) -> Contribution:
    """The log by chat."""
    settings = services.settings
    texts = Texts(
        services.wording,
        load_articles(settings.config),
        services.register,
        zone=settings.timezone,
    )
    pages = CasePages(services.catalogue, texts)
    return Contribution(commands=OversightCommands(services, pages).declare())
