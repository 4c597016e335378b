"""Builds the matcher from the word lists, and builds it anew when they change."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from loguru import logger

from bot.domain.errors import BadInputError
from config.articles import ARTICLES_FILE, Articles, load_articles
from config.lexicons import LEXICON_FOLDER, load_lexicons, read_word_list
from plugins.content.rules import ContentRule
from plugins.content.sightings import Subject, WordLists
from plugins.content.sources import Sources

Stamp = tuple[tuple[str, int, int], ...]
"""Name, modification time in nanoseconds and size of every file that counts."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Word lists ready for use, and how many words they hold by category and by file."""

    lists: WordLists
    by_category: Mapping[str, int]
    by_file: Mapping[str, int]
    at: datetime


def load(folder: Path, at: datetime) -> Loaded:
    """The word lists of a configuration folder.

    Raises:
        BadInputError: a list or ``articles.toml`` is wrong; says file and line.
    """
    articles = load_articles(folder)
    words = load_lexicons(folder, articles.categories)
    counts = Counter(word.category for word in words)
    return Loaded(
        Sources(words, subjects_of(articles)).build(),
        {key: counts[key] for key in articles.categories if counts[key]},
        {path.name: _size(path, articles) for path in _files(folder)},
        at,
    )


class WordListKeeper:
    """Keeps the rule's lists in step with the files; a broken file leaves the old lists in force.

    Building at the start, where nothing is in force yet, fails loudly instead.
    """

    def __init__(self, folder: Path, at: datetime) -> None:
        """Load the lists.

        Raises:
            BadInputError: as ``load``.
        """
        self._folder = folder
        self._stamp = _stamp(folder)
        self.loaded = load(folder, at)
        self.rule = ContentRule(self.loaded.lists)
        self.problem: str | None = None
        """What is wrong with the files since the lists in force were built."""

    async def refresh(self, now: datetime) -> None:
        """Build the lists anew, whether or not a file changed.

        Raises:
            BadInputError: as ``load``; the old lists stay in force.
        """
        self._stamp = _stamp(self._folder)
        try:
            # Ten thousand words take a moment that messages should not wait for.
            self.loaded = await asyncio.to_thread(load, self._folder, now)
        except BadInputError as error:
            self.problem = error.message
            raise
        self.problem = None
        self.rule.take(self.loaded.lists)

    async def watch(self, now: datetime) -> None:
        """Build the lists anew if a file changed since they were last tried."""
        if _stamp(self._folder) == self._stamp:
            return
        try:
            await self.refresh(now)
        except BadInputError as error:
            logger.error("word lists unchanged: {}", error.message)
        else:
            logger.info("word lists reloaded: {} words", sum(self.loaded.by_category.values()))


def _files(folder: Path) -> list[Path]:
    return sorted((folder / LEXICON_FOLDER).glob("*.tsv"))


def _stamp(folder: Path) -> Stamp:
    found = []
    for path in (folder / ARTICLES_FILE, *_files(folder)):
        try:
            status = path.stat()
        except OSError:
            # Replaced at this very moment: the next look will find it.
            continue
        found.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _size(path: Path, articles: Articles) -> int:
    try:
        return len(read_word_list(path, articles.categories))
    except BadInputError:
        # The file was read before and is in order: it has no words in it.
        return 0


def subjects_of(articles: Articles) -> dict[str, Subject]:
    """The categories of ``articles.toml``."""
    return {
        key: Subject(category.title, category.clause)
        for key, category in articles.categories.items()
    }
