"""The categories of ``articles.toml`` as the content rule knows them."""

from config.articles import Articles
from plugins.content.sightings import Subject


def subjects_of(articles: Articles) -> dict[str, Subject]:
    """The categories of ``articles.toml``."""
    return {
        key: Subject(category.title, category.clause)
        for key, category in articles.categories.items()
    }
