"""Puts the content plugin together."""

from datetime import timedelta

from bot.domain.findings import STATE_SECRETS
from bot.engine.contribution import Contribution, Job
from bot.engine.services import Services
from bot.engine.texts import Texts
from config.articles import load_articles
from plugins.content.commands import commands
from plugins.content.inspecting import AttachmentInspector
from plugins.content.loading import WordListKeeper
from plugins.content.secrecy.commands import FirstAidCommands

_LOOK_EVERY = timedelta(seconds=30)


def wire(services: Services) -> Contribution:
    """The rule, its commands, and the watch over its word lists.

    Raises:
        BadInputError: a word list is wrong.
    """
    settings, register = services.settings, services.register
    keeper = WordListKeeper(settings.config, services.clock.now())
    texts = Texts(
        services.wording, load_articles(settings.config), register, zone=settings.timezone
    )
    return Contribution(
        rules=(keeper.rule,),
        commands=(
            *commands(services, texts, keeper),
            *FirstAidCommands(services, texts).declare(),
        ),
        withholds=lambda text: _holds_secret(keeper, text),
        jobs=(Job("word-lists", _LOOK_EVERY, keeper.watch),),
        inspector=AttachmentInspector(lambda: keeper.rule.lists),
    )


def _holds_secret(keeper: WordListKeeper, text: str) -> bool:
    return any(seen.category == STATE_SECRETS for seen in keeper.rule.lists.look(text))
