"""Any day at all: imports, readings, people, clocks, faults and decisions in any order."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.domain.errors import HeldError, PlatformError, QunguiError
from bot.domain.events import JoinRequested, MemberRenamed, RoleChanged
from bot.domain.groups import Group, Role
from bot.domain.identifiers import AccountKey
from bot.domain.people import Staff, StaffStatus
from bot.domain.roster_plan import next_roster, plan_import
from bot.domain.roster_reading import RosterField, RosterReading
from bot.engine import decisions
from data import plans, switches
from data.ledger import Work
from data.staff import RosterImport, apply_roster, load_staff
from tests.bot.engine.interlock_oracle import Bounds, Oracle
from tests.bot.engine.model_platform import ActFault, ListFault, ModelPlatform
from tests.bot.engine.stage import (
    SettableClock,
    Stage,
    account,
    bot_seat,
    card_of,
    group_key,
    person,
    seat,
    write_configuration,
)

LARGE, SMALL, OTHER = group_key(1000), group_key(2000), group_key(3000)
GROUPS = (LARGE, SMALL, OTHER)
OWNER, SECOND_OWNER, ADMIN = 100, 101, 110
SUPERVISOR, ALLOWED, MACHINE = 300, 301, 302
ADMINISTRATORS = (400, 401)
MEMBERS = tuple(range(201, 213))
STRANGER = 555
EVERYBODY = (OWNER, SECOND_OWNER, ADMIN, SUPERVISOR, ALLOWED, *MEMBERS)
VOTERS = (OWNER, SECOND_OWNER, ADMIN, *ADMINISTRATORS, SUPERVISOR, MEMBERS[0], MEMBERS[5], STRANGER)
WORDS = {"网络赌博": False, "机密星": True}
BOUNDS = Bounds(removals_per_hour=4, removals_per_day=6, recalls_per_group_per_hour=2)
_TEXTS = ("今晚网络赌博", "机密星在此", "请各位老师按时提交材料", "清仓甩卖")

someone = st.sampled_from(EVERYBODY)
a_group = st.sampled_from(GROUPS)


class Template:
    """What every example starts from; made once."""

    database: ClassVar[Path]
    configuration: ClassVar[Path]
    examples: ClassVar[int] = 0
    steps: ClassVar[int] = 0
    removals: ClassVar[int] = 0

    @classmethod
    def prepare(cls, folder: Path, database: Path) -> None:
        cls.database = database
        cls.configuration = write_configuration(
            folder / "config",
            removals_per_hour=BOUNDS.removals_per_hour,
            removals_per_day=BOUNDS.removals_per_day,
            recalls_per_group_per_hour=BOUNDS.recalls_per_group_per_hour,
            roster_max_departed_share=0.4,
            roster_max_department_share=0.4,
            breaker_min_groups=1000,
            allow=f'["qq:{ALLOWED}"]',
        )
        cls.examples = cls.steps = cls.removals = 0


class InterlockMachine(RuleBasedStateMachine):
    """The real engine against the model of a platform; the oracle looks on."""

    def __init__(self) -> None:
        super().__init__()
        Template.examples += 1
        self.loop = asyncio.new_event_loop()
        self.home = Path(tempfile.mkdtemp(prefix="interlocks"))
        shutil.copy(Template.database, self.home / "qungui.db")
        clock = SettableClock()
        platform = ModelPlatform(clock)
        platform.add(
            Group(key=LARGE, name="全校工作群"),
            [
                bot_seat(), seat(OWNER, Role.OWNER), seat(ADMIN, Role.ADMIN), seat(SUPERVISOR),
                seat(ALLOWED), replace(seat(MACHINE), is_bot=True), *map(seat, MEMBERS),
            ],
        )  # fmt: skip
        platform.add(
            Group(key=SMALL, name="教务群"),
            [bot_seat(), seat(OWNER, Role.OWNER), seat(ADMIN), *map(seat, MEMBERS[:4])],
        )
        platform.add(
            Group(key=OTHER, name="学工群"),
            [bot_seat(), seat(SECOND_OWNER, Role.OWNER), *map(seat, MEMBERS[2:7])],
        )
        platform.private = {account(one) for one in VOTERS if one != MEMBERS[0]}
        environment = {
            "QUNGUI_SUPERVISORS": f"qq:{SUPERVISOR}",
            "QUNGUI_ADMINISTRATORS": ",".join(f"qq:{one}" for one in ADMINISTRATORS),
        }
        self.stage = Stage(self.home, Template.configuration, platform, clock, environment)
        self.oracle = Oracle(
            self.stage,
            BOUNDS,
            frozenset(map(account, (SUPERVISOR, ALLOWED, MACHINE, *ADMINISTRATORS))),
            frozenset(map(account, ADMINISTRATORS)),
            WORDS,
        )
        platform.witness = self.oracle.witness
        self.staff: dict[int, Staff] = {one: person(one) for one in EVERYBODY}
        self.run(self._begin())

    async def _begin(self) -> None:
        await self.stage.start()
        await self._import(self.staff.values())
        await self.stage.connect()

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        Template.steps += 1
        self.loop.run_until_complete(work)

    def teardown(self) -> None:
        Template.removals += self.oracle.removals
        self.loop.run_until_complete(self.stage.stop())
        self.loop.close()
        shutil.rmtree(self.home)

    @property
    def platform(self) -> ModelPlatform:
        return self.stage.platform

    # --- the roster -----------------------------------------------------------------------------

    @rule(who=st.lists(someone, min_size=1, max_size=4, unique=True))
    def leaves_the_college(self, who: list[int]) -> None:
        """The personnel office says so explicitly."""
        for one in who:
            self.staff[one] = replace(self.staff[one], status=StaffStatus.DEPARTED)
        self.run(self._import(self.staff.values()))

    @rule(who=someone)
    def returns_to_the_college(self, who: int) -> None:
        self.staff[who] = replace(self.staff[who], status=StaffStatus.ACTIVE)
        self.run(self._import(self.staff.values()))

    @rule(share=st.sampled_from((0.0, 0.5, 0.8)))
    def half_a_roster(self, share: float) -> None:
        rows = list(self.staff.values())
        self.run(self._import(rows[: int(len(rows) * share)]))

    @rule()
    def mass_leave(self) -> None:
        rows = [replace(one, status=StaffStatus.DEPARTED) for one in self.staff.values()]
        self.run(self._import(rows))

    # --- readings -------------------------------------------------------------------------------

    @rule(group=a_group, fault=st.sampled_from(ListFault))
    def reading(self, group: Any, fault: ListFault) -> None:
        self.platform.list_fault = fault
        with contextlib.suppress(PlatformError):
            self.run(self.stage.read(group))
        self.platform.list_fault = ListFault.NONE

    # --- people ---------------------------------------------------------------------------------

    @rule(group=a_group, who=someone, told=st.booleans())
    def goes(self, group: Any, who: int, told: bool) -> None:
        if self.platform.groups_[group].role(account(who)) is not Role.MEMBER:
            return
        self.oracle.gone[group, account(who)] += 1
        event = self.platform.leave(group, account(who))
        if told:
            self.run(self._happens(event))

    @rule(group=a_group, who=st.sampled_from((*EVERYBODY, STRANGER)), told=st.booleans())
    def comes(self, group: Any, who: int, told: bool) -> None:
        if account(who) in self.platform.groups_[group].members:
            return
        newcomer = seat(who, card="新人" if who == STRANGER else None)
        event = self.platform.arrive(group, newcomer)
        if told:
            self.run(self._happens(event))

    @rule(group=a_group, who=someone, proper=st.booleans(), told=st.booleans())
    def changes_card(self, group: Any, who: int, proper: bool, told: bool) -> None:
        known = self.platform.groups_[group].members.get(account(who))
        if known is None:
            return
        card = card_of(who) if proper else "小明"
        self.platform.change(group, account(who), card=card)
        if told:
            self.run(
                self._happens(
                    MemberRenamed(
                        **self.platform._happening(), group=group, account=account(who),
                        old_card=known.card, new_card=card,
                    )
                )
            )  # fmt: skip

    @rule(
        group=a_group,
        who=someone,
        role=st.sampled_from((Role.ADMIN, Role.MEMBER)),
        told=st.booleans(),
    )
    def changes_rank(self, group: Any, who: int, role: Role, told: bool) -> None:
        if self.platform.groups_[group].role(account(who)) in (None, Role.OWNER, role):
            return
        self.platform.change(group, account(who), role=role)
        if told:
            self.run(
                self._happens(
                    RoleChanged(
                        **self.platform._happening(), group=group, account=account(who), role=role
                    )
                )
            )

    @rule(group=a_group, who=someone, text=st.sampled_from(_TEXTS))
    def speaks(self, group: Any, who: int, text: str) -> None:
        if account(who) not in self.platform.groups_[group].members:
            return
        posted = self.platform.message(group, account(who), text)
        self.oracle.texts[posted.message_id] = text
        self.run(self._happens(posted))

    @rule(group=a_group, who=st.sampled_from((*MEMBERS[8:], STRANGER)))
    def applies(self, group: Any, who: int) -> None:
        if account(who) in self.platform.groups_[group].members:
            return
        request = JoinRequested(
            **self.platform._happening(),
            group=group,
            account=account(who),
            answer=card_of(who) if who != STRANGER else "请通过",
            request_id=self.platform.next_id(),
        )
        self.platform.joins[request.request_id] = request
        self.run(self._happens(request))

    # --- decisions ------------------------------------------------------------------------------

    @precondition(lambda self: self.platform.connected)
    @rule(who=st.sampled_from(VOTERS), back=st.integers(0, 2))
    def says_yes(self, who: int, back: int) -> None:
        self.run(self._vote(account(who), "批准", back))

    @precondition(lambda self: self.platform.connected)
    @rule(first=st.sampled_from(VOTERS[:5]), second=st.sampled_from(VOTERS[:5]))
    def two_say_yes(self, first: int, second: int) -> None:
        """Two, or the same person twice."""
        self.run(self._vote(account(first), "批准", 0))
        self.run(self._vote(account(second), "批准", 0))

    @precondition(lambda self: self.platform.connected)
    @rule(who=st.sampled_from(VOTERS), back=st.integers(0, 2))
    def says_no(self, who: int, back: int) -> None:
        self.run(self._vote(account(who), "驳回", back))

    @precondition(lambda self: self.platform.connected)
    @rule(
        who=st.sampled_from(VOTERS),
        number=st.integers(1, 6),
        text=st.sampled_from(("误报", "已处理")),
    )
    def settles(self, who: int, number: int, text: str) -> None:
        self.run(self._command(account(who), f"{text} W{number}"))

    @rule()
    def freeze(self) -> None:
        self.run(self._write(lambda work: decisions.freeze(work, account(400), self.register)))

    @rule(twice=st.booleans())
    def unfreeze(self, twice: bool) -> None:
        for one in ADMINISTRATORS if not twice else (400, 400):
            self.run(
                self._write(
                    lambda work, one=one: decisions.unfreeze(work, account(one), self.register)
                )
            )

    @rule()
    def breaker_trips(self) -> None:
        self.run(self._write(lambda work: switches.set(work, "breaker", "tripped", "qungui")))

    # --- the world ------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from((1, 9, 20, 65, 60 * 25, 60 * 24 * 8)))
    def time_passes(self, minutes: int) -> None:
        self.run(self.stage.elapse(timedelta(minutes=minutes)))

    @rule(minutes=st.sampled_from((10, 90, 60 * 26)))
    def clock_is_put_back(self, minutes: int) -> None:
        self.run(self.stage.elapse(-timedelta(minutes=minutes)))

    @rule()
    def restart(self) -> None:
        self.platform.connected = True
        self.run(self.stage.restart())

    @rule(fault=st.sampled_from((ActFault.NONE, ActFault.NONE, *ActFault)))
    def acts_fail(self, fault: ActFault) -> None:
        self.platform.act_fault = fault

    @rule(group=a_group, who=st.lists(someone, min_size=0, max_size=2, unique=True))
    def good_day(self, group: Any, who: list[int]) -> None:
        """What hinders is gone, the list is fresh, somebody left, the plan is approved."""
        if who:
            self.leaves_the_college(who)
        self.platform.act_fault, self.platform.role_fault = ActFault.NONE, False
        self.unfreeze(twice=False)
        if not self.platform.connected:
            self.connection()
        self.reading(group, ListFault.NONE)
        self.two_say_yes(ADMINISTRATORS[0], ADMINISTRATORS[1])

    @rule(
        group=a_group,
        who=st.lists(someone, min_size=1, max_size=4, unique=True),
        hindrance=st.sampled_from(("list", "rank", "frost", "one", "away", "time")),
    )
    def day_with_a_snag(self, group: Any, who: list[int], hindrance: str) -> None:
        """As a good day, but for one thing between the plan and its removals."""
        self.platform.act_fault, self.platform.role_fault = ActFault.NONE, False
        self.unfreeze(twice=False)
        if not self.platform.connected:
            self.connection()
        self.reading(group, ListFault.NONE)
        self.leaves_the_college(who)
        first, second = ADMINISTRATORS
        match hindrance:
            case "list":
                self.reading(group, ListFault.PARTIAL)
            case "rank":
                self.changes_rank(group, who[0], Role.ADMIN, told=False)
            case "one":
                second = first
            case "away":
                self.connection()
                self.connection()
            case "time":
                self.time_passes(20)
        self.says_yes(first, 0)
        if hindrance == "frost":
            self.platform.act_fault = ActFault.BUSY
        self.says_yes(second, 0)
        if hindrance == "frost":
            self.freeze()
            self.platform.act_fault = ActFault.NONE
            self.time_passes(1)

    @rule(hidden=st.booleans(), notices=st.booleans())
    def platform_withholds(self, hidden: bool, notices: bool) -> None:
        self.platform.role_fault, self.platform.notices = hidden, notices

    @rule()
    def connection(self) -> None:
        if self.platform.connected:
            self.platform.connected = False
        else:
            self.run(self.stage.connect())

    @invariant()
    def nothing_was_done_that_must_not_be(self) -> None:
        self.oracle.check()

    # --- inside -----------------------------------------------------------------------------------

    @property
    def register(self) -> Any:
        return self.stage.engine.services.register

    async def _happens(self, event: Any) -> None:
        await self.stage.engine.gate.submit(event)
        await self.stage.settle()

    async def _write(self, write: Any) -> None:
        with contextlib.suppress(QunguiError):
            await self.stage.engine.services.scribe.write(write)
        await self.stage.settle()

    async def _import(self, rows: Any) -> None:
        listed = tuple(rows)
        reading = RosterReading(
            rows=listed,
            total_rows=len(listed),
            errors=(),
            mentioned=frozenset(one.staff_id for one in listed),
            duplicate_ids=(),
            declared_counts=(),
            columns=frozenset(
                (RosterField.STAFF_ID, RosterField.NAME, RosterField.DEPARTMENT, RosterField.QQ)
            ),
            missing_columns=(),
            header_row=1,
            source_name="花名册.csv",
            sha256="0" * 64,
            notes=(),
        )

        async def take_up(work: Work) -> None:
            current = await load_staff(work.connection)
            plan = plan_import(current, reading, self.register.policy.limits, work.now)
            following = next_roster(current, plan, work.now)
            done = RosterImport(source="x", sha256="x", verdict="ok", complete=True, by="office")
            await apply_roster(work, following, done)

        try:
            await self.stage.engine.services.scribe.write(take_up)
        except HeldError:
            return
        await self.stage.settle()

    async def _vote(self, who: AccountKey, word: str, back: int) -> None:
        async with self.stage.engine.services.database.reading() as connection:
            known = await plans.list_plans(connection)
        if len(known) <= back:
            return
        number = known[-1 - back].number
        if word == "批准":
            self.oracle.said_yes(number, who)
        await self._command(who, f"{word} P{number}")
        if word == "驳回":
            self.oracle.said_no(number, who)

    async def _command(self, who: AccountKey, text: str) -> None:
        self.oracle.answering = who
        try:
            await self.stage.command(who, text)
        finally:
            self.oracle.answering = None
