"""What of the things seen in a message is permitted, and what a sensitive period adds. Pure.

Source: Articles 12 and 22.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.domain.events import MessagePosted
from bot.domain.findings import Finding
from bot.domain.permits import NEVER_PERMITTED, RESERVED
from bot.domain.rules import RuleContext
from plugins.content.sightings import Sighting

WINDOW_RULE: Final = "window"
_TOPIC = next(iter(RESERVED))


def not_permitted(
    seen: Sequence[Sighting], event: MessagePosted, text: str, context: RuleContext
) -> Sequence[Sighting]:
    """What is left to answer for, each as grave as the time makes it."""
    windows, now = context.windows, event.occurred_at
    if windows.has_words and (word := windows.word_in(text, now)) is not None:
        span = text[word.start : word.end]
        seen = (
            *seen,
            Sighting(
                f"{WINDOW_RULE}:{word.window.name}",
                word.word,
                _TOPIC,
                word.window.severity,
                word.start,
                word.end,
                span,
                "exact",
                f"敏感期“{word.window.name}”",
                acts=True,
            ),
        )
    if not seen:
        return seen
    if context.permits.covering(event, context.now) is not None:
        return [one for one in seen if one.category in NEVER_PERMITTED]
    raised = [(one, windows.raised(one.category, one.severity, now)) for one in seen]
    return [
        one if severity is one.severity else replace(one, severity=severity)
        for one, severity in raised
    ]


def told_apart(
    finding: Finding,
    seen: Sequence[Sighting],
    event: MessagePosted,
    text: str,
    context: RuleContext,
) -> Finding:
    """The finding with the permit that comes near, where the topic is one for permits."""
    moment = event.occurred_at
    reserved = any(context.windows.reserves(one.category, moment) for one in seen)
    if not reserved or any(one.category in NEVER_PERMITTED for one in seen):
        return finding
    deviation = context.permits.deviation(event, text, context.now)
    if deviation is None:
        return finding
    return replace(finding, deviation=deviation, reason=f"{finding.reason};{deviation.reason}")
