"""What a change of one word would do: looked at before it is made, and once more when it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.findings import Severity
from bot.domain.measures import Mode
from bot.engine.services import Services
from config.lexicon_examples import load_examples
from config.ordinary import load_ordinary
from data import word_examples
from data.word_changes import Overlay
from plugins.content import word_check
from plugins.content.examples import Example, complaint, lacking, places_in
from plugins.content.false_hits import FalseHits
from plugins.content.loading import WordListKeeper
from plugins.content.matching import Entry, Listed, Matcher
from plugins.content.overlay import Place, place_of
from plugins.content.sightings import word_source
from plugins.content.window import SampleWindow, sees

NEW = "新例句"
"""The origin of an example that comes with a change."""


@dataclass(frozen=True, slots=True)
class Change:
    """A word as it is listed now (None: not) and as it shall be; ``at_most`` of the latter."""

    word: str
    category: str
    before: Listed | None
    after: Entry | None
    at_most: Mode = Mode.ENFORCE

    @property
    def place(self) -> Place:
        """Which word is meant."""
        return place_of(self.category, self.word)

    @property
    def overlay(self) -> Overlay:
        """As it is kept."""
        if self.after is None:
            return Overlay(None)
        return Overlay(self.after.severity, self.after.excuses, self.at_most)

    @property
    def narrows(self) -> bool:
        """Whether no message is met that was not met before, and none more gravely."""
        if self.after is None:
            return True
        if self.before is None:
            return False
        milder = self.after.severity.rank <= self.before.severity.rank
        return milder and set(self.before.excuses) <= set(self.after.excuses)


@dataclass(frozen=True, slots=True)
class Effects:
    """What a change would touch; ``impact`` None: no messages are kept to tell by."""

    impact: word_check.Impact | None
    false_again: tuple[int, ...] = ()
    ordinary: tuple[str, ...] = ()


class WordChanges:
    """Plans changes, and says what speaks against them."""

    def __init__(
        self,
        services: Services,
        keeper: WordListKeeper,
        window: SampleWindow,
        false_hits: FalseHits,
    ) -> None:
        self._services = services
        self._keeper = keeper
        self._window = window
        self._false_hits = false_hits

    def find(self, word: str, category: str | None = None) -> list[Listed]:
        """The entries of a word, in one category or in all."""
        return [
            one
            for (where, folded), one in self._keeper.loaded.words.items()
            if folded == word.casefold() and category in (None, where)
        ]

    def listing(
        self, word: str, category: str, severity: Severity, excuses: Sequence[str]
    ) -> Change:
        """A word to be listed, or listed otherwise.

        Raises:
            BadInputError: it cannot be listed so.
        """
        word_check.require_word(word)
        word_check.require_excuses(word, excuses)
        before = next(iter(self.find(word, category)), None)
        after = Entry(word, category, severity, tuple(excuses))
        change = Change(word, category, before, after)
        if before is not None and _same(before, after):
            raise BadInputError(f"“{word}”在词库中已经是这样，没有改动。")
        return replace(change, at_most=self._at_most(change))

    def dropping(self, word: str, category: str | None) -> Change:
        """A word to be taken out.

        Raises:
            RefusedError: it is not listed.
            BadInputError: it is listed in several categories.
        """
        found = self.find(word, category)
        if not found:
            raise RefusedError(self._services.wording.text("lexicon.not_found", word=word))
        if len(found) > 1:
            names = "、".join(one.category for one in found)
            raise BadInputError(f"“{word}”在多个类别中：{names}。请写明类别：词库 删 {word} 类别")
        return Change(found[0].word, found[0].category, found[0], None)

    async def examples(self, category: str) -> list[Example]:
        """The sentences that prove a category's words: those of its files, and those from chat.

        Raises:
            BadInputError: a file of examples is wrong.
        """
        loaded = self._keeper.loaded
        found = [
            Example(f"{one.name}.examples.toml", text, must_hit)
            for one in load_examples(self._services.settings.config)
            if any(where == category for where, _ in loaded.of_list.get(f"{one.name}.tsv", ()))
            for must_hit, texts in ((True, one.must_hit), (False, one.must_not_hit))
            for text in texts
        ]
        async with self._services.database.reading() as connection:
            given = await word_examples.in_force(connection)
        found += [
            Example(f"E{one.number}", one.text, one.must_hit)
            for one in given
            if one.category == category
        ]
        return found

    def broken(self, change: Change, examples: Sequence[Example]) -> list[str]:
        """The examples that would not hold, in Chinese; not those that do not hold now either."""
        matcher = self._matcher(change.after)
        return [
            complaint(one)
            for one in examples
            if self._will_hit(one.text, change, matcher) != one.must_hit
            and (one.origin == NEW or self.hits(one.text, change.category) == one.must_hit)
        ]

    def hits(self, text: str, category: str) -> bool:
        """Whether a word of a category is in a text now."""
        seen = places_in(self._keeper.rule.lists.look(text))
        return any(where == category for where, _ in seen)

    async def effects(self, change: Change) -> Effects:
        """What a change would touch.

        Raises:
            BadInputError: it would touch far too much.
        """
        old, new = self._matcher(change.before), self._matcher(change.after)
        ordinary: list[str] = []
        if new is not None and not change.narrows:
            sentences = load_ordinary(self._services.settings.config)
            ordinary = word_check.ordinary_hits(new, sentences)
        touched = new if new is not None and not change.narrows else old
        impact = None
        if self._window.open and touched is not None:
            impact = await self._window.impact(sees(touched))
            if change.after is not None and not change.narrows:
                word_check.require_rare(impact)
        again = await self._false_hits.hit_by(sees(new)) if new is not None else []
        return Effects(impact, tuple(one.violation for one in again), tuple(ordinary))

    def lacking(self, change: Change, examples: Sequence[Example]) -> tuple[int, int]:
        """How many examples are still missing before the list may be changed."""
        return (0, 0) if change.after is None else lacking(examples)

    def _will_hit(self, text: str, change: Change, matcher: Matcher | None) -> bool:
        others = places_in(self._keeper.rule.lists.look(text)) - {change.place}
        if any(category == change.category for category, _ in others):
            return True
        return matcher is not None and bool(matcher.find(text))

    def _matcher(self, word: Listed | None) -> Matcher | None:
        techniques = self._keeper.loaded.techniques
        return None if word is None else word_check.alone(word, techniques)

    def _at_most(self, change: Change) -> Mode:
        """How far a word may go at once: as far as the operator decided, or as far as it did."""
        granted = self._services.settings.mode
        if not change.narrows or change.before is None:
            return granted
        lists = self._keeper.rule.lists
        return lists.held.get(word_source(change.category, change.word), Mode.ENFORCE)


def _same(one: Listed, other: Listed) -> bool:
    return one.severity is other.severity and set(one.excuses) == set(other.excuses)
