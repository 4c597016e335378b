"""What ``WordLists`` are built from; can be sent to another process, which builds its own."""

from dataclasses import dataclass, field

from plugins.content.matching import Listed, Matcher, TechniquePolicy
from plugins.content.sightings import Subject, WordLists


@dataclass(frozen=True, slots=True)
class Sources:
    """Words and the categories they belong to, as an organisation wrote them."""

    words: tuple[Listed, ...]
    subjects: dict[str, Subject]
    policy: TechniquePolicy = field(default_factory=TechniquePolicy)

    def build(self) -> WordLists:
        """Ready to look through; takes a second for a hundred thousand words."""
        return WordLists(Matcher.build(self.words, self.policy), self.subjects)
