"""Fills the register from the database: at start, after a failed write, and when others wrote."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.departments import Departments
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.policy import Policy
from bot.engine.clock import Clock
from bot.engine.permit_memory import PermitMemory
from bot.engine.register import GroupState, Register
from config.policy_overrides import with_overrides
from config.settings import Settings
from data import first_aid, groups, plans, roles, setting_changes, staff, switches, violations
from data.database import Database
from data.staff import BY_CODE


@dataclass(slots=True)
class Recollection:
    """Knows what of the database the register must hold.

    ``basis`` and ``registered_departments`` are what the files say; chat commands and the roster
    come on top.
    """

    register: Register
    database: Database
    settings: Settings
    clock: Clock
    basis: Policy
    registered_departments: Departments
    _permits: PermitMemory = field(init=False)

    def __post_init__(self) -> None:
        self._permits = PermitMemory.of(self.settings)

    async def everything(self) -> dict[str, str]:
        """Forget and load anew; returns the switches as read."""
        self.register.now = self.clock.now()
        async with self.database.reading() as connection:
            await self._policy(connection)
            await self._roster(connection)
            await self._groups(connection)
            await self._cases(connection)
            await self._roles(connection)
            await self._permits.load(self.register, connection, self.clock.now())
            return await self._switches(connection)

    async def decided(self, connection: AsyncConnection) -> dict[str, str]:
        """Load what commands can change: settings, roles, switches, cases.

        Call it inside a write transaction, with its connection: nobody else changes cases in
        memory meanwhile, and what this transaction has written so far is seen.
        """
        await self._policy(connection)
        await self._cases(connection)
        await self._roles(connection)
        await self._permits.load(self.register, connection, self.clock.now())
        return await self._switches(connection)

    async def roster(self) -> None:
        """Load the staff and their accounts."""
        async with self.database.reading() as connection:
            await self._roster(connection)

    async def _policy(self, connection: AsyncConnection) -> None:
        overrides = await setting_changes.current(connection)
        self.register.policy = with_overrides(self.basis, overrides) if overrides else self.basis
        self.register.refresh_exempt()

    async def _roster(self, connection: AsyncConnection) -> None:
        roster = await staff.load_roster(connection)
        self.register.bound_since = {
            one.account: one.at for one in await staff.bindings(connection) if one.how == BY_CODE
        }
        self.register.roster = roster
        self.register.departments = self.registered_departments.including(roster.department_names)

    async def _groups(self, connection: AsyncConnection) -> None:
        found: dict[GroupKey, GroupState] = {}
        for stored in await groups.load_groups(connection):
            members = dict(stored.reading.by_account()) if stored.reading else {}
            found[stored.group.key] = GroupState(
                group=stored.group,
                members=members,
                reading=stored.reading,
                owner=stored.owner,
                bot_role=stored.bot_role,
                last_good_count=stored.last_good_count,
                active=stored.active,
                # Before the first roster nothing was judged: what it shows then is not sudden.
                first_reading=stored.reading is None or not len(self.register.roster),
            )
        watermarks = await groups.load_watermarks(connection)
        self.register.managing_since = await groups.load_managers(connection)
        self.register.managers_changed.clear()
        self.register.groups, self.register.watermarks = found, watermarks

    async def _cases(self, connection: AsyncConnection) -> None:
        register, now = self.register, self.clock.now()
        live = await violations.live_cases(connection)
        aids = await first_aid.under_way(connection)
        dismissed = await violations.dismissed_states(connection)
        since = now - register.policy.longest_strike_window
        struck = await violations.content_strikes(connection, since)
        lately = await plans.proposed_lately(connection, now - register.policy.repropose_after)
        # All at once: whoever looks while the database answers still sees everything.
        register.cases, register.message_cases, register.by_number = {}, {}, {}
        for case in live:
            register.remember_case(case)
        register.first_aids = {aid.violation: aid for aid in aids}
        register.dismissed = dismissed
        register.strikes = defaultdict(list)
        for account, at, category in struck:
            apart, _ = register.policy.strike_rule(category)
            register.strikes[account, apart].append(at)
        register.proposed = {key: register.proposed.get(key, now) for key in lately}

    async def _roles(self, connection: AsyncConnection) -> None:
        found: dict[AccountKey, set[str]] = defaultdict(set)
        since = await roles.granted_at(connection)
        for account, role in since:
            found[account].add(role)
        for role, accounts in (
            ("administrator", self.settings.administrators),
            ("supervisor", self.settings.supervisors),
            ("approver", self.settings.approvers),
        ):
            for account in accounts:
                found[account].add(role)
                since.pop((account, role), None)
        self.register.roles_since = since
        self.register.roles = {account: frozenset(held) for account, held in found.items()}
        self.register.refresh_exempt()

    async def _switches(self, connection: AsyncConnection) -> dict[str, str]:
        found = await switches.get_all(connection)
        self.register.frozen = found.get("frozen", "") == "yes"
        self.register.broken = found.get("breaker", "") == "tripped"
        return found
