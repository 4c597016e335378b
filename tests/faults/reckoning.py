"""Compares what the stand-in really was told and did with what the ledger says."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.simulator.onebot11.people import Message
from adapters.simulator.onebot11.simulator import OneBotSimulator
from data.database import Database
from data.ledger import verify_chain

Row = tuple[str, str, str, str, str | None, str]

_REMINDER = "【群规提醒】"
_SETTLED = ("done", "unknown")


@dataclass(slots=True)
class Reckoning:
    """What went wrong in one run; every list should be empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)
    """Done and not on record, or on record as done and not done."""
    struck: bool = False
    """Whether the kill came at all."""
    settled: bool = False

    @property
    def clean(self) -> bool:
        return self.settled and not (self.lost or self.doubled or self.unrecorded)


@dataclass(frozen=True, slots=True)
class Heard:
    """Something the bot said; ``group`` is empty for a private word."""

    group: str
    text: str
    mentioned: list[str]


@contextmanager
def open_ledger(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def unfinished(path: Path) -> int:
    """Measures that are still to be done by the bot."""
    with open_ledger(path) as ledger:
        query = "select count(*) from measures where state = 'intended' and rung = 'automatic'"
        count: int = ledger.execute(query).fetchone()[0]
        return count


async def reckon(sim: OneBotSimulator, path: Path, bad: Iterable[int]) -> Reckoning:
    """Hold the stand-in's truth against the ledger."""
    found = Reckoning()
    with open_ledger(path) as ledger:
        _messages(sim, ledger, bad, found)
        _removals(sim, ledger, found)
        _joins(sim, ledger, found)
        _words(sim, ledger, found)
    if not await check_chain(path):
        found.unrecorded.append("the chain is broken")
    return found


def _messages(
    sim: OneBotSimulator, ledger: sqlite3.Connection, bad: Iterable[int], found: Reckoning
) -> None:
    wanted = {str(one) for one in bad}
    cases = Counter(
        row[0] for row in ledger.execute("select message_id from violations") if row[0] is not None
    )
    recalls = dict(
        ledger.execute("select message_id, state from measures where kind = 'recall'").fetchall()
    )
    applied = Counter(
        str(call.params["message_id"]) for call in sim.calls("delete_msg") if call.applied
    )
    for message in wanted:
        if not sim.is_recalled(int(message)) or not cases[message]:
            found.lost.append(f"message {message}: {cases[message]} cases, {recalls.get(message)}")
        if cases[message] > 1 or applied[message] > 1:
            found.doubled.append(f"message {message}: {cases[message]} cases")
    for message in applied:
        if recalls.get(message) not in _SETTLED:
            found.unrecorded.append(f"message {message} recalled, recorded {recalls.get(message)}")
    for message, state in recalls.items():
        if state == "done" and not sim.is_recalled(int(message)):
            found.unrecorded.append(f"message {message} recorded as recalled, and is there")


def _removals(sim: OneBotSimulator, ledger: sqlite3.Connection, found: Reckoning) -> None:
    rows = ledger.execute("select group_id, account_id, state from measures where kind = 'remove'")
    states = {(group, account): state for group, account, state in rows}
    applied = Counter(
        (str(call.params["group_id"]), str(call.params["user_id"]))
        for call in sim.calls("set_group_kick")
        if call.applied
    )
    if not applied:
        found.lost.append("the departed member was not removed")
    for who, count in applied.items():
        if count > 1:
            found.doubled.append(f"{who} removed {count} times")
        if states.get(who) not in _SETTLED:
            found.unrecorded.append(f"{who} removed, recorded {states.get(who)}")
    for (group, account), state in states.items():
        if state == "done" and int(account) in sim.group(int(group)).members:
            found.unrecorded.append(f"{account} recorded as removed, and is there")


def _joins(sim: OneBotSimulator, ledger: sqlite3.Connection, found: Reckoning) -> None:
    rows = ledger.execute("select request_id, state from measures where kind = 'approve_join'")
    states = {str(flag): state for flag, state in rows}
    held = Counter(row[0] for row in ledger.execute("select account_id from join_requests"))
    for request in sim.world.requests:
        matches = [state for flag, state in states.items() if request.flag in flag]
        known = bool(matches) or bool(held[str(request.applicant)])
        if not known:
            found.lost.append(f"the request of {request.applicant} was neither answered nor held")
        if held[str(request.applicant)] > 1:
            found.doubled.append(f"the request of {request.applicant} was held twice")
        if request.state == "approved" and not any(state in _SETTLED for state in matches):
            found.unrecorded.append(f"{request.applicant} let in, recorded {matches}")
        if request.state is None and "done" in matches:
            found.unrecorded.append(f"{request.applicant} recorded as let in, and is not")


def _words(sim: OneBotSimulator, ledger: sqlite3.Connection, found: Reckoning) -> None:
    """What the bot said: nobody hears the same twice, and all of it is on record."""
    rows = ledger.execute(
        "select kind, group_id, account_id, text, public_text, state from measures"
        " where kind in ('remind', 'notify', 'ask', 'escalate') and state != 'withheld'"
    ).fetchall()
    heard = list(_heard(sim))
    _reminders(rows, heard, found)
    _notices(rows, heard, found)
    for kind, _, _, text, public, state in rows:
        arrived = any(each and each in one.text for one in heard for each in (text, public))
        if state == "done" and not arrived:
            found.unrecorded.append(f"recorded as said, and was not: {kind} {text[:40]}")


def _reminders(rows: Iterable[Row], heard: Iterable[Heard], found: Reckoning) -> None:
    recorded = Counter((group, account) for kind, group, account, *_ in rows if kind == "remind")
    reminded: Counter[tuple[str, str]] = Counter()
    for one in heard:
        if _REMINDER in one.text:
            reminded.update((one.group, account) for account in one.mentioned)
    for who, count in reminded.items():
        if count > recorded[who]:
            found.doubled.append(f"{who} reminded {count} times, recorded {recorded[who]}")
    found.lost += [f"{who} was not reminded" for who in recorded if not reminded[who]]


def _notices(rows: Iterable[Row], heard: Iterable[Heard], found: Reckoning) -> None:
    recorded: Counter[str] = Counter()
    for kind, _, _, text, public, _ in rows:
        if kind != "remind":
            recorded.update({text or "", public or ""})
    said = Counter(one.text for one in heard if _REMINDER not in one.text)
    for text, count in said.items():
        if recorded[text] and count > recorded[text]:
            found.doubled.append(f"said {count} times, recorded {recorded[text]}: {text[:40]}")
        if not recorded[text] and not _is_answer(text):
            found.unrecorded.append(f"said and not recorded: {text[:40]}")


def _heard(sim: OneBotSimulator) -> Iterator[Heard]:
    for number in sim.world.groups:
        for message in sim.messages_sent_by_bot(number):
            yield Heard(str(number), _text(message), _mentioned(message))
    for account in sim.world.private:
        for message in sim.private_messages_sent_by_bot(account):
            yield Heard("", _text(message), [])


def _is_answer(text: str) -> bool:
    """Answers to the owner's approval are kept nowhere."""
    return "P1" in text


def _text(message: Message) -> str:
    pieces = [
        str(one["data"].get("text", ""))  # type: ignore[attr-defined]  # data is a dict
        for one in message.segments
        if one["type"] == "text"
    ]
    return "".join(pieces).strip()


def _mentioned(message: Message) -> list[str]:
    return [
        str(one["data"]["qq"])  # type: ignore[index]  # data is a dict
        for one in message.segments
        if one["type"] == "at"
    ]


async def check_chain(path: Path) -> bool:
    """Whether every link of the chain stands."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        async with database.reading() as connection:
            return (await verify_chain(connection)).ok
    finally:
        await database.close()
