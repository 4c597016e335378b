"""A word that was changed lately and meets too many people stops acting by itself (interlock I1).

However sure an operator is of his rules, a word listed a minute ago may be a mistake.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.events import AttachmentRead, MessagePosted
from bot.domain.measures import Mode
from bot.engine import decisions
from bot.engine.services import Services
from data import rule_figures, switches, word_changes
from data.ledger import Work
from data.word_changes import Overlay, WordChange
from plugins.content.sightings import RULE_ID, Sighting, source_of, word_source

YOUNG_FOR = timedelta(hours=24)
MOST_PEOPLE = 3
AMONG = 200
MOST_SHARE = 0.05


@dataclass(slots=True)
class _Young:
    change: WordChange
    people: set[str] = field(default_factory=set)
    hits: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=AMONG))
    tripped: bool = False

    def too_much(self, now: int) -> bool:
        recent = sum(position > now - AMONG for position, _ in self.hits)
        return len(self.people) > MOST_PEOPLE or recent > MOST_SHARE * AMONG


class YoungWords:
    """Watches words that chat changed in the last day and that may act."""

    def __init__(self, services: Services, hold: Callable[[str], None]) -> None:
        self._services = services
        self._hold = hold
        self._young: dict[str, _Young] = {}
        self._messages = 0

    async def load(self, now: datetime) -> None:
        """Take up which words are young, and whom they have met already."""
        found: dict[str, _Young] = {}
        async with self._services.database.reading() as connection:
            for change in await word_changes.in_force(connection):
                if not _acts(change) or now - change.at >= YOUNG_FOR:
                    continue
                source = word_source(change.category, change.word)
                known = self._young.get(source)
                if known is not None and known.change.number == change.number:
                    found[source] = known
                    continue
                met = await rule_figures.accounts_hit(connection, RULE_ID, source, change.at)
                found[source] = _Young(change, met)
        self._young = found

    def see(
        self, event: MessagePosted | AttachmentRead, _text: str, seen: Sequence[Sighting]
    ) -> None:
        """Count a message; a word that goes too far acts no more, from this message on."""
        self._messages += 1
        if not self._young or not seen:
            return
        for source in {source_of(one) for one in seen}:
            young = self._young.get(source)
            if young is None or young.tripped:
                continue
            young.people.add(str(event.author))
            mark = (self._messages, event.event_id)
            if all(event_id != event.event_id for _, event_id in young.hits):
                young.hits.append(mark)
            if young.too_much(self._messages):
                young.tripped = True
                self._hold(source)

    async def settle(self, now: datetime) -> None:
        """Put on record what stopped acting, and tell the administrators."""
        tripped = [one for one in self._young.values() if one.tripped]
        for young in tripped:
            change = young.change
            after = change.after
            if after is None:
                continue
            held = Overlay(after.severity, after.excuses, Mode.OBSERVE)

            async def write(work: Work, change: WordChange = change, held: Overlay = held) -> int:
                made = await word_changes.change(work, change.word, change.category, held, "qungui")
                await switches.bump_revision(work, decisions.REVISION)
                return made.number

            number = await self._services.scribe.write(write)
            await self._tell(young, number)
        if self._young:
            await self.load(now)

    async def _tell(self, young: _Young, number: int) -> None:
        text = self._services.wording.text(
            "lexicon.stopped",
            word=young.change.word,
            hits=len(young.hits),
            people=len(young.people),
            number=f"L{number}",
        )
        for account in self._services.register.holders("administrator"):
            await self._services.speech.answer(account, None, text)


def _acts(change: WordChange) -> bool:
    after = change.after
    return after is not None and after.severity is not None and after.at_most is not Mode.OBSERVE
