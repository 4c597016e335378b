"""The whole product without a platform, behind its real router: where manuals' words are tried."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import build
from bot.domain.events import JoinRequested, MembersRead
from bot.domain.findings import Excerpt, Finding, Severity
from bot.domain.groups import MemberList
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.measures import (
    Measure,
    MeasureKind,
    MeasureState,
    Mode,
    Receipt,
    ReceiptHow,
)
from bot.domain.permits import Permit, fingerprint
from bot.domain.plans import Proposal
from bot.domain.roster_plan import RosterEntry
from bot.domain.topic_windows import TopicWindow
from bot.domain.violations import ViolationState
from bot.engine.assembly import Engine
from bot.engine.commands import Call, Command, Reply
from bot.engine.register import Register
from bot.engine.router import Router
from config.paths import INSTALLED
from config.settings import Settings, load_settings
from data import digests, joins, measures, permit_texts, permits, plans, topic_windows, violations
from data.keys import KeyRing
from data.ledger import Work
from data.measures import MeasureContext
from data.migrate import upgrade
from data.permit_texts import permit_keys
from data.staff import RosterImport, apply_roster
from data.violations import NewViolation
from tests.commanding import (
    ADMINISTRATOR,
    APPROVER,
    GROUP,
    MEMBER,
    OWNER,
    SECOND_ADMINISTRATOR,
    STRANGER,
    SUPERVISOR,
    RecordingSpeech,
    RoleBook,
    SettableClock,
    people,
    small_register,
    utterance,
)

CASES, PLANS, REQUESTS, PERMITS = 12, 3, 5, 3
"""The manuals speak of W12, P3, J5 and X3."""


@dataclass(slots=True)
class _Platform(RoleBook):
    """A connected platform whose member lists are what the register already knows."""

    lists: dict[GroupKey, MemberList] = field(default_factory=dict)

    async def members(self, group: GroupKey) -> MemberList:
        return self.lists[group]


@dataclass(slots=True)
class Heard:
    """What became of one line; ``error`` is what the command raised for its reader."""

    reached: bool = False
    error: Exception | None = None
    said: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Counter:
    """Takes one line at a time and tells whether it was understood."""

    engine: Engine

    async def say(self, account: AccountKey, text: str, group: GroupKey | None = None) -> Heard:
        """Say ``text`` to the bot as ``account``."""
        heard, speech = Heard(), RecordingSpeech()
        # Commands hold these very services, and no outbox runs here that would ever say anything.
        object.__setattr__(self.engine.services, "speech", speech)
        commands = [_watched(one, heard) for one in self.engine.router.commands]
        router = Router(commands, self.engine.services)
        await router.handle(utterance(account, text, group))
        heard.said = [one.text for one in speech.said]
        return heard


def _watched(command: Command, heard: Heard) -> Command:
    async def handle(call: Call) -> Reply:
        heard.reached = True
        try:
            return await command.handle(call)
        except Exception as error:
            heard.error = error
            raise

    return replace(command, handle=handle)


@cache
def declared() -> dict[str, Command]:
    """Every command by its name, in the order of the plugins. Nothing is opened or written."""
    home = Path(tempfile.gettempdir()) / "never-made"
    settings = load_settings({"QUNGUI_HOME": str(home), "QUNGUI_CONFIG": str(INSTALLED)}, home)
    return {one.name: one for one in build(settings, SettableClock()).router.commands}


async def prepare(folder: Path) -> None:
    """A home in which there is something of everything the manuals speak of."""
    await upgrade(_settings(folder).database_url)
    async with opened(folder) as counter:
        engine = counter.engine
        await engine.services.scribe.write(_employ)
        await engine.recollection.everything()
        for event in _connect(engine.services.register, engine.services.clock.now()):
            await engine.intake.submit(event)
        keys = permit_keys(folder / "keys")
        await engine.services.scribe.write(lambda work: _something_of_everything(work, keys))


def _settings(folder: Path) -> Settings:
    return load_settings(
        {
            "QUNGUI_HOME": str(folder),
            "QUNGUI_CONFIG": str(INSTALLED),
            "QUNGUI_MODE": "enforce",
            "QUNGUI_SUPERVISORS": str(SUPERVISOR),
            "QUNGUI_APPROVERS": str(APPROVER),
            "QUNGUI_ADMINISTRATORS": f"{ADMINISTRATOR},{SECOND_ADMINISTRATOR}",
        },
        folder,
    )


@asynccontextmanager
async def opened(folder: Path, *, prepared: Path | None = None) -> AsyncIterator[Counter]:
    """The product over ``folder``, a copy of ``prepared`` where that is given."""
    if prepared is not None:
        shutil.copytree(prepared, folder, dirs_exist_ok=True)
    engine = build(_settings(folder), SettableClock(datetime.now(UTC)))
    services = engine.services
    await engine.recollection.everything()
    _connect(services.register, services.clock.now())
    services.scribe.start()
    engine.intake.start()
    try:
        yield Counter(engine)
    finally:
        await engine.intake.stop()
        await services.scribe.stop()
        await services.database.close()


def _connect(register: Register, now: datetime) -> list[MembersRead]:
    """Let a platform appear; what it would report of its groups first."""
    small = small_register(Mode.ENFORCE)
    lists = {
        key: replace(one.reading, read_at=now) for key, one in small.groups.items() if one.reading
    }
    roles = {(key, one.account): one.role for key, all_ in lists.items() for one in all_.members}
    book = _Platform(roles=roles, lists=lists)
    register.platforms = {Platform.QQ: book}  # type: ignore[dict-item]  # only what commands use
    register.refresh_exempt()
    return [
        MembersRead(
            platform=Platform.QQ,
            event_id=f"read-{key.id}",
            occurred_at=now,
            received_at=now,
            group=key,
            about=small.groups[key].group,
            member_list=found,
        )
        for key, found in lists.items()
    ]


async def _employ(work: Work) -> None:
    everybody = [RosterEntry(one) for one in people()]
    source = RosterImport(source="花名册.xlsx", sha256="0", verdict="ok", complete=True, by="cli")
    await apply_roster(work, everybody, source)


async def _something_of_everything(work: Work, keys: KeyRing) -> None:
    for number in range(1, CASES + 1):
        await violations.open_violation(work, _case(number))
        mute = Measure(
            kind=MeasureKind.MUTE, group=GROUP, account=MEMBER, mode=Mode.ENFORCE, seconds=600
        )
        (identifier,) = await measures.add(work, [(mute, MeasureContext(violation=number))])
        receipt = Receipt(ReceiptHow.READ_BACK, work.now, "")
        await measures.finish(work, identifier, MeasureState.DONE, receipt=receipt)
    for number in range(1, PLANS + 1):
        people = [Proposal(GROUP, MEMBER, number, "花名册显示王五已离职", "王五")]
        await plans.create(work, OWNER, people, 1, work.now + timedelta(hours=24))
    for number in range(1, REQUESTS + 1):
        await joins.hold(work, _application(number, work.now), "unmatched", "查无此人")
    for number in range(1, PERMITS + 1):
        permit = await permits.create(work, _permit(number, work.now))
        await permit_texts.seal(work, keys, permit.number, f"第 {number} 号通知")
    await topic_windows.create(work, _window(work.now), str(ADMINISTRATOR))
    today = f"{work.now.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"
    await digests.add(work, OWNER, today, "日报", {})
    await digests.add(work, SUPERVISOR, today, "日报", {})


def _case(number: int) -> NewViolation:
    finding = Finding(
        rule_id="content",
        kind="serious",
        clause="21.2",
        group=GROUP,
        account=MEMBER,
        reason="涉及“商业广告”类词语",
        excerpt=Excerpt("", 0, 0, str(number)),
    )
    return NewViolation(
        finding=finding,
        severity=Severity.SERIOUS,
        mode=Mode.ENFORCE,
        state=ViolationState.WAITING,
        person_name="教务处-王五",
    )


def _permit(number: int, now: datetime) -> Permit:
    return Permit(
        number=0,
        applicant=OWNER,
        topic="通知",
        reason="检修",
        groups=(GROUP,),
        starts_at=now,
        ends_at=now + timedelta(hours=10),
        fingerprint=fingerprint(f"第 {number} 号通知"),
        applied_at=now,
    )


def _window(now: datetime) -> TopicWindow:
    return TopicWindow(
        name="校庆", opens_at=now, closes_at=now + timedelta(days=1), words=("校庆预算",)
    )


def _application(number: int, now: datetime) -> JoinRequested:
    return JoinRequested(
        platform=Platform.QQ,
        event_id=f"request-{number}",
        occurred_at=now,
        received_at=now,
        group=GROUP,
        account=STRANGER,
        request_id=str(number),
        answer="我是学生家长",
    )
