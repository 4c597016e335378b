"""What ``词库`` answers."""

from collections.abc import Iterable

from bot.domain.measures import Mode
from bot.engine.services import Services
from bot.engine.texts import Texts
from data.rule_figures import Figures
from data.word_changes import Overlay, WordChange
from plugins.content.changing import Change, Effects
from plugins.content.examples import Example
from plugins.content.loading import WordListKeeper
from plugins.content.matching import Listed
from plugins.content.overlay import place_of
from plugins.content.sightings import word_source
from plugins.content.word_grammar import MUST_HIT, MUST_PASS

_MOST_NUMBERS = 5


class WordTexts:
    """Puts into words; changes nothing."""

    def __init__(self, services: Services, texts: Texts, keeper: WordListKeeper) -> None:
        self._services = services
        self._texts = texts
        self._keeper = keeper

    def text(self, key: str, **fields: object) -> str:
        """A text of this command."""
        return self._services.wording.text(key, **fields)

    @property
    def titles(self) -> dict[str, str]:
        """The categories: what users call them, by key."""
        subjects = self._keeper.loaded.lists.subjects
        return {key: subject.title for key, subject in subjects.items()}

    def counts(self) -> str:
        """How many words there are; never a word of the lists."""
        loaded = self._keeper.loaded
        lines = []
        if self._keeper.problem:
            lines.append(self.text("lexicon.broken", reason=self._keeper.problem))
        header = {"words": sum(loaded.by_category.values()), "files": len(loaded.by_file)}
        lines.append(self.text("lexicon.header", at=self._texts.moment(loaded.at), **header))
        lines += [
            self.text("lexicon.category", title=self.titles[key], category=key, count=count)
            for key, count in loaded.by_category.items()
        ]
        lines += [
            self.text("lexicon.file", file=name, count=count)
            for name, count in loaded.by_file.items()
        ]
        lines.append(self.text("lexicon.topics", count=len(loaded.topics.topics)))
        lines += [self.text("lexicon.broken", reason=one) for one in loaded.topics.complaints]
        if loaded.changed:
            held = len(loaded.lists.held)
            lines.append(self.text("lexicon.changed", count=loaded.changed, held=held))
        return "\n".join(lines)

    def entry(self, word: Listed, seen: Figures) -> str:
        """One listed word."""
        fields = self._named(word)
        line = self.text(
            "lexicon.found",
            source=self._source(word),
            mode=self.mode(word),
            hits=seen.hits,
            false_hits=seen.false_hits,
            **fields,
        )
        if word.excuses:
            line += self.text("lexicon.excuses", excuses="、".join(word.excuses))
        return line

    def mode(self, word: Listed) -> str:
        """How far a word may go, as users read it."""
        held = self._keeper.rule.lists.held.get(word_source(word.category, word.word))
        return "随规则生效" if held is None else f"只到“{held.label}”"

    def past(self, change: WordChange) -> str:
        """One line of a word's history."""
        return self.text(
            "lexicon.history",
            number=f"L{change.number}",
            at=self._texts.moment(change.at),
            by=change.by,
            before=_shown(change.before),
            after=_shown(change.after),
        )

    def preview(self, change: Change, effects: Effects) -> list[str]:
        """What would be changed, and what that would touch."""
        lines = [self._what(change), *self._effects(effects)]
        if change.after is not None and not change.narrows:
            lines += self._from_when(change)
        return lines

    def examples_needed(self, change: Change, missing: tuple[int, int]) -> str:
        """What to send instead."""
        return self.text(
            "lexicon.examples_needed",
            title=self.titles[change.category],
            hits=missing[0],
            passes=missing[1],
            word=change.word,
            category=change.category,
            severity=change.after.severity.label if change.after else "",
        )

    def examples(self, category: str, examples: Iterable[Example]) -> str:
        """The sentences of a category."""
        given = list(examples)
        hits = sum(one.must_hit for one in given)
        title = self.titles[category]
        lines = [
            self.text("lexicon.examples_header", title=title, hits=hits, passes=len(given) - hits)
        ]
        lines += [
            self.text(
                "lexicon.example",
                origin=one.origin,
                sort=MUST_HIT if one.must_hit else MUST_PASS,
                text=one.text,
            )
            for one in given
        ]
        return "\n".join(lines)

    def undone(self, number: int, made: WordChange) -> str:
        """What a word is again."""
        after = f"现为：{_shown(made.after)}"
        fields = {"number": f"L{number}", "made": f"L{made.number}"}
        return self.text("lexicon.undone", word=made.word, after=after, **fields)

    def _what(self, change: Change) -> str:
        if change.before is None:
            return (
                self.text("lexicon.preview_add", **self._named(change.after))
                if change.after
                else ""
            )
        if change.after is None:
            named = self._named(change.before)
            named.pop("category")
            return self.text("lexicon.preview_drop", **named)
        return self.text(
            "lexicon.preview_change",
            word=change.word,
            title=self.titles[change.category],
            before=_entry(change.before),
            after=_entry(change.after),
        )

    def _effects(self, effects: Effects) -> list[str]:
        impact = effects.impact
        lines = [
            self.text("lexicon.no_samples")
            if impact is None
            else self.text(
                "lexicon.impact",
                messages=impact.messages,
                hits=impact.hits,
                people=impact.people,
                groups=impact.groups,
            )
        ]
        if effects.ordinary:
            count, first = len(effects.ordinary), effects.ordinary[0]
            lines.append(self.text("lexicon.ordinary", count=count, sentence=first))
        if effects.false_again:
            numbers = "、".join(f"W{one}" for one in effects.false_again[:_MOST_NUMBERS])
            count = len(effects.false_again)
            lines.append(self.text("lexicon.false_again", count=count, numbers=numbers))
        return lines

    def _from_when(self, change: Change) -> list[str]:
        if change.at_most is Mode.ENFORCE:
            return [self.text("lexicon.acts_from", mode="随规则，立即")]
        lines = [self.text("lexicon.acts_from", mode=f"最多到“{change.at_most.label}”")]
        bounds = self._services.register.policy.promotion[Mode.ENFORCE]
        lines.append(self.text("lexicon.acts_later", days=bounds.min_days.days, word=change.word))
        return lines

    def _source(self, word: Listed) -> str:
        place = place_of(word.category, word.word)
        files = [name for name, places in self._keeper.loaded.of_list.items() if place in places]
        return f"来自 {files[0]}" if files else "由命令加入"

    def _named(self, word: Listed) -> dict[str, object]:
        return {
            "word": word.word,
            "title": self.titles[word.category],
            "category": word.category,
            "severity": word.severity.label,
        }


def _entry(word: Listed) -> str:
    excuses = f"，例外词 {'、'.join(word.excuses)}" if word.excuses else ""
    return f"{word.severity.label}{excuses}"


def _shown(overlay: Overlay | None) -> str:
    if overlay is None:
        return "以词库文件为准"
    if overlay.severity is None:
        return "不在词库"
    mode = "" if overlay.at_most is Mode.ENFORCE else f"，最多到“{overlay.at_most.label}”"
    excuses = f"，例外词 {'、'.join(overlay.excuses)}" if overlay.excuses else ""
    return f"{overlay.severity.label}{excuses}{mode}"
