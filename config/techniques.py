"""``[techniques]`` of ``policy.toml``: which spellings are seen through, and how answered."""

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict

from bot.domain.errors import BadInputError
from bot.domain.spellings import DEFAULT_RESPONSES, Response, Technique, TechniquePolicy


class TechniqueAnswers(BaseModel):
    """An answer by technique; what is not written stays as it was."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    exact: Response | None = None
    width_case: Response | None = None
    invisible: Response | None = None
    traditional: Response | None = None
    numeral: Response | None = None
    repetition: Response | None = None
    separators: Response | None = None
    look_alike: Response | None = None
    pinyin: Response | None = None
    mixed_pinyin: Response | None = None
    sound_alike: Response | None = None
    components: Response | None = None
    reversed: Response | None = None
    vertical: Response | None = None
    inserted: Response | None = None
    stand_in: Response | None = None
    leet: Response | None = None
    encoded: Response | None = None
    successive: Response | None = None

    def answers(self) -> dict[Technique, Response]:
        """Those that are written."""
        return {
            technique: answer
            for technique in Technique
            if (answer := getattr(self, technique.value)) is not None
        }


class TechniquesSection(TechniqueAnswers):
    """The general answers, and by category those that differ."""

    by_category: dict[str, TechniqueAnswers] = {}

    def policy(self, categories: Collection[str]) -> TechniquePolicy:
        """What the matcher works by.

        Raises:
            BadInputError: a category is none of ``articles.toml``.
        """
        for category in self.by_category:
            if category not in categories:
                raise BadInputError(
                    f"policy.toml 的 [techniques.by_category.{category}]："
                    f"没有这个类别，可用的有：{'、'.join(categories)}。"
                )
        return TechniquePolicy(
            {**DEFAULT_RESPONSES, **self.answers()},
            {category: own.answers() for category, own in self.by_category.items()},
        )
