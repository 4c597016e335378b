"""Holds what the model of the platform was asked to do against what anybody allowed.

It knows the truth of the groups, who said yes to what, and what the ledger holds; it never asks
the product's own memory, and shares no code with its interlocks.
"""

import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.measures import MeasureKind
from tests.bot.engine.model_platform import BOT, Act, ListFault, ModelPlatform
from tests.bot.engine.stage import Stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_LIVE = ("open", "waiting", "observed")
_UPON_PEOPLE = (MeasureKind.REMOVE, MeasureKind.MUTE)
_MAY_STILL_BE = ("done", "unknown", "intended")


class OffenceError(AssertionError):
    """Something was done that must never be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the organisation allows, written down a second time."""

    removals_per_hour: int
    removals_per_day: int
    recalls_per_group_per_hour: int
    single_approval_up_to: int = 3
    list_age: timedelta = timedelta(minutes=15)


@dataclass(slots=True)
class Oracle:
    """Sees every act at the moment it is asked for, and the ledger after every step."""

    stage: Stage
    bounds: Bounds
    untouchable: frozenset[AccountKey]
    administrators: frozenset[AccountKey]
    words: dict[str, bool]
    """Listed words, and whether each is exempt from the cap on recalls."""
    approvals: dict[int, set[AccountKey]] = field(default_factory=lambda: defaultdict(set))
    turned_down: set[int] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    """What was posted, by message."""
    gone: Counter[tuple[GroupKey, AccountKey]] = field(default_factory=Counter)
    answering: AccountKey | None = None
    """Who gave the command that is being answered."""
    answers: set[int] = field(default_factory=set)
    """Which entries of the log were answers to commands."""
    offences: list[str] = field(default_factory=list)
    removals: int = 0

    @property
    def platform(self) -> ModelPlatform:
        return self.stage.platform

    # --- what people decided --------------------------------------------------------------------

    def said_yes(self, number: int, who: AccountKey) -> None:
        """Count an approval if it is one: in time, by somebody entitled, not by one concerned."""
        with self._ledger() as ledger:
            plan = ledger.execute(
                "select state, expires_at from plans where number = ?", (number,)
            ).fetchone()
            people = self._people(ledger, number)
        if plan is None or plan[0] != "waiting" or self.stage.clock.now() >= _moment(plan[1]):
            return
        if who in {account for _, account in people} or number in self.turned_down:
            return
        groups = {group for group, _ in people}
        if who in self.administrators or all(self._manages(group, who) for group in groups):
            self.approvals[number].add(who)

    def said_no(self, number: int, who: AccountKey) -> None:
        """Count a rejection if it took effect."""
        with self._ledger() as ledger:
            plan = ledger.execute("select state from plans where number = ?", (number,)).fetchone()
        if plan is not None and plan[0] == "rejected":
            self.turned_down.add(number)

    # --- what the bot does ----------------------------------------------------------------------

    def witness(self, kind: MeasureKind, group: GroupKey | None, about: str) -> None:
        """Judge one act at the moment it is asked for; ``check`` raises what was found."""
        try:
            self._judge(kind, group, about)
        except OffenceError as offence:
            self.offences.append(str(offence))

    def check(self) -> None:
        """After a step: log and ledger must tell one story."""
        _require(not self.offences, "; ".join(self.offences))
        with self._ledger() as ledger:
            self._agree(ledger, MeasureKind.REMOVE, "account_id")
            self._agree(ledger, MeasureKind.RECALL, "message_id")
            self._spoken_once(ledger)

    def _judge(self, kind: MeasureKind, group: GroupKey | None, about: str) -> None:
        if kind is MeasureKind.NOTIFY:
            if self.answering is not None and (
                group is not None or about.startswith(f"{self.answering}|")
            ):
                self.answers.add(len(self.platform.log))
            else:
                self._silence(about)
            return
        assert group is not None
        with self._ledger() as ledger:
            self._thawed(ledger, kind)
            row = self._recorded(ledger, kind, group, about)
            match kind:
                case MeasureKind.REMOVE:
                    account = AccountKey.parse(about)
                    self._upon(kind, group, account)
                    self._approved(ledger, row, group, account)
                    self._known(group)
                    self._removals_within_caps()
                    self._called_for(ledger, row)
                    self.removals += 1
                case MeasureKind.MUTE:
                    self._upon(kind, group, AccountKey.parse(about))
                case MeasureKind.RECALL:
                    self._recall(group, about)

    # --- one condition each -----------------------------------------------------------------------

    def _thawed(self, ledger: sqlite3.Connection, kind: MeasureKind) -> None:
        switches = dict(ledger.execute("select name, value from switches"))
        _require(switches.get("frozen") != "yes", f"{kind} while frozen")
        _require(switches.get("breaker") != "tripped", f"{kind} while the breaker is out")

    def _silence(self, text: str) -> None:
        with self._ledger() as ledger:
            switches = dict(ledger.execute("select name, value from switches"))
        frozen = switches.get("frozen") == "yes"
        _require(not frozen, f"said while frozen: {text}")

    def _recorded(
        self, ledger: sqlite3.Connection, kind: MeasureKind, group: GroupKey, about: str
    ) -> tuple[int, int | None, int | None]:
        column = "message_id" if kind is MeasureKind.RECALL else "account_id"
        key = about if kind is MeasureKind.RECALL else AccountKey.parse(about).id
        row = ledger.execute(
            f"select id, plan, violation from measures where kind = ? and group_id = ?"
            f" and {column} = ? and state = 'intended' and attempted_at is not null",
            (kind.value, group.id, key),
        ).fetchone()
        _require(row is not None, f"{kind} of {about} in {group} without a recorded attempt")
        found: tuple[int, int | None, int | None] = row
        return found

    def _upon(self, kind: MeasureKind, group: GroupKey, account: AccountKey) -> None:
        member = self.platform.groups_[group].members.get(account)
        if member is not None:
            _require(member.role is Role.MEMBER, f"{kind} of {member.role} {account}")
            _require(not member.is_bot, f"{kind} of the bot {account}")
        _require(account not in self.untouchable, f"{kind} of the protected {account}")
        unknown = (group, account) in self.platform.unknown_roles
        _require(not unknown, f"{kind} of {account} whose role is unknown")

    def _approved(
        self,
        ledger: sqlite3.Connection,
        row: tuple[int, int | None, int | None],
        group: GroupKey,
        account: AccountKey,
    ) -> None:
        plan = row[1]
        _require(plan is not None, f"removal of {account} without a plan")
        assert plan is not None
        people = self._people(ledger, plan)
        _require((group, account) in people, f"{account} is not in plan P{plan}")
        _require(plan not in self.turned_down, f"plan P{plan} was turned down")
        in_groups = Counter(one for one, _ in people)
        mass = len(people) > self.bounds.single_approval_up_to or any(
            count > max(3, len(self.platform.groups_[one].members) // 50 + 1)
            for one, count in in_groups.items()
        )
        given = self.approvals[plan]
        _require(len(given) >= (2 if mass else 1), f"plan P{plan} carried out, approved by {given}")

    def _known(self, group: GroupKey) -> None:
        """The list in force must be one that can be believed."""
        reading, fault = self.platform.delivered.get(group, (None, ListFault.FAILING))
        _require(reading is not None, f"removal in {group} before any reading")
        assert reading is not None
        age = self.stage.clock.now() - reading.read_at
        _require(abs(age) <= self.bounds.list_age, f"removal on a list {age} old")
        bad = fault in (ListFault.PARTIAL, ListFault.EMPTY)
        _require(not bad, f"removal on a {fault.name} list")
        if fault is ListFault.SHRUNKEN:
            before = self.platform.delivered_before.get(group)
            confirmed = before is not None and len(reading.members) >= 0.8 * len(before[0].members)
            _require(confirmed, "removal on a list that suddenly shrank")

    def _removals_within_caps(self) -> None:
        done = [
            one.at for one in self.platform.log if one.kind is MeasureKind.REMOVE and one.applied
        ]
        now = self.stage.clock.now()
        hour = sum(now - at < HOUR for at in done)
        day = sum(now - at < DAY for at in done)
        _require(hour < self.bounds.removals_per_hour, f"{hour + 1} removals within an hour")
        _require(day < self.bounds.removals_per_day, f"{day + 1} removals within a day")

    def _called_for(
        self, ledger: sqlite3.Connection, row: tuple[int, int | None, int | None]
    ) -> None:
        state = ledger.execute(
            "select state from violations where number = ?", (row[2],)
        ).fetchone()
        _require(state is not None and state[0] in _LIVE, f"removal for a case that is {state}")

    def _recall(self, group: GroupKey, message: str) -> None:
        text = self.texts.get(message, "")
        hits = [critical for word, critical in self.words.items() if word in text]
        _require(bool(hits), f"recall of a harmless message: {text}")
        if any(hits):
            return
        now = self.stage.clock.now()
        lately = [
            one
            for one in self.platform.log
            if one.kind is MeasureKind.RECALL and one.group == group and one.applied
            and now - one.at < HOUR and not self._critical(one.about)
        ]  # fmt: skip
        most = self.bounds.recalls_per_group_per_hour
        _require(len(lately) < most, f"{len(lately) + 1} recalls in {group} within an hour")

    def _critical(self, message: str) -> bool:
        text = self.texts.get(message, "")
        return any(critical for word, critical in self.words.items() if word in text)

    def _agree(self, ledger: sqlite3.Connection, kind: MeasureKind, column: str) -> None:
        states: dict[tuple[str, str], list[str]] = defaultdict(list)
        for group, key, state in ledger.execute(
            f"select group_id, {column}, state from measures where kind = ?", (kind.value,)
        ):
            states[group, key].append(state)
        applied: Counter[tuple[str, str]] = Counter()
        for act in self.platform.log:
            if act.kind is kind and act.applied and act.group is not None:
                applied[act.group.id, _key(act)] += 1
        for where, count in applied.items():
            able = sum(state in _MAY_STILL_BE for state in states[where])
            _require(count <= len(states[where]), f"{kind} of {where} done {count} times")
            _require(count <= able, f"{kind} of {where} was done, the ledger says {states[where]}")
        for where, found in states.items():
            if "done" in found and not applied[where]:
                _require(
                    self._over(kind, where), f"{kind} of {where} on record as done, and was not"
                )

    def _over(self, kind: MeasureKind, where: tuple[str, str]) -> bool:
        """Whether the effect came about by somebody else's hand."""
        group = GroupKey(Platform.QQ, where[0])
        if kind is MeasureKind.RECALL:
            return where[1] not in self.platform.groups_[group].messages
        return self.gone[group, AccountKey(Platform.QQ, where[1])] > 0

    def _spoken_once(self, ledger: sqlite3.Connection) -> None:
        """No message was said more often than it is on record; answers to commands are not."""
        reminded: Counter[tuple[str, str]] = Counter()
        said: Counter[str] = Counter()
        for number, act in enumerate(self.platform.log):
            if act.kind is not MeasureKind.NOTIFY or not act.applied or number in self.answers:
                continue
            if act.about.startswith("【群规提醒】") and act.group is not None:
                reminded.update((act.group.id, one.id) for one in act.mentions)
            else:
                said[act.about if act.group else act.about.partition("|")[2]] += 1
        wanted: Counter[str] = Counter()
        reminders: Counter[tuple[str, str]] = Counter()
        for kind, group, account, text, public in ledger.execute(
            "select kind, group_id, account_id, text, public_text from measures"
            " where state != 'withheld'"
        ):
            if kind == MeasureKind.REMIND.value:
                reminders[group, account] += 1
            else:
                wanted.update({text or "", public or ""})
        for who, count in reminded.items():
            _require(count <= reminders[who], f"{who} reminded {count} times")
        for text, count in said.items():
            _require(count <= wanted[text], f"said {count} times, recorded {wanted[text]}: {text}")

    def _manages(self, group: GroupKey, who: AccountKey) -> bool:
        return self.platform.groups_[group].role(who) in (Role.OWNER, Role.ADMIN)

    def _people(self, ledger: sqlite3.Connection, plan: int) -> set[tuple[GroupKey, AccountKey]]:
        rows = ledger.execute(
            "select group_id, account_id from plan_people where plan = ?", (plan,)
        )
        return {
            (GroupKey(Platform.QQ, group), AccountKey(Platform.QQ, account))
            for group, account in rows
        }

    def _ledger(self) -> "_Ledger":
        return _Ledger(sqlite3.connect(self.stage.database_file))


class _Ledger:
    """A connection of our own that is closed again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _key(act: Act) -> str:
    return act.about if act.kind is MeasureKind.RECALL else AccountKey.parse(act.about).id


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise OffenceError(otherwise)


__all__ = ["BOT", "Bounds", "OffenceError", "Oracle"]
