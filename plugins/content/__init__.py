"""Content: what may not be posted (Articles 11, 21, 22)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.engine.contribution import Contribution
    from bot.engine.services import Services


def __getattr__(name: str) -> object:
    """What NoneBot calls ``__plugin_meta__``, made when asked for: ``qungui scan`` needs none."""
    if name != "__plugin_meta__":
        raise AttributeError(name)
    from nonebot.plugin import PluginMetadata

    return PluginMetadata(
        name="内容",
        description="群消息不得含有法规和校规禁止的内容",
        usage="自动进行；试 文本、词库 [刷新]",
        type="application",
    )


def contribute(services: "Services") -> "Contribution":
    """The rule, what tries it out, and the watch over its word lists.

    Raises:
        BadInputError: a word list is wrong; without lists in order the service does not start.
    """
    # ``qungui scan`` imports the matcher from this package, once a core, and needs no service.
    from plugins.content.wiring import wire

    return wire(services)
