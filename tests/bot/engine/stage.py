"""The real engine over a real database, connected to the model of a platform."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.groups import Group, Member, Role
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.people import Staff, StaffStatus
from bot.domain.roster_plan import RosterEntry
from bot.engine.approved import ApprovedPlans
from bot.engine.assembly import Engine, assemble
from bot.engine.command_event import Utterance
from bot.engine.expiry import Expiry
from bot.engine.pauses import Pauses
from bot.engine.settlement import Settlement
from config.paths import INSTALLED
from config.settings import load_settings
from data import measures, violation_log
from data.measures import StoredMeasure
from data.staff import RosterImport, apply_roster
from data.violation_log import ViolationQuery, ViolationRecord
from plugins import content, membership, real_name
from tests.bot.engine.model_platform import BOT, ModelPlatform

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
"""Noon of a Monday in Shanghai."""
PAUSES = Pauses(
    notice=0.02, read_backs=(0.001, 0.001), idle=0.001, company=0, poll=0.005,
    retry=0.01, coalesce=0.001, reorder=0.001,
)  # fmt: skip
DEPARTMENT = "教务处"
_SETTLES_WITHIN = 20.0
_TICK = timedelta(microseconds=10)


@dataclass(slots=True)
class SettableClock:
    """A clock that hardly moves by itself: no two moments are the same, and none is far apart."""

    at: datetime = NOON

    def now(self) -> datetime:
        self.at += _TICK
        return self.at

    def pass_(self, duration: timedelta) -> None:
        self.at += duration


def account(number: int) -> AccountKey:
    return AccountKey(Platform.QQ, str(number))


def group_key(number: int) -> GroupKey:
    return GroupKey(Platform.QQ, str(number))


def person(number: int, *, departed: bool = False) -> Staff:
    """The member of staff whose account is ``number``."""
    status = StaffStatus.DEPARTED if departed else StaffStatus.ACTIVE
    return Staff(f"T{number}", name_of(number), (DEPARTMENT,), status, (account(number),))


def name_of(number: int) -> str:
    digits = "甲乙丙丁戊己庚辛壬癸"
    return "王" + "".join(digits[int(one)] for one in str(number))


def card_of(number: int) -> str:
    return f"{DEPARTMENT}-{name_of(number)}"


def seat(number: int, role: Role = Role.MEMBER, card: str | None = None) -> Member:
    return Member(
        account=account(number), card=card_of(number) if card is None else card, role=role
    )


def bot_seat(role: Role = Role.ADMIN) -> Member:
    return Member(account=BOT, card="群规", role=role, is_bot=True)


def write_configuration(folder: Path, **policy: object) -> Path:
    """The installed configuration with some lines of ``policy.toml`` set otherwise.

    Quiet hours are off unless they are given: tests choose their own times of day. ``append`` is
    put at the end of the file.
    """
    shutil.copytree(INSTALLED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for path in (folder / "lexicons").glob("*.tsv"):
        path.unlink()
    lines = ("网络赌博\tcustom\tserious", "机密星\tsecret\tcritical", "清仓甩卖\tcustom\tminor")
    (folder / "lexicons" / "small.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = folder / "policy.toml"
    text = path.read_text(encoding="utf-8")
    text += str(policy.pop("append", ""))
    for key, value in {"start": '"00:00"', "end": '"00:00"', **policy}.items():
        text, found = re.subn(rf"(?m)^{key} = [^#\n]*", f"{key} = {value} ", text)
        assert found, f"no {key} in policy.toml"
    path.write_text(text, encoding="utf-8")
    return folder


@dataclass(slots=True)
class Stage:
    """One engine at a time, over one database and one platform that outlive it."""

    home: Path
    configuration: Path
    platform: ModelPlatform
    clock: SettableClock
    environment: dict[str, str] = field(default_factory=dict)
    pauses: Pauses = PAUSES
    engine: Engine = field(init=False)
    _peek: sqlite3.Connection | None = None

    @property
    def database_file(self) -> Path:
        return self.home / "qungui.db"

    async def start(self) -> None:
        """A fresh process: a new engine that remembers only what was committed."""
        environment = {
            "QUNGUI_HOME": str(self.home),
            "QUNGUI_CONFIG": str(self.configuration),
            "QUNGUI_MODE": "enforce",
            **self.environment,
        }
        self.engine = assemble(
            load_settings(environment, self.home),
            self.clock,
            (real_name.contribute, membership.contribute, content.contribute),
            self.pauses,
        )
        engine = self.engine
        engine._watch.remember(await engine.recollection.everything())
        engine.services.scribe.start()
        engine.intake.start()
        engine.outboxes.start()

    async def connect(self) -> None:
        """The platform comes up: everything is read."""
        self.platform.connected = True
        self.platform.door = self.engine.gate
        self.engine.gate.connected(self.platform)
        await self.settle()

    async def stop(self) -> None:
        self.platform.door = None
        await self.platform.told()
        for task in self.engine.readings._soon.values():
            task.cancel()
        await self.engine.stop()
        if self._peek is not None:
            self._peek.close()
            self._peek = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()
        await self.connect()

    @property
    def settlement(self) -> Settlement:
        return self.engine.intake._follow.settlement

    async def elapse(self, duration: timedelta) -> None:
        """Time passes, and the timetable ticks."""
        self.clock.pass_(duration)
        await self.tick()

    async def tick(self) -> None:
        engine, services = self.engine, self.engine.services
        await engine.readings.overdue()
        parts = (services.register, services.database, services.scribe)
        read = engine.services.read_members
        await ApprovedPlans(*parts, self.settlement.texts, read).run(self.clock.now())
        await Expiry(*parts, self.settlement.cases, self.settlement).run(self.clock.now())
        await self.settle()

    async def settle(self) -> None:
        """Let the engine do everything that it can do now."""
        async with asyncio.timeout(_SETTLES_WITHIN):
            while True:
                if dict(self._ask("select name, value from switches")) != self.engine._watch._known:
                    await self.engine._watch.look()
                await self._background()
                if self._unseen() or self.engine.dispatcher._unwritten or self._due():
                    await self.engine.dispatcher._look()
                await self.platform.told()
                if not await self._busy():
                    return

    async def read(self, group: GroupKey) -> None:
        await self.engine.readings.read(group)
        await self.settle()

    async def posts(self, group: GroupKey, author: AccountKey, text: str) -> str:
        posted = self.platform.message(group, author, text)
        await self.engine.gate.submit(posted)
        await self.settle()
        return posted.message_id

    async def command(self, who: AccountKey, text: str, group: GroupKey | None = None) -> None:
        """Somebody gives a command, by the road every command takes."""
        utterance = Utterance(
            account=who, group=group, text=text, message_id=self.platform.next_id(),
            at=self.clock.now(), addressed=True,
        )  # fmt: skip
        await self.engine.router.handle(utterance)
        await self.settle()

    async def import_staff(self, staff: Iterable[Staff]) -> None:
        """Put a roster in place without asking the import's interlocks."""
        entries = [RosterEntry(one) for one in staff]
        imported = RosterImport(source="x", sha256="x", verdict="ok", complete=True, by="test")
        await self.engine.services.scribe.write(lambda work: apply_roster(work, entries, imported))
        await self.settle()

    async def measures(self) -> list[StoredMeasure]:
        """Every measure there is, oldest first."""
        async with self.engine.services.database.reading() as connection:
            return await measures.read_measures(connection, measures.measure_query())

    async def cases(self, **filters: object) -> list[ViolationRecord]:
        """The log of violations, oldest first."""
        async with self.engine.services.database.reading() as connection:
            page = await violation_log.find(connection, ViolationQuery(limit=1000, **filters))  # type: ignore[arg-type]  # any filter
            return list(reversed(page.items))

    async def _background(self) -> None:
        tasks = [*self.engine.gate._tasks, *self.engine.readings._soon.values()]
        tasks = [task for task in tasks if not task.done()]
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _busy(self) -> bool:
        """Whether something still goes on that does not wait for the clock, a thaw or a line."""
        engine = self.engine
        await asyncio.sleep(0)
        if engine.intake.waiting or self.platform._telling or engine.gate._tasks:
            return True
        open_for_acts = self.platform.connected and not engine.services.register.frozen
        acting = [lane.task for lane in engine.dispatcher._lanes.values() if lane.task]
        acting += engine.dispatcher._recalls
        running = [task for task in acting if not task.done()]
        if running and open_for_acts:
            await asyncio.wait(running, timeout=0.05)
            return True
        if self.platform.connected and self._sayable():
            await asyncio.sleep(self.pauses.idle)
            return True
        return self._unseen()

    def _unseen(self) -> bool:
        """Whether something was intended that the dispatcher has not looked at."""
        seen = self.engine.dispatcher._last_seen
        return bool(self._ask(f"select 1 from measures where state = 'intended' and id > {seen}"))

    def _due(self) -> bool:
        dispatcher, now = self.engine.dispatcher, self.clock.now()
        settled = dispatcher._settled_at
        later = dispatcher._later
        look_again = settled is None or abs(now - settled) > timedelta(seconds=30)
        return look_again or bool(later and later[0][0] <= now)

    def _ask(self, query: str) -> list[Any]:
        """What the database holds, without a word to the engine."""
        if self._peek is None:
            self._peek = sqlite3.connect(self.database_file)
        return self._peek.execute(query).fetchall()

    def _sayable(self) -> bool:
        box = self.engine.outboxes._boxes[Platform.QQ]
        now = self.clock.now()
        return box._being_said > 0 or any(
            box._may_be_said(entry, now, self.platform) for entry in box._items
        )


@asynccontextmanager
async def staged(
    folder: Path,
    template: Path,
    groups: Sequence[tuple[Group, Sequence[Member]]],
    *,
    pauses: Pauses = PAUSES,
    environment: dict[str, str] | None = None,
    **policy: object,
) -> AsyncIterator[Stage]:
    """A stage of its own in ``folder``; nobody is connected yet."""
    configuration = write_configuration(folder / "config", **policy)
    shutil.copy(template, folder / "qungui.db")
    clock = SettableClock()
    platform = ModelPlatform(clock)
    for group, members in groups:
        platform.add(group, members)
    stage = Stage(folder, configuration, platform, clock, environment or {}, pauses)
    await stage.start()
    try:
        yield stage
    finally:
        await stage.stop()
