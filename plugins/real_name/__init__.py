"""Duty: everybody in a group shows department and name (Article 20)."""

from nonebot.plugin import PluginMetadata

from bot.engine.contribution import Contribution
from bot.engine.services import Services
from plugins.real_name.rules import REAL_NAME

__plugin_meta__ = PluginMetadata(
    name="实名",
    description="群名片应为“部门-姓名”，不符合的提醒改正",
    usage="自动进行；发送“成员”查看不规范的名片。",
    type="application",
)


def contribute(_services: Services) -> Contribution:
    """The rule; what is done about its findings is policy."""
    return Contribution(rules=(REAL_NAME,))
