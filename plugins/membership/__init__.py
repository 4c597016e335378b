"""Duty: only people of the organisation are in a group (Articles 19 and 20)."""

from nonebot.plugin import PluginMetadata

from bot.engine.contribution import Contribution
from bot.engine.services import Services
from bot.engine.texts import Texts
from config.articles import load_articles
from plugins.membership.commands import commands
from plugins.membership.rules import MEMBERSHIP, JoinRule

__plugin_meta__ = PluginMetadata(
    name="成员",
    description="核对成员身份，审核入群申请，清理不应在群的人",
    usage="成员、清理、批准、驳回、已处理、误报",
    type="application",
)


def contribute(services: Services) -> Contribution:
    """The rules about members and applicants, and what owners decide."""
    settings, register = services.settings, services.register
    texts = Texts(
        services.wording, load_articles(settings.config), register, zone=settings.timezone
    )
    return Contribution(
        rules=(MEMBERSHIP, JoinRule()),
        commands=commands(services, texts),
    )
