"""A busy quarter of an hour in two groups, played to a service that is killed in the middle."""

import asyncio
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from adapters.simulator.onebot11.faults import Timing
from adapters.simulator.onebot11.simulator import OneBotSimulator
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.people import Staff, StaffStatus
from bot.domain.roster_plan import RosterEntry
from data import groups
from data.database import Database
from data.migrate import upgrade
from data.staff import RosterImport, apply_roster
from tests.faults.forked_service import ForkedService, Tamper
from tests.faults.reckoning import Reckoning, open_ledger, reckon, unfinished
from tests.journeys.college import (
    BOT,
    CHEN,
    FANG,
    GONE,
    HE,
    LI,
    LIU,
    MA,
    OUYANG,
    PEOPLE,
    STRANGER,
    SUN,
    UNBOUND,
    WANG,
    ZHOU,
    Person,
    group,
    seat,
)
from tests.journeys.service import QUICK, TOKEN, timezone_where_it_is

LARGE, SMALL = 700900, 700901
BAD = "今晚网络赌博,日进斗金"
MISNAMED = (LI, HE)
SPEAKERS = (WANG, LIU, SUN)
_SETTLES_WITHIN = 20.0
_QUIET_FOR = 0.4
_BRISK = Timing(
    heartbeat=1.0, reconnect=0.1, kernel_wait=0.3, recall_wait=0.02, card_look=0.01,
    member_refresh=0.03, notice_delay=0.005,
)  # fmt: skip
_BRISKER = {**QUICK, "QUNGUI_QQ_REREAD_AFTER": "0.1"}


@dataclass(slots=True)
class Burst:
    """One run: what people do whatever happens to the service."""

    sim: OneBotSimulator
    ledger: Path
    said: list[int] = field(default_factory=list)
    """Messages with a listed word."""
    _asked_at: float = 0.0

    async def play(self, seed: int) -> None:
        """Speak and ask to come in while the service reads, reminds and proposes."""
        spoken = 0
        for turn in range(6):
            await asyncio.sleep(0.03 + 0.02 * ((seed + turn) % 3))
            self.approve()
            if turn % 2 == 0:
                speaker = SPEAKERS[(seed + spoken) % len(SPEAKERS)]
                number = (LARGE, SMALL)[spoken % 2]
                self.said.append(self.sim.say(number, speaker.account, f"{BAD} {spoken}"))
                spoken += 1
            elif turn == 1:
                self.sim.join_request(SMALL, 600001, UNBOUND.card)
            elif turn == 3:
                self.sim.join_request(LARGE, STRANGER, "请通过一下")

    def approve(self) -> None:
        """The owner approves what he is asked, and asks again when nothing happens."""
        if GONE.account not in self.sim.group(LARGE).members or not self._proposed():
            return
        now = time.monotonic()
        if self.sim.connected and now - self._asked_at > 1.5:
            self._asked_at = now
            self.sim.private(ZHOU.account, "批准 P1")

    async def settle(self) -> bool:
        """Wait until everything that was to be done is done; whether it came to that."""
        deadline = time.monotonic() + _SETTLES_WITHIN
        quiet_since = time.monotonic()
        while time.monotonic() < deadline:
            self.approve()
            if not self._over():
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > _QUIET_FOR:
                return True
            await asyncio.sleep(0.05)
        return False

    def _over(self) -> bool:
        return (
            all(self.sim.is_recalled(one) for one in self.said)
            and GONE.account not in self.sim.group(LARGE).members
            and not unfinished(self.ledger)
        )

    def _proposed(self) -> bool:
        talk = self.sim.private_messages_sent_by_bot(ZHOU.account)
        talk = [*talk, *self.sim.messages_sent_by_bot(LARGE)]
        return any("P1" in str(one.segments) for one in talk)


async def killed_at(
    label: str, passing: int, *, home: Path, seed: int = 0, tamper: Tamper | None = None
) -> Reckoning:
    """Kill the service at the n-th passing of a failpoint, start it again, and reckon."""
    port = _free_port()
    service = ForkedService(_environment(home, port), tamper)
    sim = OneBotSimulator(
        [
            group(LARGE, "全校工作群", *(seat(one, one.name) for one in MISNAMED), *SPEAKERS, GONE),
            group(SMALL, "学工群", *SPEAKERS, MA, OUYANG),
        ],
        url=f"ws://127.0.0.1:{port}/onebot/v11/ws",
        token=TOKEN,
        self_id=BOT,
        seed=seed,
        timing=_BRISK,
    )
    for one in (ZHOU, CHEN, FANG):
        sim.befriend(one.account)
    burst = Burst(sim, home / "qungui.db")
    await service.start(QUNGUI_FAILPOINT=f"{label}:{passing}")
    async with sim:
        try:
            await burst.play(seed)
            struck = await _falls(service, burst)
            await service.stop()
            await service.start()
            settled = await burst.settle()
        finally:
            await service.stop()
    found = await reckon(sim, home / "qungui.db", burst.said)
    found.struck, found.settled = struck, settled
    return found


async def _falls(service: ForkedService, burst: Burst) -> bool:
    """Give the service time to reach its end; False when the day had too few passings."""
    deadline = time.monotonic() + 4.0
    quiet = 0
    while time.monotonic() < deadline and quiet < 4:
        if service.killed:
            return True
        burst.approve()
        quiet = quiet + 1 if burst._over() else 0
        await asyncio.sleep(0.1)
    return service.killed


def _environment(home: Path, port: int) -> dict[str, str]:
    return {
        "QUNGUI_HOME": str(home),
        "QUNGUI_MODE": "enforce",
        "QUNGUI_TIMEZONE": timezone_where_it_is(12),
        "QUNGUI_SUPERVISORS": f"qq:{CHEN.account}",
        "QUNGUI_ADMINISTRATORS": f"qq:{FANG.account}",
        "ONEBOT_ACCESS_TOKEN": TOKEN,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **_BRISKER,
    }


@contextmanager
def fresh_home(template: Path) -> Iterator[Path]:
    """A folder with the roster applied and nothing else."""
    home = Path(tempfile.mkdtemp(prefix="burst"))
    shutil.copy(template, home / "qungui.db")
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def write_template(path: Path) -> Path:
    """A database that knows the staff."""
    url = f"sqlite+aiosqlite:///{path}"
    await upgrade(url)
    database = Database(url)
    imported = RosterImport(source="x", sha256="x", verdict="ok", complete=True, by="office")
    async with database.transaction(datetime.now(UTC)) as work:
        await apply_roster(work, [RosterEntry(_staff(one)) for one in PEOPLE], imported)
        # Groups it has looked after for a while: what was said before the first time is no duty.
        marks = {GroupKey(Platform.QQ, str(one)): (0, work.now) for one in (LARGE, SMALL)}
        await groups.save_watermarks(work, marks)
    await database.close()
    with open_ledger(path) as ledger:
        ledger.execute("pragma wal_checkpoint(truncate)")
    return path


def _staff(person: Person) -> Staff:
    accounts = (AccountKey(Platform.QQ, str(person.account)),) if person.account else ()
    status = StaffStatus.DEPARTED if person.departed else StaffStatus.ACTIVE
    return Staff(person.staff_id, person.name, (person.department,), status, accounts)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
