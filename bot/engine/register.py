"""What the judge looks at, held in memory and rebuilt from the database at start."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.domain.departments import Departments
from bot.domain.first_aid import FirstAid
from bot.domain.groups import Group, Member, MemberList, Role
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.measures import MeasureKind
from bot.domain.people import Roster
from bot.domain.permit_book import PermitBook
from bot.domain.permits import PermitLimits
from bot.domain.policy import Policy
from bot.domain.topic_windows import TopicWindows
from bot.domain.violations import OpenCase, ViolationState
from bot.engine.platform import GroupPlatform
from bot.engine.recent_words import RecentWords

NOTHING_SEEN = 0
"""In a watermark: the group's history was empty when it was first looked at, at that time."""


@dataclass(slots=True)
class GroupState:
    """One group as last read, and what became of it since."""

    group: Group
    members: dict[AccountKey, Member] = field(default_factory=dict)
    reading: MemberList | None = None
    owner: AccountKey | None = None
    bot_role: Role = Role.UNKNOWN
    last_good_count: int | None = None
    active: bool = True
    first_reading: bool = True
    """Whether no reading was ever judged by a roster: what it shows is old, not sudden."""

    def managed_by(self, account: AccountKey) -> bool:
        """Whether this account, a person's, is the owner or a group admin."""
        member = self.members.get(account)
        return member is not None and _manages(member)

    @property
    def managers(self) -> frozenset[AccountKey]:
        """The owner and the group admins that are people."""
        return frozenset(member.account for member in self.members.values() if _manages(member))


@dataclass(slots=True)
class Register:
    """The engine's memory. Only the intake's writer changes it, after or together with a commit."""

    policy: Policy
    departments: Departments
    roster: Roster = field(default_factory=lambda: Roster(()))
    groups: dict[GroupKey, GroupState] = field(default_factory=dict)
    platforms: dict[Platform, GroupPlatform] = field(default_factory=dict)
    cases: dict[tuple[str, GroupKey], dict[AccountKey, OpenCase]] = field(default_factory=dict)
    """Standing cases by rule and group."""
    message_cases: dict[tuple[GroupKey, str], list[OpenCase]] = field(default_factory=dict)
    """Cases about one message."""
    by_number: dict[int, OpenCase] = field(default_factory=dict)
    """Every live case."""
    first_aids: dict[int, FirstAid] = field(default_factory=dict)
    """Cases in first aid: only its own steps, or a supervisor, end one."""
    strikes: dict[tuple[AccountKey, str | None], list[datetime]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """When somebody's cases were opened, those of a category with a ladder of its own apart."""
    roles: Mapping[AccountKey, frozenset[str]] = field(default_factory=dict)
    roles_since: Mapping[tuple[AccountKey, str], datetime] = field(default_factory=dict)
    """Since when somebody holds a role by command; what the environment gives has no beginning."""
    managing_since: dict[tuple[GroupKey, AccountKey], datetime] = field(default_factory=dict)
    """Since when somebody manages a group, where that began after the group was first read."""
    managers_changed: set[GroupKey] = field(default_factory=set)
    """Groups for which ``managing_since`` has not been written yet."""
    bound_since: Mapping[AccountKey, datetime] = field(default_factory=dict)
    """Since when an account is somebody's by a one-time code."""
    exempt_accounts: frozenset[AccountKey] = frozenset()
    """The bots, everybody who holds a role, and the allow-list; see ``refresh_exempt``."""
    alarms: dict[GroupKey, datetime] = field(default_factory=dict)
    """When a case was last opened in a group that had been read before: what the breaker counts."""
    cap_alarms: dict[MeasureKind, datetime] = field(default_factory=dict)
    """When the supervisors were last told that a cap was hit."""
    proposed: dict[tuple[GroupKey, AccountKey], datetime] = field(default_factory=dict)
    """Who is in a waiting plan, or was in one that was turned down, and since when."""
    dismissed: frozenset[tuple[str, GroupKey, AccountKey, str]] = frozenset()
    """Lasting states a person called a false hit: (rule, group, account, kind)."""
    watermarks: dict[GroupKey, tuple[int, datetime]] = field(default_factory=dict)
    """How far each group was seen: the number and time of its last message, or ``NOTHING_SEEN``."""
    recent: RecentWords = field(default_factory=RecentWords)
    permits: PermitBook = field(default_factory=PermitBook)
    windows: TopicWindows = field(default_factory=TopicWindows)
    permit_limits: PermitLimits = field(default_factory=PermitLimits)
    frozen: bool = False
    broken: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def at(self, moment: datetime) -> None:
        """A transaction begins: what is judged in it is judged as of then."""
        self.now = moment

    def list_is_old(self, group: GroupKey, now: datetime) -> bool:
        """Whether a group's member list is, or soon will be, too old to remove anybody by (I5)."""
        state = self.groups.get(group)
        reading = state.reading if state else None
        if reading is None:
            return True
        return abs(now - reading.read_at) > self.policy.limits.member_list_max_age / 2

    def member(self, group: GroupKey, account: AccountKey) -> Member | None:
        """A member as last read, if known."""
        state = self.groups.get(group)
        return state.members.get(account) if state else None

    def recent_words(self, group: GroupKey, account: AccountKey) -> tuple[str, ...]:
        """The author's last short messages in this group, oldest first."""
        return self.recent.of(group, account, self.now)

    def person(self, account: AccountKey) -> str:
        """Whose an account is: two accounts of one person are one."""
        staff = self.roster.bound_to(account)
        return staff.staff_id if staff else str(account)

    def exempt(self, account: AccountKey) -> bool:
        """Whether nothing is ever done to this account."""
        return account in self.exempt_accounts

    def refresh_exempt(self) -> None:
        """Take up a change of roles, policy or bots."""
        bots = (one.self_account for one in self.platforms.values())
        self.exempt_accounts = self.policy.allow_list | frozenset(self.roles) | frozenset(bots)

    def case(self, rule_id: str, group: GroupKey, account: AccountKey) -> OpenCase | None:
        """The standing case of this rule about this member, if one is live."""
        return self.cases.get((rule_id, group), {}).get(account)

    def cases_of(self, group: GroupKey, account: AccountKey) -> list[OpenCase]:
        """Every standing case about one member of one group."""
        return [
            case
            for (_, where), cases in self.cases.items()
            if where == group and (case := cases.get(account)) is not None
        ]

    def accounts_with_cases(self, group: GroupKey) -> set[AccountKey]:
        """Who has a standing case of any rule in this group."""
        return {
            account
            for (_, where), cases in self.cases.items()
            if where == group
            for account in cases
        }

    def open_cases(self, rule_id: str, group: GroupKey) -> frozenset[AccountKey]:
        """Who has an open case of this rule in this group."""
        return frozenset(self.cases.get((rule_id, group), ()))

    def holders(self, role: str, platform: Platform | None = None) -> tuple[AccountKey, ...]:
        """The accounts that hold a role, on one platform or on all."""
        return tuple(
            sorted(
                account
                for account, roles in self.roles.items()
                if role in roles and (platform is None or account.platform is platform)
            )
        )

    def remember_case(self, case: OpenCase) -> None:
        """Keep a live case where the next finding like it will look.

        A single happening that was only observed is looked for by nobody: in observe mode every
        message with a word would be kept for ever.
        """
        if case.state is ViolationState.OBSERVED and not case.standing:
            return
        self.by_number[case.number] = case
        if case.standing:
            self.cases.setdefault((case.rule_id, case.group), {})[case.account] = case
        if case.message_id is not None:
            key = (case.group, case.message_id)
            kept = [one for one in self.message_cases.get(key, ()) if one.number != case.number]
            self.message_cases[key] = [*kept, case]

    def forget_case(self, case: OpenCase) -> None:
        """A case is over."""
        self.by_number.pop(case.number, None)
        if case.standing:
            self.cases.get((case.rule_id, case.group), {}).pop(case.account, None)
        if case.message_id is not None:
            key = (case.group, case.message_id)
            left = [one for one in self.message_cases.get(key, ()) if one.number != case.number]
            if left:
                self.message_cases[key] = left
            else:
                self.message_cases.pop(key, None)

    def count_strike(self, account: AccountKey, at: datetime, category: str | None) -> int:
        """Add one content case and tell how many lie within the window, this one included."""
        apart, rule = self.policy.strike_rule(category)
        recent = [one for one in self.strikes[account, apart] if at - one < rule.window]
        recent.append(at)
        self.strikes[account, apart] = recent
        return len(recent)

    def set_card(self, group: GroupKey, account: AccountKey, card: str) -> None:
        """A member shows another card than the last reading said."""
        state = self.groups.get(group)
        if state and (member := state.members.get(account)):
            state.members[account] = replace(member, card=card)

    def set_role(self, group: GroupKey, account: AccountKey, role: Role) -> None:
        """A member's role changed."""
        state = self.groups.get(group)
        if state is None:
            return
        platform = self.platforms.get(group.platform)
        if platform and platform.self_account == account:
            state.bot_role = role
        if role is Role.OWNER:
            state.owner = account
        if member := state.members.get(account):
            self.see_member(group, replace(member, role=role))

    def see_member(self, group: GroupKey, member: Member) -> None:
        """Take up one member as the platform shows him now."""
        state = self.groups.get(group)
        if state is None:
            return
        before = state.managers
        state.members[member.account] = member
        self.note_managers(group, before)

    def note_managers(self, group: GroupKey, before: Collection[AccountKey]) -> None:
        """Remember since when a group's managers, who were ``before``, are so."""
        managers, known = self.groups[group].managers, self.newer_managers(group)
        for account in known.keys() - managers:
            del self.managing_since[group, account]
        for account in managers.difference(before, known):
            self.managing_since[group, account] = self.now
        if known != self.newer_managers(group):
            self.managers_changed.add(group)

    def newer_managers(self, group: GroupKey) -> dict[AccountKey, datetime]:
        """Who began to manage a group after it was first read, and since when."""
        return {
            account: at for (where, account), at in self.managing_since.items() if where == group
        }

    def managed_by(self, account: AccountKey) -> frozenset[GroupKey]:
        """The groups this account owns or administers, as last read."""
        return frozenset(
            key for key, state in self.groups.items() if state.active and state.managed_by(account)
        )

    def active_groups(self, platform: Platform | None = None) -> Iterable[GroupState]:
        """The groups that still exist, of one platform or of all."""
        return (
            state
            for key, state in self.groups.items()
            if state.active and (platform is None or key.platform is platform)
        )


def _manages(member: Member) -> bool:
    return member.role in (Role.OWNER, Role.ADMIN) and not member.is_bot
