"""Administration: help, settings, roles, and the red button."""

from datetime import timedelta
from functools import partial

from nonebot.plugin import PluginMetadata

from bot.engine.contribution import Contribution, Job
from bot.engine.services import Services
from bot.engine.texts import Texts
from config.articles import load_articles
from plugins.administration.commands import commands
from plugins.administration.rule_commands import note_watched

_NOTED_EVERY = timedelta(minutes=1)

__plugin_meta__ = PluginMetadata(
    name="管理",
    description="帮助、配置、授权、冻结与撤销",
    usage="帮助、能力、条款、状态、配置、规则、授权、绑定、登记、冻结、解冻、撤销",
    type="application",
)


def contribute(services: Services) -> Contribution:
    """The commands about the service itself."""
    settings = services.settings
    texts = Texts(
        services.wording,
        load_articles(settings.config),
        services.register,
        zone=settings.timezone,
    )
    return Contribution(
        commands=commands(services, texts),
        jobs=(Job("rules watched", _NOTED_EVERY, partial(note_watched, services)),),
    )
