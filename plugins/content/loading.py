"""Builds the matcher from the word lists, and builds it anew when they change."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from loguru import logger

from bot.domain.errors import BadInputError
from bot.domain.measures import Mode
from bot.domain.spellings import TechniquePolicy
from config.articles import ARTICLES_FILE, Articles, load_articles
from config.expressions import expression_files
from config.lexicons import LEXICON_FOLDER, load_lexicons, read_word_list
from config.policy import FILE_NAME as POLICY_FILE
from config.policy import load_detectors, load_techniques
from data import word_changes
from data.database import Database
from data.word_changes import WordChange
from plugins.content.expressions.loading import LoadedTopics, load_topics
from plugins.content.matching import Listed
from plugins.content.overlay import Place, overlay, place_of
from plugins.content.rules import ContentRule
from plugins.content.sightings import WordLists
from plugins.content.sources import Sources
from plugins.content.subjects import subjects_of

Stamp = tuple[tuple[str, int, int], ...]
"""Name, modification time in nanoseconds and size of every file that counts."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Word lists ready for use, and how many words they hold by category and by file."""

    lists: WordLists
    by_category: Mapping[str, int]
    by_file: Mapping[str, int]
    at: datetime
    topics: LoadedTopics
    words: Mapping[Place, Listed]
    """Every word in force."""
    of_list: Mapping[str, frozenset[Place]]
    """The words that stand in each file."""
    changed: int
    """How many words are not as the files say."""
    techniques: TechniquePolicy


def load(
    folder: Path,
    at: datetime,
    before: LoadedTopics | None = None,
    changes: Sequence[WordChange] = (),
) -> Loaded:
    """The word lists and topics of a configuration folder, with what chat changed.

    ``before`` are the topics in force. A broken topic stops nothing: it is among the complaints of
    ``Loaded.topics``.

    Raises:
        BadInputError: a list or ``articles.toml`` is wrong; says file and line.
    """
    articles = load_articles(folder)
    overlaid = overlay(load_lexicons(folder, articles.categories), changes)
    words = overlaid.words
    counts = Counter(word.category for word in words)
    policy = load_techniques(folder, articles.categories)
    topics = load_topics(folder, articles.categories, policy, before)
    lists = Sources(
        words, subjects_of(articles), policy, topics.topics, load_detectors(folder)
    ).build()
    of_list = {path.name: _listed(path, articles) for path in _files(folder)}
    return Loaded(
        replace(lists, held=overlaid.held),
        {key: counts[key] for key in articles.categories if counts[key]},
        {name: len(places) for name, places in of_list.items()},
        at,
        topics,
        {place_of(one.category, one.word): one for one in words},
        of_list,
        len(changes),
        policy,
    )


class WordListKeeper:
    """Keeps the rule's lists in step with the files; a broken file leaves the old lists in force.

    Building at the start, where nothing is in force yet, fails loudly instead.
    """

    def __init__(self, folder: Path, at: datetime, database: Database | None = None) -> None:
        """Load the lists; what chat changed is taken up by ``refresh``.

        Raises:
            BadInputError: as ``load``.
        """
        self._folder = folder
        self._database = database
        self._newest = 0
        self._refreshing = asyncio.Lock()
        self._stopped: dict[str, int] = {}
        """Sources that went too far, with the newest change there was then."""
        self._stamp = _stamp(folder)
        self.loaded = load(folder, at)
        _log_complaints(self.loaded.topics)
        self.rule = ContentRule(self.loaded.lists)
        self.problem = _first_complaint(self.loaded.topics)
        """What is wrong with the files since the lists in force were built."""

    async def refresh(self, now: datetime) -> None:
        """Build the lists anew, whether or not a file changed.

        Raises:
            BadInputError: as ``load``; the old lists stay in force.
        """
        async with self._refreshing:
            self._stamp = _stamp(self._folder)
            self._newest, changes = await self._changed()
            try:
                # Ten thousand words take a moment that messages should not wait for.
                self.loaded = await asyncio.to_thread(
                    load, self._folder, now, self.loaded.topics, changes
                )
            except BadInputError as error:
                self.problem = error.message
                raise
            self.problem = _first_complaint(self.loaded.topics)
            self.rule.take(self._with_stopped(self.loaded.lists))
        _log_complaints(self.loaded.topics)

    async def catch_up(self, now: datetime) -> None:
        """Take up what chat changed before; the files were read a moment ago."""
        if await self._has_changed():
            await self.refresh(now)

    def hold(self, source: str) -> None:
        """Only watch one source from the next message on, until words are changed again."""
        self._stopped[source] = self._newest
        self.rule.take(self._with_stopped(self.rule.lists))

    async def watch(self, now: datetime) -> None:
        """Build the lists anew if a file changed since they were last tried."""
        if _stamp(self._folder) == self._stamp and not await self._has_changed():
            return
        try:
            await self.refresh(now)
        except BadInputError as error:
            logger.error("word lists unchanged: {}", error.message)
        else:
            logger.info("word lists reloaded: {} words", sum(self.loaded.by_category.values()))

    def _with_stopped(self, lists: WordLists) -> WordLists:
        """What went too far stays stopped over a reload that comes before it is on record."""
        self._stopped = {one: at for one, at in self._stopped.items() if at == self._newest}
        held = {**lists.held, **dict.fromkeys(self._stopped, Mode.OBSERVE)}
        return replace(lists, held=held)

    async def _has_changed(self) -> bool:
        """Whether another process changed a word."""
        if self._database is None:
            return False
        async with self._database.reading() as connection:
            return await word_changes.newest(connection) != self._newest

    async def _changed(self) -> tuple[int, list[WordChange]]:
        if self._database is None:
            return 0, []
        async with self._database.reading() as connection:
            return await word_changes.newest(connection), await word_changes.in_force(connection)


def _first_complaint(topics: LoadedTopics) -> str | None:
    return next(iter(topics.complaints), None)


def _log_complaints(topics: LoadedTopics) -> None:
    for complaint in topics.complaints:
        logger.error("topic not in force as written: {}", complaint)


def _files(folder: Path) -> list[Path]:
    return sorted((folder / LEXICON_FOLDER).glob("*.tsv"))


def _stamp(folder: Path) -> Stamp:
    found = []
    once = (folder / ARTICLES_FILE, folder / POLICY_FILE)
    for path in (*once, *_files(folder), *expression_files(folder)):
        try:
            status = path.stat()
        except OSError:
            # Replaced at this very moment: the next look will find it.
            continue
        found.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _listed(path: Path, articles: Articles) -> frozenset[Place]:
    try:
        words = read_word_list(path, articles.categories)
    except BadInputError:
        # The file was read before and is in order: it has no words in it.
        return frozenset()
    return frozenset(place_of(one.category, one.word) for one in words)
