"""What ``WordLists`` are built from; can be sent to another process, which builds its own."""

from dataclasses import dataclass, field

from config.detectors import DetectorsSection
from plugins.content.detectors.detectors import Detectors
from plugins.content.expressions.topics import Topic, Topics
from plugins.content.matching import Listed, Matcher, TechniquePolicy
from plugins.content.matching.elsewhere import compile_aside
from plugins.content.sightings import Finder, Subject, WordLists


@dataclass(frozen=True, slots=True)
class Sources:
    """Words, topics and the categories they belong to, as an organisation wrote them."""

    words: tuple[Listed, ...]
    subjects: dict[str, Subject]
    policy: TechniquePolicy = field(default_factory=TechniquePolicy)
    topics: tuple[Topic, ...] = ()
    detectors: DetectorsSection | None = None

    def build(self) -> WordLists:
        """Ready to look through; takes a second for a hundred thousand words."""
        finders: list[Finder] = []
        if self.topics:
            finders.append(Topics(self.topics, self.policy))
        if self.detectors:
            finders.append(Detectors.of(self.detectors, self.subjects))
        return WordLists(
            Matcher(compile_aside(self.words, self.policy)), self.subjects, tuple(finders)
        )
