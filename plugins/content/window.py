"""The sample window: what is kept of ordinary messages, when an organisation decided so."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.domain.events import AttachmentRead, MessagePosted
from bot.domain.findings import STATE_SECRETS
from bot.engine.services import Services
from data import samples
from data.ledger import Work
from data.samples import Sample, sample_keys
from plugins.content.matching import Matcher
from plugins.content.sightings import Sighting
from plugins.content.word_check import Impact

_MOST_WAITING = 5000
_LONGEST = 2000
_REMEMBERED = 5000


class SampleWindow:
    """Collects while the policy says so, and forgets on time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._keys = sample_keys(services.settings.home)
        self._waiting: deque[Sample] = deque(maxlen=_MOST_WAITING)
        self._taken: deque[str] = deque(maxlen=_REMEMBERED)
        self._closed = False

    @property
    def open(self) -> bool:
        """Whether messages are kept at all."""
        return bool(self._services.register.policy.samples)

    def see(
        self, event: MessagePosted | AttachmentRead, text: str, seen: Sequence[Sighting]
    ) -> None:
        """Put a message aside to be kept; no file, and nothing that may hold a state secret."""
        if not self.open or not isinstance(event, MessagePosted) or not text.strip():
            return
        if event.event_id in self._taken:
            return
        if any(one.category == STATE_SECRETS for one in seen):
            return
        # A batch that could not be written is judged again: its messages are kept once.
        self._taken.append(event.event_id)
        self._waiting.append(Sample(event.group, event.author, event.occurred_at, text[:_LONGEST]))

    async def tend(self, now: datetime) -> None:
        """Write what waits and forget what is due; running twice changes nothing."""
        window = self._services.register.policy.samples
        if not window:
            self._waiting.clear()
            if not self._closed:
                await self._services.scribe.write(lambda work: samples.forget_all(work, self._keys))
            self._closed = True
            return
        self._closed = False
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]

        async def write(work: Work) -> None:
            await samples.keep(work, self._keys, taken)
            await samples.forget(work, self._keys, now - window.keep, window.most)

        await self._services.scribe.write(write)

    async def impact(self, hits: Callable[[str], bool]) -> Impact:
        """What something would have met among the messages kept."""
        async with self._services.database.reading() as connection:
            found = [one async for one in samples.read(connection, self._keys)]
        return await asyncio.to_thread(_impact, found, hits)


def sees(matcher: Matcher) -> Callable[[str], bool]:
    """Whether one of its words is in a text."""
    return lambda text: bool(matcher.find(text))


def _impact(kept: Iterable[Sample], hits: Callable[[str], bool]) -> Impact:
    messages, met = 0, []
    for one in kept:
        messages += 1
        if hits(one.text):
            met.append(one)
    people, groups = {one.author for one in met}, {one.group for one in met}
    return Impact(messages, len(met), len(people), len(groups))
