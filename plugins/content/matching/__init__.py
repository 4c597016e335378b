"""Finds listed words in chat messages however they are spelled. Pure text; no I/O."""

from bot.domain.spellings import DEFAULT_RESPONSES, Response, Technique, TechniquePolicy
from plugins.content.matching.entries import Entry, Hit, Listed
from plugins.content.matching.matcher import Explanation, Matcher, Step

__all__ = [
    "DEFAULT_RESPONSES",
    "Entry",
    "Explanation",
    "Hit",
    "Listed",
    "Matcher",
    "Response",
    "Step",
    "Technique",
    "TechniquePolicy",
]
