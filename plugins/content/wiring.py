"""Puts the content plugin together."""

from datetime import timedelta

from bot.domain.findings import STATE_SECRETS
from bot.engine.contribution import Contribution, Job
from bot.engine.services import Services
from bot.engine.texts import Texts
from config.articles import load_articles
from config.second_opinion import load_second_opinion
from plugins.content.changing import WordChanges
from plugins.content.commands import commands
from plugins.content.false_hits import FalseHits
from plugins.content.inspecting import AttachmentInspector
from plugins.content.loading import WordListKeeper
from plugins.content.secrecy.commands import FirstAidCommands
from plugins.content.window import SampleWindow
from plugins.content.word_commands import WordCommands
from plugins.content.young_words import YoungWords

_LOOK_EVERY = timedelta(seconds=30)
_SETTLED_EVERY = timedelta(seconds=2)
_KEPT_EVERY = timedelta(seconds=5)
_OPINIONS_EVERY = timedelta(seconds=5)


def wire(services: Services) -> Contribution:
    """The rule, its commands, and the watch over its word lists.

    Raises:
        BadInputError: a word list is wrong.
    """
    settings, register = services.settings, services.register
    keeper = WordListKeeper(settings.config, services.clock.now(), services.database)
    window, false_hits = SampleWindow(services), FalseHits(services)
    young = YoungWords(services, keeper.hold)
    keeper.rule.watchers = (young.see, window.see)

    async def remember() -> None:
        await keeper.catch_up(services.clock.now())
        await young.load(services.clock.now())

    async def taken_up() -> None:
        await young.load(services.clock.now())

    texts = Texts(
        services.wording, load_articles(settings.config), register, zone=settings.timezone
    )
    changes = WordChanges(services, keeper, window, false_hits)
    words = WordCommands(services, texts, keeper, changes, taken_up)
    return Contribution(
        rules=(keeper.rule,),
        commands=(
            *commands(services, texts, keeper),
            words.declare(),
            *FirstAidCommands(services, texts).declare(),
        ),
        withholds=lambda text: _holds_secret(keeper, text),
        jobs=(
            Job("word-lists", _LOOK_EVERY, keeper.watch),
            Job("young words", _SETTLED_EVERY, young.settle),
            Job("samples", _KEPT_EVERY, window.tend),
            Job("false hits", _KEPT_EVERY, false_hits.gather),
            *_second_opinion(services, texts),
        ),
        prepare=(remember,),
        reversals={"L": words.undo},
        inspector=AttachmentInspector(lambda: keeper.rule.lists),
    )


def _holds_secret(keeper: WordListKeeper, text: str) -> bool:
    return any(seen.category == STATE_SECRETS for seen in keeper.rule.lists.look(text))


def _second_opinion(services: Services, texts: Texts) -> tuple[Job, ...]:
    settings = load_second_opinion(services.settings.config)
    if settings is None:
        return ()
    # Off for nearly everybody: its client is not worth a second of everybody's start.
    from plugins.content.opinion.client import OpinionClient
    from plugins.content.opinion.jobs import SecondOpinions

    opinions = SecondOpinions(services, texts, OpinionClient(settings))
    return (Job("second opinion", _OPINIONS_EVERY, opinions.run),)
