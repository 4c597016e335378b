"""A service and the groups it looks after, put together as an operator would."""

import itertools
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.simulator.groups import GroupPlan
from adapters.simulator.onebot11.faults import Timing
from adapters.simulator.onebot11.people import Message, Role
from adapters.simulator.onebot11.simulator import OneBotSimulator
from tests.journeys.college import BOT, CHEN, FANG, PEOPLE, Person, write_roster
from tests.journeys.service import TOKEN, Service
from tests.journeys.waiting import until

READ_WITHIN = 30.0
"""Members read and reminders out after connecting."""
RECALLED_WITHIN = 2.0
TOLD_WITHIN = 15.0
TASK_WITHIN = 5.0
JOIN_WITHIN = 10.0
PROPOSED_WITHIN = 20.0
REMOVED_WITHIN = 60.0
ANSWERED_WITHIN = 5.0
NOTICED_WITHIN = 5.0
FROZEN_WITHIN = 1.0

ROLES = {
    "QUNGUI_SUPERVISORS": f"qq:{CHEN.account}",
    "QUNGUI_ADMINISTRATORS": f"qq:{FANG.account}",
}

playing: list[OneBotSimulator] = []
"""Those whose faults end with a test."""
_ANSWERS_TO_MEMBERS = ("需要改正", "都符合要求", "没有读到", "答复不便")
_earlier_messages = itertools.count(0, 1000)


@dataclass(slots=True)
class Journey:
    """What a test holds in its hands."""

    service: Service
    sim: OneBotSimulator

    def heard(self, group_id: int) -> list[str]:
        """What the bot said in a group, as text; @ shows as the account."""
        return [words(message) for message in self.sim.messages_sent_by_bot(group_id)]

    def told(self, account: int) -> list[str]:
        """What the bot wrote to somebody in private."""
        return [words(one) for one in self.sim.private_messages_sent_by_bot(account)]

    async def hears(self, group_id: int, *parts: str, within: float, after: int = 0) -> str:
        """Wait for a message of the bot in a group that holds all ``parts``."""
        await until(
            lambda: _holding(self.heard(group_id)[after:], parts),
            within,
            f"{parts} is said in {group_id}; heard so far: {self.heard(group_id)}",
        )
        return _holding(self.heard(group_id)[after:], parts)[0]

    async def is_told(self, account: int, *parts: str, within: float, after: int = 0) -> str:
        """Wait for a private message of the bot that holds all ``parts``."""
        await until(
            lambda: _holding(self.told(account)[after:], parts),
            within,
            f"{parts} is told to {account}; told so far: {self.told(account)}",
        )
        return _holding(self.told(account)[after:], parts)[0]

    async def asks(self, account: int, command: str, *parts: str) -> str:
        """Give a command in private and wait for the answer that holds ``parts``."""
        before = len(self.told(account))
        self.sim.private(account, command)
        return await self.is_told(account, *parts, within=ANSWERED_WITHIN, after=before)

    async def recalled(self, message: int, within: float = RECALLED_WITHIN) -> None:
        """Wait until a message is truly gone."""
        await until(lambda: self.sim.is_recalled(message), within, "the message is recalled")

    async def violation(self, **wanted: str) -> dict[str, Any]:
        """The one case on the log with these values; ``account`` is its person's account."""
        found = await self.violations(**wanted)
        assert len(found) == 1, found
        return found[0]

    async def violations(self, **wanted: str) -> list[dict[str, Any]]:
        """The cases on the log with these values."""
        account = wanted.pop("account", None)
        return [
            one
            for one in await self.service.violations()
            if all(one[name] == value for name, value in wanted.items())
            and account in (None, one["person"]["account"])
        ]

    async def plan(self, number: str) -> dict[str, Any]:
        """A plan as the command line shows it."""
        outcome = await self.service.command("plan", "list", "--json")
        assert outcome.code == 0, outcome.err
        (found,) = [one for one in outcome.document["items"] if one["number"] == number]
        assert isinstance(found, dict)
        return found

    async def settled(self) -> None:
        """Wait until every group was read and judged after connecting."""
        accepted = len(self.sim.world.groups)

        async def judged() -> bool:
            events = "qungui_events_total"
            return await self.service.metric(events, platform="qq", outcome="accepted") >= accepted

        await until(judged, READ_WITHIN, "all groups are read", every=0.1)

    async def read_again(self, account: int, group_id: int) -> None:
        """Have the members read now, and wait for the answer that says so."""
        told, heard = len(self.told(account)), len(self.heard(group_id))
        self.sim.mention_bot(group_id, account, "成员 刷新")

        def answered() -> bool:
            said = (*self.told(account)[told:], *self.heard(group_id)[heard:])
            return any(words in one for one in said for words in _ANSWERS_TO_MEMBERS)

        await until(answered, ANSWERED_WITHIN, "the members are read")

    def reads(self, group_id: int) -> int:
        """How often a group's list was asked for."""
        calls = self.sim.calls("get_group_member_list")
        return sum(str(call.params["group_id"]) == str(group_id) for call in calls)


def number_in(text: str) -> str:
    """The number under which something is answered: P3, J5, W12."""
    found = re.search(r"[PJW][1-9]\d*", text)
    assert found is not None, text
    return found[0]


def measures_of(violation: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """What was done of one kind about a case."""
    return [one for one in violation["measures"] if one["kind"] == kind]


def words(message: Message) -> str:
    """A message as one reads it."""
    pieces = []
    for segment in message.segments:
        data = segment["data"]
        assert isinstance(data, dict)
        pieces.append(f"@{data['qq']}" if segment["type"] == "at" else str(data.get("text", "")))
    return "".join(pieces)


@asynccontextmanager
async def serving(
    home: Path, *, people: Iterable[Person] | None = PEOPLE, **environment: str
) -> AsyncIterator[Service]:
    """A service that knows the roster and to which nobody is connected yet."""
    service = Service(home, **{**ROLES, **environment})
    if people is not None:
        await apply_roster(service, people)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


@asynccontextmanager
async def connected(
    service: Service,
    groups: Iterable[GroupPlan],
    *,
    friends: Iterable[Person] = (CHEN, FANG),
    bot_role: Role = Role.ADMIN,
    timing: Timing | None = None,
    now: Callable[[], float] = time.time,
    **faults: Any,
) -> AsyncIterator[Journey]:
    """An implementation with these groups, connected to the service from now on."""
    sim = OneBotSimulator(
        groups,
        url=service.url,
        token=TOKEN,
        self_id=BOT,
        bot_role=bot_role,
        timing=timing,
        now=now,
    )
    for one in friends:
        sim.befriend(one.account)
    for name, value in faults.items():
        setattr(sim.faults, name, value)
    for _ in range(next(_earlier_messages)):
        # QQ never gives a number twice, whoever connects.
        sim.world.kernel_id()
    async with sim:
        await sim.wait_connected()
        playing.append(sim)
        try:
            yield Journey(service, sim)
        finally:
            playing.remove(sim)


@asynccontextmanager
async def journey(
    home: Path,
    groups: Iterable[GroupPlan],
    *,
    people: Iterable[Person] | None = PEOPLE,
    friends: Iterable[Person] = (CHEN, FANG),
    bot_role: Role = Role.ADMIN,
    **environment: str,
) -> AsyncIterator[Journey]:
    """A service of its own with these groups, their members read and judged."""
    async with (
        serving(home, people=people, **environment) as service,
        connected(service, groups, friends=friends, bot_role=bot_role) as here,
    ):
        await here.settled()
        yield here


async def apply_roster(
    service: Service, people: Iterable[Person], name: str = "roster.csv"
) -> None:
    """Import a roster that no interlock holds."""
    path = write_roster(people, service.home / name)
    outcome = await service.command("roster", "import", str(path), "--apply")
    assert outcome.code == 0, outcome.err


def _holding(said: list[str], parts: tuple[str, ...]) -> list[str]:
    return [text for text in said if all(part in text for part in parts)]
