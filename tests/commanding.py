"""What command tests share: a small register, a clock one can set, a speech that is recorded."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from bot.domain.capabilities import Capability, Situation
from bot.domain.departments import Departments
from bot.domain.groups import Group, Member, MemberList, Role
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.measures import MeasureKind, Mode, Rung
from bot.domain.people import Roster, Staff
from bot.engine.catalogue import Catalogue
from bot.engine.command_event import Utterance
from bot.engine.commands import Command
from bot.engine.register import GroupState, Register
from bot.engine.router import Router
from bot.engine.scribe import Scribe
from bot.engine.services import Services
from config.paths import INSTALLED
from config.policy import load_policy
from config.settings import Settings, load_settings
from config.wording import load_wording
from data.database import Database
from data.excerpts import Vault

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
"""Noon of a Monday in Shanghai."""

BOT = AccountKey(Platform.QQ, "1")
OWNER = AccountKey(Platform.QQ, "100")
ADMIN = AccountKey(Platform.QQ, "101")
MEMBER = AccountKey(Platform.QQ, "102")
OTHER_OWNER = AccountKey(Platform.QQ, "200")
APPROVER = AccountKey(Platform.QQ, "300")
SUPERVISOR = AccountKey(Platform.QQ, "301")
SECOND_SUPERVISOR = AccountKey(Platform.QQ, "302")
ADMINISTRATOR = AccountKey(Platform.QQ, "400")
SECOND_ADMINISTRATOR = AccountKey(Platform.QQ, "401")
STRANGER = AccountKey(Platform.QQ, "999")

GROUP = GroupKey(Platform.QQ, "1000")
SECOND_GROUP = GroupKey(Platform.QQ, "1001")
OTHER_GROUP = GroupKey(Platform.QQ, "2000")


@dataclass(slots=True)
class SettableClock:
    """A clock that stands until it is moved."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def pass_(self, duration: timedelta) -> None:
        self.at += duration


@dataclass(slots=True)
class Said:
    """One answer."""

    account: AccountKey
    group: GroupKey | None
    text: str
    hint: str | None


@dataclass(slots=True)
class RecordingSpeech:
    """Keeps what was said."""

    said: list[Said] = field(default_factory=list)

    async def answer(
        self,
        account: AccountKey,
        group: GroupKey | None,
        text: str,
        *,
        hint: str | None = None,
        asked_in: GroupKey | None = None,
    ) -> bool:
        self.said.append(Said(account, group, text, hint))
        return True

    @property
    def last(self) -> Said:
        return self.said[-1]


@dataclass(slots=True)
class RoleBook:
    """Stands in for a connected platform: tells roles afresh, and what could be done."""

    roles: dict[tuple[GroupKey, AccountKey], Role] = field(default_factory=dict)
    platform: Platform = Platform.QQ
    self_account: AccountKey = BOT
    connected: bool = True
    error: Exception | None = None
    asked: list[tuple[GroupKey, AccountKey]] = field(default_factory=list)

    async def member(self, group: GroupKey, account: AccountKey) -> Member | None:
        self.asked.append((group, account))
        if self.error:
            raise self.error
        role = self.roles.get((group, account))
        return None if role is None else Member(account=account, card="", role=role)

    def capability(self, kind: MeasureKind, situation: Situation) -> Capability:
        able = kind.speaks or situation.bot_role in (Role.OWNER, Role.ADMIN)
        if able:
            return Capability(kind, Rung.AUTOMATIC, "")
        return Capability(kind, Rung.ASSISTED, "机器人不是群管理员")


def group_state(
    key: GroupKey, name: str, members: Sequence[Member], *, read_at: datetime = NOON
) -> GroupState:
    """A group as read."""
    owner = next((one.account for one in members if one.role is Role.OWNER), None)
    reading = MemberList(
        members=tuple(members), declared_count=len(members), complete=True, read_at=read_at
    )
    return GroupState(
        group=Group(key=key, name=name, member_count=len(members)),
        members={one.account: one for one in members},
        reading=reading,
        owner=owner,
        bot_role=Role.ADMIN,
        last_good_count=len(members),
    )


def member(
    account: AccountKey, card: str, role: Role = Role.MEMBER, *, is_bot: bool = False
) -> Member:
    return Member(account=account, card=card, role=role, is_bot=is_bot)


def people() -> tuple[Staff, ...]:
    return (
        Staff("T001", "张三", ("教务处",), accounts=(OWNER,)),
        Staff("T002", "李四", ("学生处",), accounts=(ADMIN,)),
        Staff("T003", "王五", ("教务处",), accounts=(MEMBER,)),
        Staff("T004", "赵六", ("学生处",), accounts=(OTHER_OWNER,)),
    )


def small_register(mode: Mode = Mode.REMIND, settings: Settings | None = None) -> Register:
    """Two groups of one owner, one of another, and one holder of each granted role or two."""
    settings = settings or load_settings({}, Path("/"))
    policy = load_policy(INSTALLED, mode=mode, zone=settings.timezone)
    roster = Roster(people())
    register = Register(policy, Departments(roster.department_names), roster=roster, now=NOON)
    bot = member(BOT, "群规", Role.ADMIN, is_bot=True)
    register.groups = {
        GROUP: group_state(
            GROUP,
            "教务工作群",
            [
                member(OWNER, "教务处-张三", Role.OWNER),
                member(ADMIN, "学生处-李四", Role.ADMIN),
                member(MEMBER, "教务处-王五"),
                bot,
            ],
        ),
        SECOND_GROUP: group_state(
            SECOND_GROUP, "考务群", [member(OWNER, "教务处-张三", Role.OWNER), bot]
        ),
        OTHER_GROUP: group_state(
            OTHER_GROUP,
            "学生工作群",
            [member(OTHER_OWNER, "学生处-赵六", Role.OWNER), member(MEMBER, "教务处-王五"), bot],
        ),
    }
    register.roles = {
        APPROVER: frozenset({"approver"}),
        SUPERVISOR: frozenset({"supervisor"}),
        SECOND_SUPERVISOR: frozenset({"supervisor"}),
        ADMINISTRATOR: frozenset({"administrator"}),
        SECOND_ADMINISTRATOR: frozenset({"administrator"}),
    }
    book = RoleBook()
    for key, state in register.groups.items():
        book.roles |= {(key, one.account): one.role for one in state.members.values()}
    register.platforms = {Platform.QQ: book}  # type: ignore[dict-item]  # only what commands use
    register.refresh_exempt()
    return register


@dataclass(slots=True)
class Desk:
    """A small service around a temporary database, without any platform."""

    services: Services
    speech: RecordingSpeech
    clock: SettableClock
    register: Register
    database: Database
    platform: RoleBook
    reloads: list[datetime] = field(default_factory=list)
    read: list[GroupKey] = field(default_factory=list)

    def router(self, commands: Iterable[Command]) -> Router:
        return Router(commands, self.services)

    async def say(
        self, router: Router, account: AccountKey, text: str, group: GroupKey | None = None
    ) -> list[Said]:
        """Say words to the bot; what it answered."""
        before = len(self.speech.said)
        await router.handle(utterance(account, text, group))
        return self.speech.said[before:]


def utterance(
    account: AccountKey, text: str, group: GroupKey | None = None, *, addressed: bool = True
) -> Utterance:
    return Utterance(
        account=account, group=group, text=text, message_id="1", at=NOON, addressed=addressed
    )


@asynccontextmanager
async def open_desk(folder: Path, *, mode: Mode = Mode.REMIND) -> AsyncIterator[Desk]:
    """A desk over a fresh database in ``folder``."""
    url = f"sqlite+aiosqlite:///{folder / 'qungui.db'}"
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    await engine.dispose()
    database, clock, speech = Database(url), SettableClock(), RecordingSpeech()
    settings = load_settings(
        {"QUNGUI_MODE": mode.value, "QUNGUI_HOME": str(folder), "QUNGUI_CONFIG": str(INSTALLED)},
        folder,
    )
    register = small_register(mode, settings)
    scribe = Scribe(database, clock)
    scribe.on_begin = register.at
    scribe.start()

    async def read_members(group: GroupKey) -> None:
        desk.read.append(group)

    async def reload() -> None:
        desk.reloads.append(clock.now())

    services = Services(
        settings=settings,
        wording=load_wording(INSTALLED),
        clock=clock,
        database=database,
        vault=Vault(folder / "keys"),
        register=register,
        scribe=scribe,
        catalogue=Catalogue(),
        speech=speech,
        read_members=read_members,
        reload=reload,
    )
    book = register.platforms[Platform.QQ]
    assert isinstance(book, RoleBook)
    desk = Desk(services, speech, clock, register, database, book)
    try:
        yield desk
    finally:
        await scribe.stop()
        await database.close()
